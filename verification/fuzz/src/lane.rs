//! `Lane`: one task of a service without a log: its real `react`, `decide`, `evolve` and codec, each checked every time.

use choreography::{Consumes, Decision, Duty, Service, State, Task, To};
use events_schema::{EventId, Fact, Heard, Key, OwnedRecord, Place, Record, Timestamp, Topic, kind};

use crate::record::written;

/// What changed a state, in its order.
enum Step<F> {
    Row(OwnedRecord),
    Fact(Key, F, Timestamp),
}

/// One task of a service.
pub(crate) struct Lane<S: Service> {
    service: S,
    task: Task,
    pub(crate) state: S::State,
    pub(crate) now: Timestamp,
    steps: Vec<Step<S::Fact>>,
    heard: Vec<OwnedRecord>,
    /// Its own log.
    pub(crate) log: Vec<OwnedRecord>,
    /// Copies it owes to other partitions of other topics.
    pub(crate) copies: Vec<(Topic, u16, Vec<u8>)>,
}

impl<S: Service> Lane<S> {
    /// A task before its first fact.
    pub(crate) fn new(service: S, task: Task, now: Timestamp) -> Lane<S> {
        let state = service.begin(task);
        let (steps, heard, log, copies) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Lane { service, task, state, now, steps, heard, log, copies }
    }

    /// Takes a record as a worker does; gives the facts said. One that cannot be read says nothing.
    pub(crate) fn hear(&mut self, record: &OwnedRecord) -> Vec<(Key, S::Fact)> {
        if S::tables().iter().any(|row| row.table.topic() == record.place.topic) {
            remember::<S>(&mut self.state, record);
            self.state.commit();
            self.steps.push(Step::Row(record.clone()));
        }
        let Some(command) = reacts::<S>(record) else { return Vec::new() };
        self.heard.push(record.clone());
        self.take(&command)
    }

    /// Decides on a command and folds what is said.
    pub(crate) fn take(&mut self, command: &S::Command) -> Vec<(Key, S::Fact)> {
        let said = self.decided(command, &self.state);
        assert_eq!(self.decided(command, &self.state), said, "decided twice, said twice the same");
        self.fold(&said);
        self.state.roll_back();
        assert_eq!(self.decided(command, &self.state), said, "undone, as if it had never been");
        self.fold(&said);
        self.state.commit();
        for (ordinal, (subject, fact)) in said.iter().enumerate() {
            self.keep(*subject, fact, ordinal);
        }
        said
    }

    fn decided(&self, command: &S::Command, state: &S::State) -> Vec<(Key, S::Fact)> {
        let mut out = Decision::default();
        self.service.decide(command, state, self.now, &mut out);
        assert!(out.discarded().is_none() || out.said().is_empty(), "given up, and yet decided");
        out.said().iter().map(|said| (said.subject, said.fact.clone())).collect()
    }

    fn fold(&mut self, said: &[(Key, S::Fact)]) {
        said.iter().for_each(|(subject, fact)| S::evolve(&mut self.state, *subject, fact, self.now));
    }

    /// Writes a fact on the own log, reads it again, and notes the copies it obliges to.
    fn keep(&mut self, subject: Key, fact: &S::Fact, ordinal: usize) {
        let place = Place { topic: S::EMITS, partition: self.task.partition, offset: self.log.len() as i64 };
        let id = EventId::of_record(S::SOURCE, place, fact.event(), ordinal);
        let heard = Heard { id, subject, time: self.now, traceparent: None, place, data: fact.clone() };
        let value = written(&heard, S::SOURCE);
        let record = OwnedRecord {
            place,
            appended: self.now,
            key: Some(subject.as_bytes().to_vec()),
            value: Some(value.clone()),
            headers: Vec::new(),
        };
        let read = S::Fact::read(fact.event(), &record.as_record());
        assert_eq!(read, Ok(Some(heard)), "a fact is read as it was written");
        S::duties(&self.state, subject, fact, &mut |duty| self.copies.extend(copy(duty, self.task, &value)));
        self.log.push(record);
        self.steps.push(Step::Fact(subject, fact.clone(), self.now));
    }

    /// The state is the fold of what was said: folded anew, it decides everything ever heard as the state does.
    pub(crate) fn is_its_fold(&self) {
        let mut anew = self.service.begin(self.task);
        for step in &self.steps {
            match step {
                Step::Row(record) => remember::<S>(&mut anew, record),
                Step::Fact(subject, fact, time) => S::evolve(&mut anew, *subject, fact, *time),
            }
            anew.commit();
        }
        for record in &self.heard {
            let Some(command) = reacts::<S>(record) else { continue };
            let (live, folded) = (self.decided(&command, &self.state), self.decided(&command, &anew));
            assert_eq!(live, folded, "the state and the fold disagree about {}", record.place);
        }
    }
}

fn copy<R>(duty: Duty<R>, task: Task, value: &[u8]) -> Option<(Topic, u16, Vec<u8>)> {
    match duty {
        Duty::Copy(topic, To::Partition(to)) => Some((topic, to, value.to_vec())),
        Duty::Copy(topic, To::Home) => Some((topic, home_of(value, task), value.to_vec())),
        _ => None,
    }
}

fn home_of(value: &[u8], task: Task) -> u16 {
    let place = Place { topic: Topic::StockTransfers, partition: 0, offset: 0 };
    let headers = events_schema::NoHeaders;
    let record = Record { place, appended: Timestamp(0), key: None, value: Some(value), headers: &headers };
    let opened = events_schema::open(&record).unwrap_or_else(|error| panic!("a fact of ours: {error}"));
    events_schema::partition_of(&opened.subject, task.partitions)
}

/// The command a record gives, if a row of the choreography takes it.
fn reacts<S: Service>(record: &OwnedRecord) -> Option<S::Command> {
    let record = record.as_record();
    let kind = kind(&record).ok()?;
    let takes =
        |row: &&&'static dyn Consumes<S::Command>| row.topic() == record.place.topic && row.event() == kind;
    S::reactions().iter().find(takes)?.hear(&record).ok()?.data
}

/// Rows that cannot be read are stepped over, as a worker does.
fn remember<S: Service>(state: &mut S::State, record: &OwnedRecord) {
    for row in S::tables().iter().filter(|row| row.table.topic() == record.place.topic) {
        let _ = row.table.remember(state, &record.as_record());
    }
}
