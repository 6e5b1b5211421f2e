//! Orders that are under way, so that nobody takes a shop at work for one that has settled.

use std::collections::{BTreeMap, BTreeSet};

use events_schema::{
    Key, checkout::CheckoutEvent, orders::OrderFact, parking::ParkingFact, payments::PaymentFact,
};
use invariants::{Event, History, Told};

#[derive(Default)]
struct Order {
    placed: bool,
    ended: bool,
    cancelled: bool,
    /// Payments that were begun and have neither succeeded nor failed.
    asking: bool,
    answered: bool,
    captured: bool,
    /// Given back, or found impossible to give back.
    refunded: bool,
    given_up: bool,
}

impl Order {
    fn take(&mut self, event: &Event) {
        match &event.told {
            Told::Checkout(CheckoutEvent::OrderPlaced(_)) => self.placed = true,
            Told::Order(OrderFact::OrderRejected(_) | OrderFact::OrderCompleted(_)) => self.ended = true,
            Told::Order(OrderFact::OrderCancelled(_)) => (self.ended, self.cancelled) = (true, true),
            Told::Payment(fact) => self.take_payment(fact),
            Told::Parking(ParkingFact::EventDiscarded(_)) => self.given_up = true,
            _ => {}
        }
    }

    fn take_payment(&mut self, fact: &PaymentFact) {
        match fact {
            PaymentFact::PaymentStarted(_) => self.asking = true,
            PaymentFact::PaymentCaptured(_) => (self.answered, self.captured) = (true, true),
            PaymentFact::PaymentRefunded(_) | PaymentFact::RefundFailed(_) => self.refunded = true,
            PaymentFact::RefundStarted(_) => {}
            PaymentFact::PaymentFailed(_) | PaymentFact::PaymentVoided(_) => self.answered = true,
        }
    }

    /// Whether something will still be said of it, unless a promise is broken.
    fn is_open(&self) -> bool {
        let owes = self.captured && self.cancelled && !self.refunded;
        let waits = (self.placed && !self.ended) || (self.asking && !self.answered) || owes;
        waits && !self.given_up
    }
}

/// The orders that are under way: placed and not ended, or with money on its way. What waits for an operator is not.
pub(crate) fn orders(history: &History) -> Vec<Key> {
    let mut orders: BTreeMap<Key, Order> = BTreeMap::new();
    for event in history.all() {
        if matches!(event.told, Told::Checkout(_) | Told::Order(_) | Told::Payment(_) | Told::Parking(_)) {
            orders.entry(event.subject).or_default().take(event);
        }
    }
    let parked: BTreeSet<Key> = invariants::waiting(history).iter().map(|one| one.subject).collect();
    let open = orders.into_iter().filter(|(id, order)| order.is_open() && !parked.contains(id));
    open.map(|(id, _)| id).collect()
}
