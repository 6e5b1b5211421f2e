//! `Coverage`: what happened in a batch of histories, so that a batch in which the rare things never met is red.

use std::collections::BTreeMap;

use invariants::{Event, History};

use crate::story::{said, story};

/// How many histories each thing happened in.
#[derive(Clone, Debug, Default)]
pub struct Coverage(BTreeMap<String, u64>);

/// Meetings within one order: its story tells of the first, and later of the second.
const MEETINGS: [(&str, &str, &str); 9] = [
    ("queued, then served", "ReservationQueued", "StockReserved"),
    ("queued, then rejected", "ReservationQueued", "StockRejected"),
    ("queued, then dropped", "ReservationQueued", "ReservationDropped"),
    ("captured after it was voided", "PaymentVoided", "PaymentCaptured"),
    ("captured after it failed", "PaymentFailed", "PaymentCaptured"),
    ("refused, then refunded", "RefundFailed", "PaymentRefunded"),
    ("voided before anything started", "PaymentVoided", "StockReserved"),
    ("parked, then resumed", "EventParked", "EventResumed"),
    ("forwarded, then accepted", "EventForwarded", "OrderAccepted"),
];

impl Coverage {
    /// Adds what happened in one history.
    pub fn add(&mut self, history: &History) {
        let mut met: Vec<String> = facts(history).map(said).map(short).collect();
        for order in history.fates().into_keys() {
            let story = story(history, order);
            for (name, first, second) in MEETINGS {
                let at = |event: &str| story.iter().position(|said| said.starts_with(event));
                let meets =
                    at(first).is_some_and(|first| story[first..].iter().any(|said| said.starts_with(second)));
                met.extend(meets.then(|| name.to_owned()));
            }
        }
        met.sort_unstable();
        met.dedup();
        for one in met {
            *self.0.entry(one).or_default() += 1;
        }
    }

    /// In how many histories this happened: an event, an event with its reason, or a meeting.
    pub fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }

    /// Everything that happened, and in how many histories.
    pub fn all(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(what, count)| (what.as_str(), *count))
    }
}

/// What is said, but for records set aside.
fn facts(history: &History) -> impl Iterator<Item = &Event> {
    history.all().filter(|event| !event.place.topic.is_parked())
}

/// Details that are different every time are left out.
fn short(said: String) -> String {
    let detailed = ["EventParked", "EventResumed", "EventDiscarded", "ReservationQueued", "OrderRejected"];
    match detailed.iter().find(|event| said.starts_with(**event)) {
        Some(event) => (*event).to_owned(),
        None => said,
    }
}
