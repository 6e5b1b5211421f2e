//! `Known`: the history of a shop as far as it was read. What is committed stays, so that each record is read once.

use std::{collections::HashMap, rc::Rc};

use choreography::{Input, memory::MemoryLog};
use events_schema::Topic;
use invariants::History;

/// A history, and how far it goes.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) history: Rc<History>,
    next: HashMap<Input, i64>,
}

impl Known {
    /// Reads what was committed since.
    pub(crate) fn catch_up(&mut self, log: &MemoryLog) {
        for topic in Topic::ALL {
            for partition in 0..log.partitions() {
                let input = Input { topic, partition };
                let from = self.next.entry(input).or_default();
                let (records, next) = log.committed_from(input, *from);
                if !records.is_empty() {
                    let history = Rc::make_mut(&mut self.history);
                    records.iter().for_each(|record| history.push(&record.as_record()));
                }
                *from = next;
            }
        }
    }
}
