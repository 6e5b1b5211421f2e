//! S12: no fact stands on its topic twice.

use std::collections::HashMap;

use events_schema::{EventId, Key, Topic};

use crate::{Event, History, Verdict};

/// Events a subject may have once.
const ONCE: [&str; 15] = [
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
        let mut ids: HashMap<EventId, &Event> = HashMap::new();
        let mut once: HashMap<(Key, &str), &Event> = HashMap::new();
        for event in history.of(topic) {
            let first = ids.insert(event.id, event);
            let shows = |first: &Event| [(event.kind.as_str(), event.place), ("first", first.place)].to_vec();
            let shown = first.map(shows).unwrap_or_default();
            verdict.judge(
                first.is_none(),
                event.subject,
                || format!("event id {} is there twice", event.id),
                &shown,
            );
            if ONCE.contains(&event.kind.as_str()) {
                let first = once.insert((event.subject, &event.kind), event);
                let shown = first.map(shows).unwrap_or_default();
                verdict.judge(
                    first.is_none(),
                    event.subject,
                    || format!("{} is said twice", event.kind),
                    &shown,
                );
            }
        }
    }
    verdict
}
