//! The memory adapter: a log in this process that promises what Kafka promises, and no more.
//!
//! Transactions are isolated (nothing of an open or aborted one is delivered, markers take offsets, a reader stops at
//! the last stable offset), producers and group members are fenced, positions belong to transactions. Every fault a
//! client can meet is injected through [`Faults`]. No threads, no clock: it runs under a simulator's virtual time.

mod broker;
mod faults;
mod group;
mod sink;
mod source;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use events_schema::{OwnedHeaders, OwnedRecord, Place, Timestamp, Topic};

use crate::{Bounds, Input, Position};
use broker::Broker;

pub use faults::{CommitFate, Faults, Misuse, NoFaults};
pub use sink::MemorySink;
pub use source::MemorySource;

/// A log in memory. Cloning shares it.
#[derive(Clone)]
pub struct MemoryLog(Arc<Mutex<Broker>>);

impl MemoryLog {
    /// A log where every topic has so many partitions.
    pub fn new(partitions: u16) -> MemoryLog {
        MemoryLog(Arc::new(Mutex::new(Broker::new(partitions))))
    }

    /// Connects a member: a reader under a lease, and a producer, both under the identity `<group>-<instance>`. A
    /// second connection under one identity fences the first, as a restarted process fences what it left behind.
    pub fn connect(
        &self,
        group: &str,
        instance: &str,
        lease: Topic,
        mut faults: Box<dyn Faults>,
    ) -> (MemorySource, MemorySink) {
        let misuse = faults.misuse();
        let member = self.lock().join(group, instance);
        let faults = Arc::new(Mutex::new(faults));
        let source = MemorySource::new(self.clone(), member.clone(), lease, faults.clone(), misuse);
        let sink = MemorySink::new(self.clone(), format!("{group}-{instance}"), member, faults, misuse);
        (source, sink)
    }

    /// Appends a record outside any transaction, as a front end does; returns its offset.
    pub fn produce(
        &self,
        to: Input,
        time: Timestamp,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: OwnedHeaders,
    ) -> i64 {
        let record = OwnedRecord {
            place: Place { topic: to.topic, partition: to.partition, offset: 0 },
            appended: time,
            key: key.map(<[u8]>::to_vec),
            value: value.map(<[u8]>::to_vec),
            headers,
        };
        self.lock().append_plain(to, record)
    }

    /// Every committed record of a partition, in order.
    pub fn committed_records(&self, input: Input) -> Vec<OwnedRecord> {
        copies(self.committed_from(input, 0).0)
    }

    /// The committed records of a partition from an offset on, and the offset to go on at.
    pub fn committed_from(&self, input: Input, from: i64) -> (Vec<Arc<OwnedRecord>>, i64) {
        self.lock().read(input, from, usize::MAX, true)
    }

    /// Every record of a partition whatever became of its transaction, as a read-uncommitted reader sees it.
    pub fn all_records(&self, input: Input) -> Vec<OwnedRecord> {
        copies(self.lock().read(input, 0, usize::MAX, false).0)
    }

    /// The offsets a partition holds.
    pub fn bounds(&self, input: Input) -> Bounds {
        self.lock().bounds(input)
    }

    /// How many partitions every topic has.
    pub fn partitions(&self) -> u16 {
        self.lock().partitions
    }

    /// The session of a member ran out: its leases go to others; it learns of it when it next asks.
    pub fn expire(&self, group: &str, instance: &str) {
        self.lock().expire(group, instance);
    }

    /// The member leaves for good.
    pub fn leave(&self, group: &str, instance: &str) {
        self.lock().expire(group, instance);
    }

    /// The broker ends every transaction that a dead or silent producer left open, as its time-out does.
    pub fn abort_stale(&self, identity: &str) {
        self.lock().abort_open(identity);
    }

    /// Delivers nothing of a partition from this offset on, as a slow network would, until [`MemoryLog::release`].
    pub fn hold(&self, input: Input, offset: i64) {
        self.lock().hold((input, offset));
    }

    /// Delivers what was held back; whether there was something.
    pub fn release(&self) -> bool {
        self.lock().release()
    }

    /// Identities with an open transaction.
    pub fn open_transactions(&self) -> Vec<String> {
        self.lock().open_identities()
    }

    /// Commits positions outside any transaction, as a plain consumer does.
    pub fn store_positions(&self, group: &str, positions: &[Position]) {
        let mut broker = self.lock();
        let stored = &mut broker.groups.entry(group.to_owned()).or_default().positions;
        stored.extend(positions.iter().map(|position| (position.input, position.next)));
    }

    /// The group's committed positions are lost.
    pub fn forget_positions(&self, group: &str) {
        self.lock().groups.entry(group.to_owned()).or_default().positions.clear();
    }

    /// The group's committed position of an input.
    pub fn position(&self, group: &str, input: Input) -> Option<i64> {
        self.lock().groups.get(group).and_then(|group| group.positions.get(&input).copied())
    }

    fn lock(&self) -> MutexGuard<'_, Broker> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn copies(records: Vec<Arc<OwnedRecord>>) -> Vec<OwnedRecord> {
    records.iter().map(|record| OwnedRecord::clone(record)).collect()
}
