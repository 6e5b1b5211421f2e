//! `Reservation`: an open order as inventory knows it: what it wants, and how much of that is taken.

use std::sync::Arc;

use events_schema::{
    Customer, Key, Line, Money, Payment, Timestamp,
    inventory::{ReservationQueued, StockReserved},
    orders::OrderAccepted,
};

/// An open order: it waits in one line, or everything is taken for it.
#[derive(Clone, PartialEq, Debug)]
pub struct Reservation {
    /// What is wanted, sorted by SKU, so that two orders after the same products cannot wait for one another.
    pub lines: Arc<[Line]>,
    /// The lines before this one are taken.
    pub next: usize,
    /// Its number in the line of `lines[next]`; `None`: it holds all it wants.
    pub place: Option<u64>,
    /// Who buys.
    pub customer_id: Customer,
    /// What to charge.
    pub total: Money,
    /// How.
    pub payment: Payment,
    /// When it is too late to charge.
    pub expires_at: Timestamp,
}

impl Reservation {
    /// What an accepted order wants, before anything is taken. `None` when a product stands in two lines.
    pub(crate) fn wanted(accepted: &OrderAccepted) -> Option<Reservation> {
        let line =
            |priced: &events_schema::orders::PricedLine| Line { sku: priced.sku, quantity: priced.quantity };
        let mut lines: Vec<Line> = accepted.lines.iter().map(line).collect();
        lines.sort_unstable_by_key(|line| line.sku);
        let distinct = lines.windows(2).all(|pair| pair[0].sku != pair[1].sku);
        let OrderAccepted { customer_id, total, payment, expires_at, .. } = *accepted;
        let lines = lines.into();
        distinct.then_some(Reservation {
            lines,
            next: 0,
            place: None,
            customer_id,
            total,
            payment,
            expires_at,
        })
    }

    pub(crate) fn of_queued(queued: &ReservationQueued) -> Reservation {
        let ReservationQueued { customer_id, total, payment, expires_at, .. } = *queued;
        let lines = queued.lines.as_slice().into();
        Reservation { lines, next: 0, place: None, customer_id, total, payment, expires_at }
    }

    pub(crate) fn of_reserved(reserved: &StockReserved) -> Reservation {
        let StockReserved { customer_id, total, payment, expires_at, .. } = *reserved;
        let lines = reserved.lines.as_slice().into();
        Reservation { lines, next: 0, place: None, customer_id, total, payment, expires_at }
    }

    /// The fact that it waits for `waiting_on`.
    pub(crate) fn queued(&self, waiting_on: Key) -> ReservationQueued {
        let Reservation { customer_id, total, payment, expires_at, .. } = *self;
        ReservationQueued { lines: self.lines.to_vec(), customer_id, total, payment, expires_at, waiting_on }
    }

    /// The fact that it holds everything.
    pub(crate) fn reserved(&self) -> StockReserved {
        let Reservation { customer_id, total, payment, expires_at, .. } = *self;
        StockReserved { lines: self.lines.to_vec(), customer_id, total, payment, expires_at }
    }

    /// The line it waits for.
    pub fn waits_for(&self) -> Option<Line> {
        self.place.and_then(|_| self.lines.get(self.next).copied())
    }

    /// What is taken for it.
    pub fn taken(&self) -> &[Line] {
        &self.lines[..self.next.min(self.lines.len())]
    }
}
