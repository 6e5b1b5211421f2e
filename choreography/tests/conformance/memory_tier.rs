//! The memory adapter as a tier.

use choreography::{
    Fatal, Input,
    memory::{MemoryLog, NoFaults},
};
use events_schema::{Timestamp, Topic};

use crate::{
    member::{Member, text},
    tier::{Features, PARTITIONS, Tier},
};

/// It has no threads, so nothing in it can wait.
pub const FEATURES: Features = Features {
    isolation: true,
    stored_positions: true,
    waits: false,
    stale_members: true,
    fencing: true,
    markers: true,
};

/// A log of its own.
pub struct MemoryTier(MemoryLog);

impl MemoryTier {
    pub fn new() -> MemoryTier {
        MemoryTier(MemoryLog::new(PARTITIONS))
    }
}

impl Tier for MemoryTier {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn features(&self) -> Features {
        FEATURES
    }

    fn open(&self, group: &str, instance: &str) -> Result<Member, Fatal> {
        let (source, sink) = self.0.connect(group, instance, Topic::Orders, Box::new(NoFaults));
        Ok(Member::new(source, sink))
    }

    fn produce(&self, to: Input, values: &[&str]) {
        for value in values {
            self.0.produce(to, Timestamp::from_millis(1), None, Some(value.as_bytes()), Vec::new());
        }
    }

    fn raw(&self, input: Input) -> Vec<String> {
        self.0.all_records(input).iter().map(text).collect()
    }

    fn hold_open(&self, _: &str, _: Input, _: Input, _: i64) -> Box<dyn FnOnce()> {
        unreachable!("no case that waits is run on it")
    }

    fn oust(&self, group: &str, instance: &str) {
        self.0.expire(group, instance);
    }
}
