//! Faulty placements: one for each reason an order can be refused for.

use events_schema::{Currency, Key, Money, checkout::OrderPlaced, checkout::WantedLine, warehouse};
use rand::{Rng, rngs::SmallRng};

use crate::{Shop, plan::key};

/// A product that was withdrawn, and one that nobody can pay.
const OLD: &str = "old";
const GEM: &str = "gem";

impl Shop {
    /// Lists what can only be ordered in vain.
    pub(crate) fn list_oddities(&mut self) {
        self.list(key(OLD), 100);
        self.tell(key(OLD), &warehouse::ProductWithdrawn::default());
        self.list(key(GEM), i64::MAX / 2);
    }

    /// The price of a product changes.
    pub(crate) fn reprice(&mut self, sku: Key, cents: i64) {
        let prices = vec![Money::new(cents, Currency::EUR)];
        self.tell(sku, &warehouse::PriceChanged { prices });
    }
}

/// Makes a placement one that must be refused.
pub(crate) fn spoil(placed: &mut OrderPlaced, chance: &mut SmallRng) {
    let line = |sku: &str, quantity: i64| WantedLine { sku: sku.to_owned(), quantity };
    match chance.random_range(0..9) {
        0 => placed.lines.push(line("unheard-of", 0)),
        1 => placed.lines.clear(),
        2 => placed.lines.extend_from_within(0..1),
        3 => placed.lines = (0..101).map(|n| line(&format!("nr-{n}"), 1)).collect(),
        4 => placed.currency = Some("USD".to_owned()),
        5 => placed.payment.token = "4111 1111 1111 1111".to_owned(),
        6 => placed.lines.push(line(OLD, 1)),
        7 => placed.lines.push(line(GEM, 1)),
        _ => placed.lines.push(line(GEM, 9)),
    }
}
