//! What a check found.

use events_schema::{Key, Place};
use serde::Serialize;

/// One promise, judged.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Verdict {
    /// Its number, like `S4`.
    pub promise: &'static str,
    /// What it says.
    pub says: &'static str,
    /// How many things were judged by it.
    pub checked: u64,
    /// Where it is broken.
    pub breaches: Vec<Breach>,
}

/// One breach of a promise.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Breach {
    /// The order, SKU or customer.
    #[serde(serialize_with = "as_text")]
    pub subject: Key,
    /// What is wrong.
    pub what: String,
    /// The events that show it, like `PaymentCaptured payments-2@17`.
    pub events: Vec<String>,
}

fn as_text<S: serde::Serializer>(key: &Key, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(key.as_str())
}

impl Verdict {
    pub(crate) fn new(promise: &'static str, says: &'static str) -> Verdict {
        Verdict { promise, says, checked: 0, breaches: Vec::new() }
    }

    /// Judges one thing: it was right, or here is what is wrong with it.
    pub(crate) fn judge(
        &mut self,
        right: bool,
        subject: Key,
        what: impl FnOnce() -> String,
        shows: &[(&str, Place)],
    ) {
        match right {
            true => self.pass(),
            false => self.refuse(subject, what(), shows),
        }
    }

    /// One thing was right.
    pub(crate) fn pass(&mut self) {
        self.checked += 1;
    }

    /// One thing was wrong.
    pub(crate) fn refuse(&mut self, subject: Key, what: String, shows: &[(&str, Place)]) {
        self.checked += 1;
        let events = shows.iter().map(|(event, place)| format!("{event} {place}")).collect();
        self.breaches.push(Breach { subject, what, events });
    }

    /// Whether it holds.
    pub fn holds(&self) -> bool {
        self.breaches.is_empty()
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.breaches.first() {
            None => write!(f, "{} holds: {} ({} checked)", self.promise, self.says, self.checked),
            Some(first) => write!(
                f,
                "{} broken {} times: {}; first: {}: {} [{}]",
                self.promise,
                self.breaches.len(),
                self.says,
                first.subject,
                first.what,
                first.events.join(", ")
            ),
        }
    }
}
