//! `Reader`: the source of a process, misused if a mistake is planted there.

use std::collections::BTreeSet;

use choreography::{Bounds, Budget, Fatal, Input, Leases, Position, Source, memory::MemorySource};
use events_schema::{Record, Topic};

use super::{Mistake, makes};
use crate::mishaps::Mishaps;

/// A source whose owner may misuse it.
pub(crate) struct Reader {
    source: MemorySource,
    mishaps: Mishaps,
    /// The partitions of its first assignment, which a sticky client keeps.
    first: Option<BTreeSet<u16>>,
}

impl Reader {
    pub(crate) fn new(source: MemorySource, mishaps: Mishaps) -> Reader {
        Reader { source, mishaps, first: None }
    }
}

impl Source for Reader {
    fn leases(&mut self) -> Result<Leases, Fatal> {
        self.source.leases()
    }

    fn partitions(&self) -> u16 {
        self.source.partitions()
    }

    fn committed(&mut self, inputs: &[Input]) -> Result<Vec<Option<i64>>, Fatal> {
        self.source.committed(inputs)
    }

    fn bounds(&mut self, input: Input) -> Result<Bounds, Fatal> {
        self.source.bounds(input)
    }

    fn replay(&mut self, input: Input, from: i64, each: &mut dyn FnMut(Record<'_>)) -> Result<i64, Fatal> {
        let is_table = matches!(input.topic, Topic::Catalog | Topic::Customers);
        if !is_table || !makes(Mistake::TableFromCommitted) {
            return self.source.replay(input, from, each);
        }
        let from = self.mishaps.table_read(input).unwrap_or(from);
        let next = self.source.replay(input, from, each)?;
        self.mishaps.read_table(input, next);
        Ok(next)
    }

    fn assign(&mut self, positions: &[Position]) -> Result<(), Fatal> {
        if makes(Mistake::AbortWithoutRewind) && self.mishaps.aborted() {
            return Ok(());
        }
        let partitions = || positions.iter().map(|position| position.input.partition).collect();
        if !positions.is_empty() {
            self.first.get_or_insert_with(partitions);
        }
        self.source.assign(positions)
    }

    fn poll(&mut self, budget: Budget, each: &mut dyn FnMut(Record<'_>)) -> Result<usize, Fatal> {
        let first = self.first.as_ref().filter(|_| makes(Mistake::StickyAssignment));
        let skips = makes(Mistake::PoisonSkipped);
        self.source.poll(budget, &mut |record| {
            let place = record.place;
            // Its partition of this topic stayed with another process, which has no such task.
            let elsewhere = place.topic == Topic::Payments
                && first.is_some_and(|first| !first.contains(&place.partition));
            let skipped = skips && events_schema::kind(&record).is_err();
            if !elsewhere && !skipped {
                each(record);
            }
        })
    }

    fn position(&mut self, input: Input) -> Result<i64, Fatal> {
        self.source.position(input)
    }
}
