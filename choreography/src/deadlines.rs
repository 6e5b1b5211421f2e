//! Deadlines and open calls of a task: folds over committed facts, so that restore cannot forget one.

use std::collections::{BTreeMap, BTreeSet};

use ahash::AHashMap;
use events_schema::{EventId, Key, Timestamp};

use crate::{hosted::Origin, table::give_back_room};

/// When subjects are to be woken.
#[derive(Default)]
pub(crate) struct Deadlines {
    due: BTreeSet<(Timestamp, Key)>,
    of: AHashMap<Key, (Timestamp, Origin)>,
}

impl Deadlines {
    /// Wakes the subject at `at`, because of a fact; replaces an earlier deadline.
    pub(crate) fn wake(&mut self, subject: Key, at: Timestamp, origin: Origin) {
        self.sleep(&subject);
        self.due.insert((at, subject));
        self.of.insert(subject, (at, origin));
    }

    /// The subject has no deadline any more.
    pub(crate) fn sleep(&mut self, subject: &Key) {
        if let Some((at, _)) = self.of.remove(subject) {
            self.due.remove(&(at, *subject));
            give_back_room(&mut self.of);
        }
    }

    /// The subjects due at `now`, oldest first, with the fact each deadline belongs to.
    pub(crate) fn due(&self, now: Timestamp) -> impl Iterator<Item = (Key, Origin)> + '_ {
        let due = self.due.iter().take_while(move |(at, _)| *at <= now);
        due.filter_map(|(_, subject)| self.of.get(subject).map(|(_, origin)| (*subject, origin.clone())))
    }

    /// How many subjects have a deadline.
    pub(crate) fn len(&self) -> usize {
        self.of.len()
    }

    /// When the next deadline comes of a subject that need not wait for an operator.
    pub(crate) fn next(&self, waits: impl Fn(&Key) -> bool) -> Option<Timestamp> {
        self.due.iter().find(|(_, subject)| !waits(subject)).map(|(at, _)| *at)
    }
}

/// The calls to the outside that have no answer yet, by subject.
pub(crate) struct Asks<R>(BTreeMap<Key, (Origin, R)>);

impl<R> Default for Asks<R> {
    fn default() -> Asks<R> {
        Asks(BTreeMap::new())
    }
}

impl<R> Asks<R> {
    /// The subject is to be asked about, because of a fact.
    pub(crate) fn ask(&mut self, subject: Key, origin: Origin, request: R) {
        self.0.insert(subject, (origin, request));
    }

    /// The subject's call is answered.
    pub(crate) fn answered(&mut self, subject: &Key) {
        self.0.remove(subject);
    }

    /// The fact that obliged to the open call about a subject.
    pub(crate) fn cause(&self, subject: &Key) -> Option<EventId> {
        self.origin(subject).map(|origin| origin.fact)
    }

    /// The same, and its trace.
    pub(crate) fn origin(&self, subject: &Key) -> Option<&Origin> {
        self.0.get(subject).map(|(origin, _)| origin)
    }

    /// All open calls.
    pub(crate) fn open(&self) -> impl Iterator<Item = (&Key, &(Origin, R))> {
        self.0.iter()
    }

    /// How many calls are open.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
