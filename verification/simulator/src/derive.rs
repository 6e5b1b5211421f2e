//! Deriving again: every group of facts with one cause, decided once more from the log (S14).

use std::collections::HashMap;

use choreography::{Input, Replay, Service, Task, memory::MemoryLog};
use events_schema::{EventId, Fact, Key, OwnedRecord, Timestamp, Topic, untraced};
use invariants::Derivation;

use crate::Shop;

/// Facts of one decision, as they stand on the log.
struct Group {
    subject: Key,
    cause: EventId,
    time: Timestamp,
    facts: Vec<OwnedRecord>,
}

impl Shop {
    /// Decides everything again that was decided on what the log holds: records and deadlines. The answers of the
    /// provider do not stand on it, and tables must not have changed while the shop was open.
    pub(crate) fn derive_again(&mut self) {
        let (order, inventory) = self.services();
        let mut all = derive(&self.log, order);
        all.extend(derive(&self.log, inventory));
        all.extend(derive(&self.log, payment::Payment::default));
        self.derivations = all;
    }
}

fn derive<S: Service>(log: &MemoryLog, service: impl Fn() -> S) -> Vec<Derivation> {
    let partitions = log.partitions();
    let of = |partition| Deriving::new(log, service(), Task { partition, partitions }).all(log);
    (0..partitions).flat_map(of).collect()
}

struct Deriving<S: Service> {
    replay: Replay<S>,
    task: Task,
    causes: HashMap<EventId, Vec<OwnedRecord>>,
    derived: Vec<Derivation>,
}

impl<S: Service> Deriving<S> {
    fn new(log: &MemoryLog, service: S, task: Task) -> Deriving<S> {
        let mut replay = Replay::new(service, task);
        let mut causes: HashMap<EventId, Vec<OwnedRecord>> = HashMap::new();
        for topic in Topic::ALL.into_iter().filter(|topic| *topic != S::EMITS && !topic.is_parked()) {
            for record in log.committed_records(Input { topic, partition: task.partition }) {
                let _no_row = replay.remember(&record.as_record());
                if let Ok(opened) = events_schema::open(&record.as_record()) {
                    let id = opened.id;
                    causes.entry(id).or_default().push(record);
                }
            }
        }
        Deriving { replay, task, causes, derived: Vec::new() }
    }

    fn all(mut self, log: &MemoryLog) -> Vec<Derivation> {
        let mut open: Option<Group> = None;
        for record in log.committed_records(Input { topic: S::EMITS, partition: self.task.partition }) {
            let Ok(opened) = events_schema::open(&record.as_record()) else { continue };
            let (subject, time, kind) = (opened.subject, opened.time, opened.kind.into_owned());
            // Balances are brought forward by the machine; what is said of parking is its own.
            let ours = S::Fact::names().contains(&kind.as_str()) && kind != "StockCounted";
            let cause = opened.causationid.filter(|_| ours);
            match (&mut open, cause) {
                (Some(group), Some(cause)) if (group.cause, group.time) == (cause, time) => {
                    group.facts.push(record);
                    continue;
                }
                _ => {}
            }
            open.take().into_iter().for_each(|group| self.close(group));
            match cause {
                Some(cause) => open = Some(Group { subject, cause, time, facts: vec![record] }),
                None => drop(self.replay.fold(&record.as_record())),
            }
        }
        open.into_iter().for_each(|group| self.close(group));
        self.derived
    }

    /// Decides a group's cause again, then folds the group.
    fn close(&mut self, group: Group) {
        let committed =
            joined(group.facts.iter().filter_map(|fact| Some(untraced(fact.value.as_deref()?).into_owned())));
        let again = self.again(&group);
        // The same event may stand in several places; one of them was consumed.
        let same = again.iter().find(|derived| **derived == committed).or(again.first());
        if let Some(derived) = same.cloned() {
            let Group { subject, cause, .. } = group;
            self.derived.push(Derivation { subject, cause, committed, derived });
        }
        for fact in &group.facts {
            let _was_read = self.replay.fold(&fact.as_record());
        }
    }

    fn again(&self, group: &Group) -> Vec<Vec<u8>> {
        let records = self.causes.get(&group.cause).into_iter().flatten();
        let said =
            records.filter_map(|record| self.replay.on_record(&record.as_record(), group.time).ok()?);
        let mut said: Vec<Vec<u8>> = said.map(joined).collect();
        if !self.causes.contains_key(&group.cause) {
            said.extend(self.replay.on_deadline(group.subject, group.cause, group.time).map(joined));
        }
        said
    }
}

fn joined(facts: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    facts.into_iter().collect::<Vec<_>>().join(&b'\n')
}
