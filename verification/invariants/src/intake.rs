//! `Intake`: records as they come, in any order between partitions; an event counts once its cause is in.
//!
//! A reader of live topics is never at one point of time: it may have read a confirmation before the capture that
//! caused it. What it has read with all causes in is a history that promises can be judged at.

use std::collections::{HashMap, HashSet, VecDeque};

use events_schema::{EventId, Record, Topic};

use crate::{Event, History, Told, history::read};

type Log = (Topic, u16);

/// A history that grows, and what has come too early for it.
#[derive(Default)]
pub struct Intake {
    history: History,
    known: HashSet<EventId>,
    early: HashMap<Log, VecDeque<Event>>,
    /// The partitions whose next event waits for this one.
    awaited: HashMap<EventId, Vec<Log>>,
}

impl Intake {
    /// Takes a record in; records of one partition must come in the order of their offsets.
    pub fn push(&mut self, record: &Record<'_>) {
        let Ok(event) = read(record) else { return self.history.push(record) };
        let log = (event.place.topic, event.place.partition);
        let early = self.early.entry(log).or_default();
        early.push_back(event);
        if early.len() == 1 {
            self.advance(log);
        }
    }

    /// What is causally closed.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// How many events wait for a cause that has not been read.
    pub fn early(&self) -> usize {
        self.early.values().map(VecDeque::len).sum()
    }

    /// Everything that was read, whether its cause is in or not: for when nothing more comes.
    pub fn into_history(mut self) -> History {
        for event in self.early.into_values().flatten() {
            self.history.add(event);
        }
        self.history
    }

    fn advance(&mut self, log: Log) {
        let mut ready = vec![log];
        while let Some(log) = ready.pop() {
            while let Some(event) = self.early.get_mut(&log).and_then(|early| early.pop_front()) {
                if let Some(cause) = self.lacks(&event) {
                    self.awaited.entry(cause).or_default().push(log);
                    self.early.entry(log).or_default().push_front(event);
                    break;
                }
                if self.known.insert(event.id) {
                    ready.extend(self.awaited.remove(&event.id).unwrap_or_default());
                }
                self.history.add(event);
            }
        }
    }

    /// What an event has to wait for. A parking fact may answer what is no event, and waits for nothing.
    fn lacks(&self, event: &Event) -> Option<EventId> {
        let cause = event.cause.filter(|_| !matches!(event.told, Told::Parking(_)))?;
        let waits = event.place.topic.owner().is_some() && !event.place.topic.is_parked();
        (waits && !self.known.contains(&cause)).then_some(cause)
    }
}
