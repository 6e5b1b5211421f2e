//! What met in a history: reasons, races and meetings within one order, for the coverage.

use std::collections::HashMap;

use events_schema::{
    Key, Place, Timestamp, Topic,
    inventory::InventoryFact,
    orders::{CancelReason, OrderFact},
    parking::{EventDiscarded, ParkingFact},
    payments::PaymentFact,
    schema,
};
use serde::Serialize;

use crate::{Event, Fate, History, Order, Told};

/// The types of the reasons an event may give, as its schema calls them.
const REASONS: [&str; 5] =
    ["RejectionCode", "CancelReason", "RefusalReason", "FailureReason", "ReleaseCause"];

/// Reasons that are words of the contract and no type.
const WORDS: [(&str, &str); 4] = [
    ("EventDiscarded", "id_reused"),
    ("EventDiscarded", "too_old"),
    ("StockCorrectionRefused", "bad_quantity"),
    ("StockCorrectionRefused", "wrong_version"),
];

/// Every reason of the contract with its event, like `PaymentFailed too_late`: what the schemas list.
pub(crate) fn reasons() -> Vec<String> {
    let mut all: Vec<String> = WORDS.iter().map(|(event, word)| format!("{event} {word}")).collect();
    for described in schema::all() {
        for name in REASONS {
            let choices = described.schema["$defs"][name]["oneOf"].as_array().into_iter().flatten();
            let words = choices.filter_map(|choice| choice["const"].as_str());
            all.extend(words.map(|word| format!("{} {word}", described.event)));
        }
    }
    all
}

/// The reasons an event gives.
pub(crate) fn reasons_of(event: &Event) -> Vec<String> {
    let named = |word: String| vec![format!("{} {word}", event.kind)];
    match &event.told {
        Told::Order(OrderFact::OrderRejected(fact)) => {
            fact.reasons.iter().map(|reason| format!("{} {}", event.kind, word(&reason.code))).collect()
        }
        Told::Order(OrderFact::OrderCancelled(fact)) => named(word(&fact.reason)),
        Told::Order(OrderFact::OrderCancellationRefused(fact)) => named(word(&fact.reason)),
        Told::Inventory(InventoryFact::StockReleased(fact)) => named(word(&fact.cause)),
        Told::Inventory(InventoryFact::StockCorrectionRefused(fact)) => named(fact.reason.clone()),
        Told::Payment(PaymentFact::PaymentFailed(fact)) => named(word(&fact.reason)),
        Told::Parking(ParkingFact::EventDiscarded(EventDiscarded { reason, .. })) => {
            let known = WORDS.iter().any(|(_, word)| word == reason);
            if known { named(reason.clone()) } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

fn word<T: Serialize>(reason: &T) -> String {
    let text = serde_json::to_string(reason).unwrap_or_default();
    text.trim_matches('"').to_owned()
}

/// Whether a recalled shelf had something to send.
pub(crate) fn brings_some_home(event: &Event) -> bool {
    let Told::Inventory(InventoryFact::StockReturned(back)) = &event.told else { return false };
    event.place.topic == Topic::Inventory && back.recalled && back.quantity > 0
}

/// Orders that were rejected for want of a SKU which another order took while they were open.
pub(crate) fn races(history: &History) -> Vec<Key> {
    let mut accepted: HashMap<Key, Timestamp> = HashMap::new();
    for event in history.of(Topic::Orders).filter(|event| event.kind == "OrderAccepted") {
        accepted.insert(event.subject, event.time);
    }
    let mut taken: HashMap<Key, Vec<Timestamp>> = HashMap::new();
    let mut lost = Vec::new();
    for event in history.of(Topic::Inventory) {
        match &event.told {
            Told::Inventory(InventoryFact::StockReserved(fact)) => {
                fact.lines.iter().for_each(|line| taken.entry(line.sku).or_default().push(event.time));
            }
            Told::Inventory(InventoryFact::StockRejected(fact)) => lost.push((event, fact)),
            _ => {}
        }
    }
    taken.values_mut().for_each(|times| times.sort_unstable());
    let raced = |sku: &Key, from: Timestamp, to: Timestamp| {
        let times = taken.get(sku).map_or(&[][..], Vec::as_slice);
        times.get(times.partition_point(|time| *time < from)).is_some_and(|time| *time <= to)
    };
    let lost = lost.into_iter().filter(|(event, fact)| {
        let from = accepted.get(&event.subject).copied().unwrap_or(event.time);
        fact.missing.iter().any(|missing| raced(&missing.sku, from, event.time))
    });
    lost.map(|(event, _)| event.subject).collect()
}

/// What met within one order.
pub(crate) struct Meetings {
    /// It was queued and then served.
    pub(crate) served: bool,
    /// It was queued and then rejected.
    pub(crate) rejected: bool,
    /// It was captured after its cancellation was heard, and refunded.
    pub(crate) refunded: bool,
    /// Its deadline came while the provider owed an answer.
    pub(crate) deadline_first: bool,
    /// Its deadline had come, and the answer was heard first.
    pub(crate) answer_first: bool,
    /// The provider said no, and then charged.
    pub(crate) contradicted: bool,
}

impl Meetings {
    pub(crate) fn of(order: &Order, history: &History) -> Meetings {
        let queued = !order.queued.is_empty();
        let captured = order.captured.first().map(|(_, at)| *at);
        let after = |first: &[Place]| {
            first.first().zip(captured).is_some_and(|(first, captured)| first.offset < captured.offset)
        };
        let time = |at: Option<&Place>| at.and_then(|at| history.at(*at)).map(|event| event.time);
        let expired = order.fate() == Fate::Cancelled(CancelReason::Expired);
        let ended = time(order.cancelled.first().map(|(_, at)| at));
        let answered = [captured.as_ref(), order.failed.first()].into_iter().filter_map(time).min();
        let started = time(order.started.first()).zip(ended).is_some_and(|(started, ended)| started <= ended);
        let in_time = answered.zip(ended).is_some_and(|(answered, ended)| answered < ended);
        let decided = time(order.confirmed.first());
        Meetings {
            served: queued && !order.reserved.is_empty(),
            rejected: queued && order.refused.iter().any(|(name, _)| *name == "StockRejected"),
            refunded: after(&order.voided) && !order.refunded.is_empty(),
            deadline_first: expired && started && !in_time,
            answer_first: decided.zip(order.expires_at).is_some_and(|(decided, expires)| decided >= expires),
            contradicted: after(&order.failed),
        }
    }
}
