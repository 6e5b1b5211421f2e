//! The broker behind a memory log: partitions, transactions, producers' epochs.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use ahash::AHashMap;
use events_schema::{OwnedRecord, Place, Topic};

use super::group::{Group, MemberId};
use crate::{Bounds, Input, Position};

/// The state of one transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    Open,
    Committed,
    Aborted,
}

enum Entry {
    /// Shared with whoever reads it: a record never changes.
    Record { record: Arc<OwnedRecord>, transaction: Option<u64> },
    /// The end of a transaction takes an offset that is never delivered.
    Marker,
}

#[derive(Default)]
struct Producer {
    epoch: u64,
    open: Option<u64>,
}

struct Transaction {
    fate: Fate,
    /// The first offset in each partition it touched.
    touched: BTreeMap<Input, i64>,
    /// Positions that become the group's with its commit.
    positions: Vec<(Arc<str>, Position)>,
}

pub(crate) struct Broker {
    pub(crate) partitions: u16,
    pub(crate) groups: AHashMap<String, Group>,
    /// By topic, then by partition.
    logs: Vec<Vec<Entry>>,
    transactions: Vec<Transaction>,
    /// The transactions that are open, to find the last stable offset without looking at all.
    open: BTreeSet<u64>,
    producers: AHashMap<String, Producer>,
    connections: u64,
    /// Nothing from this place on is delivered.
    held: Option<(Input, i64)>,
}

impl Broker {
    pub(crate) fn new(partitions: u16) -> Broker {
        Broker {
            partitions,
            groups: AHashMap::new(),
            logs: Topic::ALL.iter().flat_map(|_| (0..partitions).map(|_| Vec::new())).collect(),
            transactions: Vec::new(),
            open: BTreeSet::new(),
            producers: AHashMap::new(),
            connections: 0,
            held: None,
        }
    }

    pub(crate) fn join(&mut self, group: &str, instance: &str) -> MemberId {
        self.connections += 1;
        let connection = self.connections;
        self.groups.entry(group.to_owned()).or_default().join(instance, connection);
        MemberId { group: group.to_owned(), instance: instance.to_owned(), connection }
    }

    pub(crate) fn expire(&mut self, group: &str, instance: &str) {
        if let Some(group) = self.groups.get_mut(group) {
            group.expire(instance);
        }
    }

    pub(crate) fn bounds(&self, input: Input) -> Bounds {
        Bounds { start: 0, end: self.log(input).len() as i64 }
    }

    fn log(&self, input: Input) -> &[Entry] {
        self.logs.get(self.index(input)).map_or(&[], Vec::as_slice)
    }

    fn index(&self, Input { topic, partition }: Input) -> usize {
        topic as usize * usize::from(self.partitions) + usize::from(partition)
    }

    /// Readers of committed records see nothing at or beyond this offset.
    pub(crate) fn last_stable(&self, input: Input) -> i64 {
        let firsts = self.open.iter().filter_map(|id| self.transactions[*id as usize].touched.get(&input));
        let held = self.held.filter(|(of, _)| *of == input).map(|(_, offset)| offset);
        firsts.copied().chain(held).min().unwrap_or_else(|| self.bounds(input).end)
    }

    /// Delivers nothing from this place on, until it is released.
    pub(crate) fn hold(&mut self, held: (Input, i64)) {
        self.held = Some(held);
    }

    /// Delivers what was held back; whether there was something.
    pub(crate) fn release(&mut self) -> bool {
        self.held.take().is_some()
    }

    pub(crate) fn append_plain(&mut self, to: Input, record: OwnedRecord) -> i64 {
        self.push(to, record, None)
    }

    fn push(&mut self, to: Input, mut record: OwnedRecord, transaction: Option<u64>) -> i64 {
        let at = self.index(to);
        let log = &mut self.logs[at];
        let offset = log.len() as i64;
        record.place = Place { topic: to.topic, partition: to.partition, offset };
        log.push(Entry::Record { record: Arc::new(record), transaction });
        offset
    }

