//! `Books`: stock and money of a history, added up.

use std::collections::BTreeMap;

use events_schema::{Currency, Key, Topic, payments::PaymentFact};
use serde::Serialize;

use crate::{Fate, History, Told, order, stock};

/// Pieces of one SKU, each in exactly one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StockBook {
    /// Pieces that ever came in.
    pub supplied: i64,
    /// Pieces that were written off.
    pub written_off: i64,
    /// Pieces a correction missed and could not write off.
    pub missing: i64,
    /// Pieces free in the depot.
    pub in_depot: i64,
    /// Pieces on their way between depot and shelves.
    pub in_transfer: i64,
    /// Pieces free on shelves.
    pub on_shelves: i64,
    /// Pieces taken for open orders.
    pub held: i64,
    /// Pieces that have left.
    pub shipped: i64,
}

/// Money of one currency, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MoneyBook {
    /// Charged.
    pub captured: i128,
    /// Given back.
    pub refunded: i128,
    /// The totals of completed orders.
    pub completed: i128,
}

/// Stock and money of a history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Books {
    /// By SKU.
    pub stock: BTreeMap<Key, StockBook>,
    /// By currency.
    pub money: BTreeMap<Currency, MoneyBook>,
}

impl Books {
    /// Adds a history up.
    pub fn of(history: &History) -> Books {
        let mut books = Books { stock: stock::fold(history).books, money: BTreeMap::new() };
        for event in history.of(Topic::Payments) {
            match &event.told {
                Told::Payment(PaymentFact::PaymentCaptured(fact)) => {
                    books.money.entry(fact.amount.currency).or_default().captured +=
                        i128::from(fact.amount.amount);
                }
                Told::Payment(PaymentFact::PaymentRefunded(fact)) => {
                    books.money.entry(fact.amount.currency).or_default().refunded +=
                        i128::from(fact.amount.amount);
                }
                _ => {}
            }
        }
        for order in order::orders(history).values().filter(|order| order.fate() == Fate::Completed) {
            if let Some((total, _)) = order.accepted.first() {
                books.money.entry(total.currency).or_default().completed += i128::from(total.amount);
            }
        }
        books
    }

    /// Whether nothing is missing and nothing is too much, once everything has settled: all supplied pieces are free,
    /// shipped or written off, and the money kept is that of completed orders.
    pub fn balance(&self) -> bool {
        let stock = self.stock.values().all(|book| {
            let free = book.in_depot + book.on_shelves;
            book.held == 0 && book.in_transfer == 0 && free + book.shipped + book.written_off == book.supplied
        });
        stock && self.money.values().all(|book| book.captured - book.refunded == book.completed)
    }
}
