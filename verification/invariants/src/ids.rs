//! S12: no fact stands on its topic twice.

use std::collections::HashMap;

use events_schema::{EventId, Key, Topic};

use crate::{Event, History, Verdict};

/// The events a subject may have once.
pub const ONCE: [&str; 15] = [
    "OrderAccepted",
    "OrderRejected",
    "OrderConfirmed",
    "OrderCompleted",
    "OrderCancelled",
    "StockReserved",
    "StockRejected",
    "ReservationDropped",
    "StockReleased",
    "StockShipped",
    "PaymentStarted",
    "PaymentCaptured",
    "PaymentFailed",
    "PaymentVoided",
    "PaymentRefunded",
];

pub(crate) fn unique(history: &History) -> Verdict {
    let mut verdict = Verdict::new("S12", "no fact is there twice");
    for topic in [Topic::Orders, Topic::Inventory, Topic::Payments] {
        let mut ids: HashMap<&EventId, &Event> = HashMap::new();
        let mut once: HashMap<(&Key, usize), &Event> = HashMap::new();
        for event in history.of(topic) {
            let first = ids.insert(&event.id, event);
            judge(&mut verdict, event, first, || format!("event id {} is there twice", event.id));
            if let Some(number) = ONCE.iter().position(|once| *once == event.kind) {
                let first = once.insert((&event.subject, number), event);
                judge(&mut verdict, event, first, || format!("{} is said twice", event.kind));
            }
        }
    }
    verdict
}

fn judge(verdict: &mut Verdict, event: &Event, first: Option<&Event>, what: impl FnOnce() -> String) {
    match first {
        None => verdict.pass(),
        Some(first) => {
            verdict.refuse(event.subject, what(), &[(&event.kind, event.place), ("first", first.place)]);
        }
    }
}