    /// Records from an offset on, at most `max`, and the offset to go on at.
    pub(crate) fn read(
        &self,
        input: Input,
        from: i64,
        max: usize,
        committed_only: bool,
    ) -> (Vec<Arc<OwnedRecord>>, i64) {
        let end = if committed_only { self.last_stable(input) } else { self.bounds(input).end };
        let mut records = Vec::new();
        let mut at = from.max(0);
        let log = self.log(input);
        while at < end && records.len() < max {
            if let Entry::Record { record, transaction } = &log[at as usize]
                && (!committed_only || self.is_committed(*transaction))
            {
                records.push(Arc::clone(record));
            }
            at += 1;
        }
        // Markers and aborted records behind the last delivered one are passed, as a fetch passes them.
        while committed_only && at < end && !self.delivers(&log[at as usize]) {
            at += 1;
        }
        (records, at)
    }

    fn delivers(&self, entry: &Entry) -> bool {
        matches!(entry, Entry::Record { transaction, .. } if self.is_committed(*transaction))
    }

    fn is_committed(&self, transaction: Option<u64>) -> bool {
        transaction.is_none_or(|id| self.transactions[id as usize].fate == Fate::Committed)
    }

    /// A producer takes an identity: what an earlier one left open is aborted, and the earlier one is fenced.
    pub(crate) fn init_producer(&mut self, identity: &str) -> u64 {
        self.abort_open(identity);
        let producer = self.producers.entry(identity.to_owned()).or_default();
        producer.epoch += 1;
        producer.epoch
    }

    /// Whether a producer's epoch is the newest of its identity.
    pub(crate) fn is_current(&self, identity: &str, epoch: u64) -> bool {
        self.producers.get(identity).is_some_and(|producer| producer.epoch == epoch)
    }

    /// Appends within the producer's transaction, opening one if there is none.
    pub(crate) fn append(&mut self, identity: &str, to: Input, record: OwnedRecord) {
        let id = self.transaction_of(identity);
        let offset = self.push(to, record, Some(id));
        self.transactions[id as usize].touched.entry(to).or_insert(offset);
    }

    /// Adds positions to the producer's transaction, opening one if there is none.
    pub(crate) fn add_positions(&mut self, identity: &str, group: &str, positions: &[Position]) {
        let id = self.transaction_of(identity);
        let group: Arc<str> = Arc::from(group);
        let named = positions.iter().map(|position| (Arc::clone(&group), *position));
        self.transactions[id as usize].positions.extend(named);
    }

    fn transaction_of(&mut self, identity: &str) -> u64 {
        let producer = self.producers.entry(identity.to_owned()).or_default();
        if let Some(id) = producer.open {
            return id;
        }
        let id = self.transactions.len() as u64;
        producer.open = Some(id);
        self.open.insert(id);
        self.transactions.push(Transaction {
            fate: Fate::Open,
            touched: BTreeMap::new(),
            positions: Vec::new(),
        });
        id
    }

    pub(crate) fn commit_open(&mut self, identity: &str) {
        self.end(identity, Fate::Committed);
    }

    pub(crate) fn abort_open(&mut self, identity: &str) {
        self.end(identity, Fate::Aborted);
    }

    fn end(&mut self, identity: &str, fate: Fate) {
        let Some(id) = self.producers.get_mut(identity).and_then(|producer| producer.open.take()) else {
            return;
        };
        let transaction = &mut self.transactions[id as usize];
        transaction.fate = fate;
        self.open.remove(&id);
        let positions = std::mem::take(&mut transaction.positions);
        for input in std::mem::take(&mut transaction.touched).into_keys() {
            let at = self.index(input);
            self.logs[at].push(Entry::Marker);
        }
        if fate == Fate::Committed {
            for (group, Position { input, next }) in positions {
                if let Some(group) = self.groups.get_mut(&*group) {
                    group.positions.insert(input, next);
                }
            }
        }
    }

    /// Whether an open transaction may still change this position.
    pub(crate) fn is_unstable(&self, group: &str, input: Input) -> bool {
        let mut open = self.open.iter().flat_map(|id| &self.transactions[*id as usize].positions);
        open.any(|(of, position)| **of == *group && position.input == input)
    }

    pub(crate) fn open_identities(&self) -> Vec<String> {
        let open = self.producers.iter().filter(|(_, producer)| producer.open.is_some());
        let mut names: Vec<String> = open.map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }
}
