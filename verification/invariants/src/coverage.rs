//! `Coverage`: what happened in a batch of histories, so that a batch in which the rare things never met is red.

use std::collections::BTreeMap;

use events_schema::schema;

use crate::{Event, History, Mishaps, Order, met, order};

/// How often each thing happened that must happen (C1 to C17).
#[derive(Clone, Debug)]
pub struct Coverage {
    met: BTreeMap<(u8, String), u64>,
}

/// What the numbers say.
pub(crate) const SAYS: [&str; 17] = [
    "every event type",
    "every reason",
    "two orders race for the last unit",
    "a queued order is served; and is rejected",
    "a capture after the cancellation is refunded",
    "a deadline beats an answer",
    "an answer beats a deadline",
    "the provider answers twice; contradicts itself; times out after capturing",
    "a crash at every crash point",
    "an in-doubt commit had applied",
    "an in-doubt commit had not applied",
    "a take-over in the middle of a batch",
    "a zombie is fenced",
    "poison is parked and its subject resumed in order",
    "a misrouted record is forwarded",
    "stock is recalled from a shelf that had some",
    "committed offsets are lost, positions taken from the log",
];

/// What must happen, but for the points of a crash, which the runner names.
const PARTS: [(u8, &[&str]); 15] = [
    (3, &["race"]),
    (4, &["served", "rejected"]),
    (5, &["refunded"]),
    (6, &["deadline"]),
    (7, &["answer"]),
    (8, &["twice", "contradicts", "late"]),
    (9, &[]),
    (10, &["applied"]),
    (11, &["lost"]),
    (12, &["take-over"]),
    (13, &["fenced"]),
    (14, &["resumed"]),
    (15, &["forwarded"]),
    (16, &["recalled"]),
    (17, &["offsets"]),
];

impl Default for Coverage {
    fn default() -> Coverage {
        let types = schema::all().into_iter().map(|described| (1, described.event.to_owned()));
        let reasons = met::reasons().into_iter().map(|reason| (2, reason));
        let parts = PARTS.iter().flat_map(|(c, parts)| parts.iter().map(|part| (*c, (*part).to_owned())));
        Coverage { met: types.chain(reasons).chain(parts).map(|what| (what, 0)).collect() }
    }
}

impl Coverage {
    /// Adds what a history shows.
    pub fn add(&mut self, history: &History) {
        for event in history.all().filter(|event| !event.place.topic.is_parked()) {
            self.event(event);
        }
        for order in order::orders(history).values() {
            self.order(order, history);
        }
        met::races(history).into_iter().for_each(|_| self.meet(3, "race", 1));
    }

    /// Adds what the runner knows.
    pub fn suffer(&mut self, mishaps: &Mishaps) {
        for (point, count) in &mishaps.crashes {
            *self.met.entry((9, point.clone())).or_default() += count;
        }
        self.meet(6, "deadline", mishaps.deadline_first);
        self.meet(7, "answer", mishaps.answer_first);
        self.meet(8, "twice", mishaps.answered_twice);
        self.meet(8, "contradicts", mishaps.contradicted);
        self.meet(8, "late", mishaps.late);
        self.meet(10, "applied", mishaps.doubtful_applied);
        self.meet(11, "lost", mishaps.doubtful_lost);
        self.meet(12, "take-over", mishaps.take_overs);
        self.meet(13, "fenced", mishaps.fenced);
        self.meet(17, "offsets", mishaps.offsets_lost);
    }

    /// Adds another batch.
    pub fn merge(&mut self, other: &Coverage) {
        for (what, count) in &other.met {
            *self.met.entry(what.clone()).or_default() += count;
        }
    }

    /// Everything that must happen, with its number, and how often it did: `("C4", "served", 12)`.
    pub fn counts(&self) -> impl Iterator<Item = (String, &str, u64)> {
        self.met.iter().map(|((c, what), count)| (format!("C{c}"), what.as_str(), *count))
    }

    /// How often one of them happened: the rarest of its parts.
    pub fn of(&self, number: u8) -> u64 {
        let parts = self.met.iter().filter(|((c, _), _)| *c == number);
        parts.map(|(_, count)| *count).min().unwrap_or(0)
    }

    /// What a number stands for.
    pub fn says(number: u8) -> &'static str {
        SAYS.get(usize::from(number).wrapping_sub(1)).copied().unwrap_or_default()
    }

    /// What never happened, like `C2 PaymentFailed too_late`.
    pub fn missing(&self) -> Vec<String> {
        let never = self.counts().filter(|(.., count)| *count == 0);
        let mut missing: Vec<String> = never.map(|(c, what, _)| format!("{c} {what}")).collect();
        if !self.met.keys().any(|(c, _)| *c == 9) {
            missing.push(format!("C9 {}", Coverage::says(9)));
        }
        missing
    }

    fn meet(&mut self, number: u8, what: &str, times: u64) {
        if times > 0 {
            *self.met.entry((number, what.to_owned())).or_default() += times;
        }
    }

    fn event(&mut self, event: &Event) {
        self.meet(1, &event.kind, 1);
        met::reasons_of(event).into_iter().for_each(|reason| self.meet(2, &reason, 1));
        match event.kind.as_str() {
            "EventResumed" => self.meet(14, "resumed", 1),
            "EventForwarded" => self.meet(15, "forwarded", 1),
            "StockReturned" if met::brings_some_home(event) => self.meet(16, "recalled", 1),
            _ => {}
        }
    }

    fn order(&mut self, order: &Order, history: &History) {
        let met = met::Meetings::of(order, history);
        self.meet(4, "served", met.served.into());
        self.meet(4, "rejected", met.rejected.into());
        self.meet(5, "refunded", met.refunded.into());
        self.meet(6, "deadline", met.deadline_first.into());
        self.meet(7, "answer", met.answer_first.into());
        self.meet(8, "contradicts", met.contradicted.into());
    }
}
