//! What stands on the log after a round: records and bytes by event, and how many orders have ended.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Result;
use events_schema::{Topic, peek_type};
use rdkafka::Offset;

use crate::client::{Eye, Ground};
use rig::wait;

/// The topics on which the three services answer customers, each other and themselves.
pub const FACTS: [Topic; 4] = [Topic::Orders, Topic::Inventory, Topic::Payments, Topic::StockTransfers];

/// What stands on the log.
#[derive(Default)]
pub struct Count {
    /// Records by event.
    pub events: BTreeMap<String, u64>,
    /// Records of all events.
    pub records: u64,
    /// Bytes of keys and values, before compression.
    pub bytes: u64,
    /// How long reading took.
    pub took: Duration,
}

impl Count {
    /// Reads it all.
    pub fn read(ground: &Ground) -> Result<Count> {
        let mut count = Count::default();
        let since = wait::now();
        Eye::open(ground, &FACTS, Offset::Beginning)?.read_all(|key, value| count.add(key, value))?;
        count.took = since.elapsed();
        Ok(count)
    }

    fn add(&mut self, key: &[u8], value: &[u8]) {
        self.records += 1;
        self.bytes += (key.len() + value.len()) as u64;
        let Some(event) = peek_type(value) else { return };
        match self.events.get_mut(event) {
            Some(count) => *count += 1,
            None => drop(self.events.insert(event.to_owned(), 1)),
        }
    }

    /// What was added since an earlier count.
    pub fn since(mut self, earlier: &Count) -> Count {
        for (event, count) in &mut self.events {
            *count -= earlier.events.get(event).copied().unwrap_or(0);
        }
        self.records -= earlier.records;
        self.bytes -= earlier.bytes;
        self
    }

    /// How many orders have ended.
    pub fn ended(&self) -> u64 {
        ["OrderCompleted", "OrderCancelled", "OrderRejected"]
            .iter()
            .filter_map(|event| self.events.get(*event))
            .sum()
    }
}
