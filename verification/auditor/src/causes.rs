//! Which causes are named by what was read and are not there yet.
//!
//! Partitions are read one after another, so that an effect may have been read and its cause not: a capture after its
//! confirmation. A promise is judged at histories that contain the cause of each of their events only.

use std::{
    collections::{BTreeMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use events_schema::{EventId, Topic};
use invariants::{Event, History, Told};

use crate::Shard;

/// What is known and what is missed. Ids are kept as 64-bit hashes: at worst a reading is taken for closed when it is
/// not.
#[derive(Default)]
pub(crate) struct Causes {
    known: HashSet<u64>,
    missed: HashSet<u64>,
    /// Missed for so long that they are not there.
    absent: HashSet<u64>,
    /// How many events of each partition were noted.
    noted: BTreeMap<Shard, usize>,
}

impl Causes {
    /// Takes in what has come to the history.
    pub(crate) fn note(&mut self, history: &History) {
        for topic in Topic::ALL {
            for (partition, events) in history.partitions_of(topic) {
                let noted = self.noted.entry((topic, partition)).or_default();
                for event in &events[*noted..] {
                    self.known.extend(originates(event).then(|| hashed(&event.id)));
                    self.missed.extend(needs(event).map(|id| hashed(&id)));
                }
                *noted = events.len();
            }
        }
        let known = |id: &u64| self.known.contains(id);
        self.missed.retain(|id| !known(id) && !self.absent.contains(id));
    }

    /// Whether every cause is there that could be.
    pub(crate) fn is_closed(&self) -> bool {
        self.missed.is_empty()
    }

    /// Whether an event of this id would bring what is missed.
    pub(crate) fn misses(&self, id: &EventId) -> bool {
        self.missed.contains(&hashed(id))
    }

    /// What is missed now will not come: whoever judges shall see that.
    pub(crate) fn give_up(&mut self) {
        self.absent.extend(self.missed.drain());
    }
}

/// A transfer's copy may be readable before the fact itself, and a parked record is a copy: neither is an origin.
fn originates(event: &Event) -> bool {
    event.place.topic != Topic::StockTransfers && !event.place.topic.is_parked()
}

/// The event that must be there when this one is. Outsiders need no cause, and a parking fact may answer what is no event.
fn needs(event: &Event) -> Option<EventId> {
    let topic = event.place.topic;
    if topic == Topic::StockTransfers {
        return Some(event.id);
    }
    let waits = topic.owner().is_some() && !topic.is_parked() && !matches!(event.told, Told::Parking(_));
    event.cause.filter(|_| waits)
}

fn hashed(id: &EventId) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}
