//! Parking: which subjects wait behind a record that could not be taken. A fold over the machine's own facts.

use events_schema::{
    Key, Place, Topic,
    parking::{EventDiscarded, EventParked, EventResumed, ParkingFact},
};

use crate::Table;

/// Headers of a parked record: where it stood, why it was set aside, whom it blocks. Its own headers follow.
pub(crate) mod header {
    pub(crate) const SERVICE: &str = "parked-service";
    pub(crate) const SUBJECT: &str = "parked-subject";
    pub(crate) const REASON: &str = "parked-reason";
    pub(crate) const AT: &str = "parked-at";
    pub(crate) const TOPIC: &str = "parked-topic";
    pub(crate) const PARTITION: &str = "parked-partition";
    pub(crate) const OFFSET: &str = "parked-offset";
    /// Present when the value was cut because the log would not take it whole.
    pub(crate) const TRUNCATED: &str = "parked-truncated";
}

/// What waits: a record, or an input that is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Waiting {
    /// A record at this place.
    Record(Place),
    /// The subject's deadline.
    Deadline,
    /// An answer from the outside.
    Answer,
}

impl Waiting {
    /// Topic, partition and offset as a parking fact names them.
    pub(crate) fn named(&self, partition: u16) -> (String, u16, i64) {
        match self {
            Waiting::Record(place) => (place.topic.name().to_owned(), place.partition, place.offset),
            Waiting::Deadline => ("deadline".to_owned(), partition, 0),
            Waiting::Answer => ("answer".to_owned(), partition, 0),
        }
    }

    fn read(topic: &str, partition: u16, offset: i64) -> Option<Waiting> {
        match topic {
            "deadline" => Some(Waiting::Deadline),
            "answer" => Some(Waiting::Answer),
            name => Topic::from_name(name).map(|topic| Waiting::Record(Place { topic, partition, offset })),
        }
    }
}

/// The blocked subjects and what waits for each, oldest first.
#[derive(Default)]
pub(crate) struct Parking(Table<Key, Vec<Waiting>>);

impl Parking {
    /// Whether the subject's records must wait.
    pub(crate) fn blocks(&self, subject: &Key) -> bool {
        !self.0.is_empty() && self.0.contains(subject)
    }

    /// The oldest that waits for the subject.
    pub(crate) fn oldest(&self, subject: &Key) -> Option<&Waiting> {
        self.0.get(subject).and_then(|waiting| waiting.first())
    }

    /// Whether this waits for the subject.
    pub(crate) fn waits(&self, subject: &Key, one: &Waiting) -> bool {
        self.0.get(subject).is_some_and(|waiting| waiting.contains(one))
    }

    /// How many subjects are blocked.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Folds a parking fact.
    pub(crate) fn fold(&mut self, subject: Key, fact: &ParkingFact) {
        match fact {
            ParkingFact::EventParked(EventParked { topic, partition, offset, .. }) => {
                let Some(new) = Waiting::read(topic, *partition, *offset) else { return };
                let mut waiting = self.0.get(&subject).cloned().unwrap_or_default();
                if !waiting.contains(&new) {
                    waiting.push(new);
                    self.0.put(subject, waiting);
                }
            }
            ParkingFact::EventResumed(EventResumed { topic, partition, offset, .. })
            | ParkingFact::EventDiscarded(EventDiscarded { topic, partition, offset, .. }) => {
                let (Some(gone), Some(waiting)) =
                    (Waiting::read(topic, *partition, *offset), self.0.get(&subject))
                else {
                    return;
                };
                let rest: Vec<Waiting> = waiting.iter().filter(|one| **one != gone).cloned().collect();
                if rest.is_empty() { self.0.remove(&subject) } else { self.0.put(subject, rest) }
            }
            ParkingFact::EventForwarded(_) => {}
        }
    }

    pub(crate) fn commit(&mut self) {
        self.0.commit();
    }

    pub(crate) fn roll_back(&mut self) {
        self.0.roll_back();
    }
}
