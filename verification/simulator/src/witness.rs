//! What the runner of a shop witnessed, for the promises the log alone does not tell of (L2 to L5).

use std::collections::{BTreeMap, BTreeSet};

use choreography::Input;
use events_schema::{Key, Source, Topic, partition_of};
use invariants::{Fate, History, Memory, Poison, Reading, Told, Waiting, waiting};

use crate::{Shop, plan::key};

/// For each thing that is open a task may hold so many entries: its mark, its deadline, its question, an input that is
/// parked.
const ENTRIES: u64 = 4;

/// The tables that are followed, and who follows them.
const FOLLOWED: [(Topic, Source); 2] = [(Topic::Catalog, Source::Order), (Topic::Customers, Source::Order)];

impl Shop {
    /// How far each service has read each of its inputs: where the reader of the task stands. The broker may have
    /// forgotten what was committed.
    pub(crate) fn readings(&mut self) -> Vec<Reading> {
        let consumed =
            Topic::ALL.into_iter().flat_map(|topic| topic.consumers().map(move |service| (topic, service)));
        let all: Vec<(Topic, Source)> = consumed.chain(FOLLOWED).collect();
        let mut readings = Vec::new();
        for (topic, service) in all {
            for partition in 0..self.plan.partitions {
                readings.push(self.reading(service, Input { topic, partition }));
            }
        }
        readings
    }

    fn reading(&mut self, service: Source, input: Input) -> Reading {
        let mut own = self.processes.iter_mut().filter(|process| process.service() == service);
        let next = own.find_map(|process| process.reads_next(input)).unwrap_or(0);
        // What is behind the last committed record is nobody's to read: markers, and what was aborted.
        let (left, _) = self.log.committed_from(input, next);
        let end = left.last().map_or(next, |record| record.place.offset + 1);
        let Input { topic, partition } = input;
        Reading { group: key(service.name()), topic, partition, next, end }
    }

    /// What was poisoned: records nobody can read, and subjects somebody broke on.
    pub(crate) fn poison_spread(&self, history: &History) -> Vec<Poison> {
        let unreadable = self.unreadable.iter().filter(|place| place.topic.consumers().next().is_some());
        let mut all: Vec<Poison> = unreadable.map(|place| Poison::Record(*place)).collect();
        all.extend(self.poisoned.iter().map(|subject| Poison::Subject(*subject)));
        if self.neighbours_break {
            let parked = history.of(Topic::Inventory).filter(|event| matches!(event.told, Told::Parking(_)));
            all.extend(parked.map(|event| Poison::Subject(event.subject)));
        }
        all
    }

    /// What each task holds, beside what may be open for it.
    pub(crate) fn memories(&self, history: &History) -> Vec<Memory> {
        let open = self.open_subjects(history);
        let of = |service: Source, partition: u16, held: usize| Memory {
            process: key(&format!("{}.{partition}", service.name())),
            takes: held as u64,
            held: open.get(&(service, partition)).copied().unwrap_or_default(),
            base: 0,
            each: ENTRIES,
        };
        let tasks = self.processes.iter().flat_map(|process| {
            let service = process.service();
            process.held().into_iter().map(move |(partition, held)| of(service, partition, held))
        });
        tasks.collect()
    }

    /// How much is open for each task: orders that have not ended or were poisoned, and every input that is parked.
    fn open_subjects(&self, history: &History) -> BTreeMap<(Source, u16), u64> {
        let fates = history.fates().into_iter();
        let orders =
            fates.filter(|(_, fate)| matches!(fate, Fate::Open | Fate::Placed)).map(|(order, _)| order);
        let orders: BTreeSet<Key> = orders.chain(self.poisoned.iter().copied()).collect();
        let mut open: BTreeMap<(Source, u16), u64> = BTreeMap::new();
        for order in orders {
            let partition = partition_of(&order, self.plan.partitions);
            for service in [Source::Order, Source::Inventory, Source::Payment] {
                *open.entry((service, partition)).or_default() += 1;
            }
        }
        for Waiting { service, partition, inputs, .. } in waiting(history) {
            *open.entry((service, partition)).or_default() += inputs as u64;
        }
        open
    }
}
