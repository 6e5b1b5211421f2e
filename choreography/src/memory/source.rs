//! `MemorySource`: the reading side of a member of a memory log.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use events_schema::{OwnedRecord, Record, Topic};

use super::{
    MemoryLog,
    faults::{Faults, Misuse},
    group::MemberId,
};
use crate::{Bounds, Budget, Fatal, Input, Leases, Position, Source};

/// A reader under a lease.
pub struct MemorySource {
    log: MemoryLog,
    member: MemberId,
    lease: Topic,
    faults: Arc<Mutex<Box<dyn Faults>>>,
    committed_only: bool,
    held: BTreeSet<u16>,
    assigned: Vec<Position>,
}

impl MemorySource {
    pub(crate) fn new(
        log: MemoryLog,
        member: MemberId,
        lease: Topic,
        faults: Arc<Mutex<Box<dyn Faults>>>,
        misuse: Misuse,
    ) -> MemorySource {
        let committed_only = misuse != Misuse::ReadsUncommitted;
        let (held, assigned) = (BTreeSet::new(), Vec::new());
        MemorySource { log, member, lease, faults, committed_only, held, assigned }
    }

    /// The topic whose partitions are the leases.
    pub fn lease(&self) -> Topic {
        self.lease
    }

    fn fault<T>(&self, ask: impl FnOnce(&mut dyn Faults) -> T) -> T {
        ask(self.faults.lock().unwrap_or_else(PoisonError::into_inner).as_mut())
    }

    /// The assigned inputs that have something to deliver, or may deliver something again.
    fn waiting(&self) -> Vec<usize> {
        let again = self.fault(|faults| faults.repeats()) > 0;
        let broker = self.log.lock();
        let waits = |position: &Position| again || position.next < broker.last_stable(position.input);
        (0..self.assigned.len()).filter(|at| waits(&self.assigned[*at])).collect()
    }

    /// The records one input has ready, at most `max`; its position moves past them.
    fn fetch(&mut self, at: usize, max: usize) -> Vec<Arc<OwnedRecord>> {
        let back = self.fault(|faults| faults.repeats());
        let Position { input, next } = self.assigned[at];
        let (records, next) = self.log.lock().read(input, next - back, max, self.committed_only);
        self.assigned[at].next = next.max(self.assigned[at].next);
        records
    }
}

impl Source for MemorySource {
    fn leases(&mut self) -> Result<Leases, Fatal> {
        let mut broker = self.log.lock();
        let partitions = broker.partitions;
        let group = broker.groups.entry(self.member.group.clone()).or_default();
        if group.is_fenced(&self.member) {
            return Err(fenced(&self.member));
        }
        let leases = group.leases(&self.member, &self.held, partitions);
        self.held.retain(|partition| !leases.lost.contains(partition));
        self.held.extend(&leases.gained);
        Ok(leases)
    }

    fn partitions(&self) -> u16 {
        self.log.partitions()
    }

    /// A log without threads cannot wait: an open transaction of a dead member is ended, as its time-out would.
    fn committed(&mut self, inputs: &[Input]) -> Result<Vec<Option<i64>>, Fatal> {
        let mut broker = self.log.lock();
        let group = &self.member.group;
        while inputs.iter().any(|input| broker.is_unstable(group, *input)) {
            let stale = broker.open_identities();
            stale.iter().for_each(|identity| broker.abort_open(identity));
        }
        let positions = broker.groups.get(group).map(|group| &group.positions);
        Ok(inputs.iter().map(|input| positions.and_then(|of| of.get(input).copied())).collect())
    }

    fn bounds(&mut self, input: Input) -> Result<Bounds, Fatal> {
        Ok(self.log.bounds(input))
    }

    /// As [`MemorySource::committed`]: what holds the last stable offset back is ended.
    fn replay(&mut self, input: Input, from: i64, each: &mut dyn FnMut(Record<'_>)) -> Result<i64, Fatal> {
        self.assigned.clear();
        let (records, next) = {
            let mut broker = self.log.lock();
            if broker.last_stable(input) < broker.bounds(input).end {
                broker.open_identities().iter().for_each(|identity| broker.abort_open(identity));
            }
            broker.read(input, from, usize::MAX, true)
        };
        records.iter().for_each(|record| each(record.as_record()));
        Ok(next)
    }

    fn assign(&mut self, positions: &[Position]) -> Result<(), Fatal> {
        self.assigned = positions.to_vec();
        Ok(())
    }

    fn poll(&mut self, budget: Budget, each: &mut dyn FnMut(Record<'_>)) -> Result<usize, Fatal> {
        let max = self.fault(|faults| faults.delivers(budget.records));
        let mut delivered = 0;
        let mut waiting = self.waiting();
        while !waiting.is_empty() && delivered < max {
            let picked = self.fault(|faults| faults.picks(waiting.len())) % waiting.len();
            let records = self.fetch(waiting.remove(picked), max - delivered);
            delivered += records.len();
            records.iter().for_each(|record| each(record.as_record()));
        }
        Ok(delivered)
    }

    fn position(&mut self, input: Input) -> Result<i64, Fatal> {
        let position = self.assigned.iter().find(|position| position.input == input);
        let unassigned = || Fatal::Client(format!("{}-{} is not assigned", input.topic, input.partition));
        position.map(|position| position.next).ok_or_else(unassigned)
    }
}

pub(crate) fn fenced(member: &MemberId) -> Fatal {
    let MemberId { group, instance, .. } = member;
    Fatal::Fenced(format!(
        "group.instance.id {group}-{instance} was taken over by another instance; this one ends"
    ))
}
