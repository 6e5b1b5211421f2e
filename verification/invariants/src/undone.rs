//! S10: compensation is minimal.

use std::collections::BTreeMap;

use events_schema::{Key, Place, inventory::ReleaseCause};

use crate::{Order, Verdict};

pub(crate) fn minimal(orders: &BTreeMap<Key, Order>) -> Verdict {
    let mut verdict =
        Verdict::new("S10", "nothing is undone that was not done, and nothing of a confirmed order");
    for (id, order) in orders {
        let undone = order.undone();
        for (event, place, done) in &undone {
            let before = done.iter().any(|done| done.offset < place.offset);
            let shows = [(*event, *place)];
            verdict.judge(before, *id, || format!("{event} undoes what was not done"), &shows);
        }
        if let Some(confirmed) = order.confirmed.first() {
            let mut shows = vec![("OrderConfirmed", *confirmed)];
            shows.extend(undone.iter().map(|(event, place, _)| (*event, *place)));
            shows.extend(order.voided.iter().map(|place| ("PaymentVoided", *place)));
            verdict.judge(shows.len() == 1, *id, || "undone though it was confirmed".to_owned(), &shows);
        }
        for (cause, place) in &order.released_for {
            let (named, there) = match cause {
                ReleaseCause::PaymentFailed => ("PaymentFailed", !order.failed.is_empty()),
                ReleaseCause::OrderCancelled => ("OrderCancelled", !order.cancelled.is_empty()),
            };
            let shows = [("StockReleased", *place)];
            verdict.judge(there, *id, || format!("released for a {named} that is not there"), &shows);
        }
    }
    verdict
}

impl Order {
    /// What was undone, and where it had been done. A void may come first: it is a mark, and undoes nothing.
    fn undone(&self) -> Vec<(&'static str, Place, Vec<Place>)> {
        fn places<T>(of: &[(T, Place)]) -> Vec<Place> {
            of.iter().map(|(_, place)| *place).collect()
        }
        let released = self.released.iter().map(|(_, at)| ("StockReleased", *at, places(&self.reserved)));
        let dropped = self.refused.iter().filter(|(name, _)| *name == "ReservationDropped");
        let dropped = dropped.map(|(name, at)| (*name, *at, self.queued.clone()));
        let started = self.refund_started.iter().map(|at| ("RefundStarted", *at, places(&self.captured)));
        let refunded = self.refunded.iter().map(|(_, at)| ("PaymentRefunded", *at, places(&self.captured)));
        released.chain(dropped).chain(started).chain(refunded).collect()
    }
}
