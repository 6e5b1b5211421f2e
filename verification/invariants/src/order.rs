//! `Order`: everything the history says of one order, by topic.

use std::collections::BTreeMap;

use events_schema::{
    Key, Line, Money, Place, Timestamp, Topic,
    checkout::CheckoutEvent,
    inventory::{InventoryFact, ReleaseCause},
    orders::{CancelReason, OrderFact},
    payments::PaymentFact,
};

use crate::{Event, History, Told, aside::Aside};

/// How an order ended, or has not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fate {
    /// Nothing is decided yet.
    Placed,
    /// Accepted, without an ending.
    Open,
    /// Refused.
    Rejected,
    /// Sold.
    Completed,
    /// Ended without a sale.
    Cancelled(CancelReason),
}

/// Something said with a value, and where.
pub(crate) type At<T> = (T, Place);

/// What the history says of one order. Lists are in offset order of their topic.
#[derive(Clone, Debug, Default)]
pub struct Order {
    pub(crate) placed: Vec<Place>,
    pub(crate) accepted: Vec<At<Money>>,
    pub(crate) rejected: Vec<Place>,
    pub(crate) confirmed: Vec<Place>,
    pub(crate) completed: Vec<Place>,
    pub(crate) cancelled: Vec<At<CancelReason>>,
    pub(crate) cancellations_refused: Vec<Place>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) queued: Vec<Place>,
    pub(crate) reserved: Vec<At<Vec<Line>>>,
    pub(crate) refused: Vec<At<&'static str>>,
    pub(crate) released: Vec<At<Vec<Line>>>,
    pub(crate) released_for: Vec<At<ReleaseCause>>,
    pub(crate) shipped: Vec<At<Vec<Line>>>,
    pub(crate) started: Vec<Place>,
    pub(crate) failed: Vec<Place>,
    pub(crate) voided: Vec<Place>,
    pub(crate) captured: Vec<At<Money>>,
    pub(crate) refund_started: Vec<Place>,
    pub(crate) refunded: Vec<At<Money>>,
    pub(crate) aside: Aside,
}

impl Order {
    /// How it ended.
    pub fn fate(&self) -> Fate {
        match (self.completed.first(), self.cancelled.first(), self.rejected.first(), self.accepted.first()) {
            (Some(_), ..) => Fate::Completed,
            (_, Some((reason, _)), ..) => Fate::Cancelled(*reason),
            (_, _, Some(_), _) => Fate::Rejected,
            (.., Some(_)) => Fate::Open,
            _ => Fate::Placed,
        }
    }

    /// Whether a record of it is still parked, or one that said something was given up: it need not end.
    pub fn is_set_aside(&self) -> bool {
        let never_taken = self.aside.repeated && self.fate() == Fate::Placed;
        !self.aside.waiting.is_empty() || self.aside.given_up || never_taken
    }

    /// Whether inventory has pieces for it, or keeps it in a line.
    pub fn holds_stock(&self) -> bool {
        let came = !self.queued.is_empty() || !self.reserved.is_empty();
        came && self.refused.is_empty() && self.released.is_empty() && self.shipped.is_empty()
    }

    /// Whether its money is ours and not on its way back.
    pub fn holds_money(&self) -> bool {
        !self.captured.is_empty() && self.refund_started.is_empty()
    }

    fn take(&mut self, event: &Event, history: &History) {
        let at = event.place;
        match &event.told {
            Told::Checkout(CheckoutEvent::OrderPlaced(_)) => self.placed.push(at),
            Told::Order(fact) => self.take_order(fact, at),
            Told::Inventory(fact) => self.take_inventory(fact, at),
            Told::Payment(fact) => self.take_payment(fact, at),
            Told::Parking(fact) => self.aside.take(fact, at.topic, history),
            _ => {}
        }
    }

    fn take_order(&mut self, fact: &OrderFact, at: Place) {
        match fact {
            OrderFact::OrderAccepted(fact) => {
                self.accepted.push((fact.total, at));
                self.expires_at = Some(fact.expires_at);
            }
            OrderFact::OrderRejected(_) => self.rejected.push(at),
            OrderFact::OrderConfirmed(_) => self.confirmed.push(at),
            OrderFact::OrderCompleted(_) => self.completed.push(at),
            OrderFact::OrderCancelled(fact) => self.cancelled.push((fact.reason, at)),
            OrderFact::OrderCancellationRefused(_) => self.cancellations_refused.push(at),
        }
    }

    fn take_inventory(&mut self, fact: &InventoryFact, at: Place) {
        match fact {
            InventoryFact::ReservationQueued(_) => self.queued.push(at),
            InventoryFact::StockReserved(fact) => self.reserved.push((fact.lines.clone(), at)),
            InventoryFact::StockRejected(_) => self.refused.push(("StockRejected", at)),
            InventoryFact::ReservationDropped(_) => self.refused.push(("ReservationDropped", at)),
            InventoryFact::StockReleased(fact) => {
                self.released.push((fact.lines.clone(), at));
                self.released_for.push((fact.cause, at));
            }
            InventoryFact::StockShipped(fact) => self.shipped.push((fact.lines.clone(), at)),
            _ => {}
        }
    }

    fn take_payment(&mut self, fact: &PaymentFact, at: Place) {
        match fact {
            PaymentFact::PaymentCaptured(fact) => self.captured.push((fact.amount, at)),
            PaymentFact::PaymentRefunded(fact) => self.refunded.push((fact.amount, at)),
            PaymentFact::PaymentFailed(_) => self.failed.push(at),
            PaymentFact::PaymentVoided(_) => self.voided.push(at),
            PaymentFact::RefundStarted(_) => self.refund_started.push(at),
            PaymentFact::PaymentStarted(_) => self.started.push(at),
            PaymentFact::RefundFailed(_) => {}
        }
    }
}

/// Every order the history knows: whatever was placed, or has a fact of the order service.
impl History {
    /// Every order that anything is said of.
    pub fn orders(&self) -> BTreeMap<Key, Order> {
        orders(self)
    }
}

pub(crate) fn orders(history: &History) -> BTreeMap<Key, Order> {
    let mut orders: BTreeMap<Key, Order> = BTreeMap::new();
    let starts = history.of(Topic::Checkout).chain(history.of(Topic::Orders));
    for event in starts.filter(|event| starts_order(&event.told)) {
        orders.entry(event.subject).or_default();
    }
    for event in history.all() {
        if let Some(order) = orders.get_mut(&event.subject) {
            order.take(event, history);
        }
    }
    orders
}

fn starts_order(told: &Told) -> bool {
    match told {
        Told::Checkout(event) => matches!(event, CheckoutEvent::OrderPlaced(_)),
        Told::Order(fact) => !matches!(fact, OrderFact::OrderCancellationRefused(_)),
        _ => false,
    }
}

impl History {
    /// Every order and how it ended.
    pub fn fates(&self) -> BTreeMap<Key, Fate> {
        orders(self).into_iter().map(|(id, order)| (id, order.fate())).collect()
    }
}
