//! An order's story: its events in order of time, with their places and reasons.

use events_schema::{
    Key, Topic,
    inventory::InventoryFact,
    orders::OrderFact,
    parking::{EventDiscarded, EventParked, EventResumed, ParkingFact},
    payments::PaymentFact,
};
use invariants::{Event, History, Told};

/// The events about a subject in order of time, copies left out, as `OrderCancelled (out_of_stock)`.
pub fn story(history: &History, subject: Key) -> Vec<String> {
    events_of(history, subject).into_iter().map(said).collect()
}

/// The same with time and place, for people.
pub fn story_with_places(history: &History, subject: Key) -> String {
    let line = |event: &Event| format!("{} {:<18} {}\n", event.time, event.place.to_string(), said(event));
    events_of(history, subject).into_iter().map(line).collect()
}

/// The newest events of all, for people.
pub(crate) fn newest(history: &History, count: usize) -> String {
    let mut events: Vec<&Event> = history.all().collect();
    events.sort_by_key(|event| (event.time, event.place));
    let line = |event: &&Event| {
        format!("{} {:<18} {} {}\n", event.time, event.place.to_string(), event.subject, said(event))
    };
    events[events.len().saturating_sub(count)..].iter().map(line).collect()
}

/// The events about a subject in order of time, copies left out.
pub fn events_of(history: &History, subject: Key) -> Vec<&Event> {
    let copies =
        |event: &&Event| event.place.topic != Topic::StockTransfers && !event.place.topic.is_parked();
    let mut events: Vec<&Event> =
        history.all().filter(|event| event.subject == subject).filter(copies).collect();
    events.sort_by_key(|event| (event.time, event.place.topic, event.place.partition, event.place.offset));
    events
}

/// What an event says, with its reason if it has one.
pub fn said(event: &Event) -> String {
    match reason(&event.told) {
        Some(reason) => format!("{} ({reason})", event.kind),
        None => event.kind.clone(),
    }
}

fn reason(told: &Told) -> Option<String> {
    match told {
        Told::Order(OrderFact::OrderRejected(fact)) => {
            Some(fact.reasons.iter().map(|reason| word(&reason.code)).collect::<Vec<_>>().join(" "))
        }
        Told::Order(OrderFact::OrderCancelled(fact)) => Some(word(&fact.reason)),
        Told::Order(OrderFact::OrderCancellationRefused(fact)) => Some(word(&fact.reason)),
        Told::Inventory(InventoryFact::ReservationQueued(fact)) => Some(fact.waiting_on.to_string()),
        Told::Inventory(InventoryFact::StockReleased(fact)) => Some(word(&fact.cause)),
        Told::Payment(PaymentFact::PaymentFailed(fact)) => Some(word(&fact.reason)),
        Told::Parking(ParkingFact::EventParked(EventParked { topic, reason, .. })) => {
            Some(format!("{topic}: {reason}"))
        }
        Told::Parking(ParkingFact::EventResumed(EventResumed { topic, .. })) => Some(topic.clone()),
        Told::Parking(ParkingFact::EventDiscarded(EventDiscarded { topic, reason, .. })) => {
            Some(format!("{topic}: {reason}"))
        }
        _ => None,
    }
}

fn word<T: serde::Serialize>(reason: &T) -> String {
    let text = serde_json::to_string(reason).unwrap_or_default();
    text.trim_matches('"').to_owned()
}
