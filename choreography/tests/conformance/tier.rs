//! A tier: one kind of log under test, with a layout of its own for each case.

use choreography::{Fatal, Input};
use events_schema::Topic;

use crate::member::Member;

/// Every topic has so many partitions.
pub const PARTITIONS: u16 = 4;

/// What a tier can show.
#[derive(Clone, Copy, Debug)]
pub struct Features {
    /// Records of open and aborted transactions are hidden.
    pub isolation: bool,
    /// Positions committed in a transaction can be read back.
    pub stored_positions: bool,
    /// A reader waits for a transaction that another producer has open.
    pub waits: bool,
    /// A member can be put out behind its back.
    pub stale_members: bool,
    /// An identity belongs to the last that took it.
    pub fencing: bool,
    /// A transaction leaves a marker on each partition it wrote to.
    pub markers: bool,
}

/// A kind of log.
pub trait Tier {
    /// Its name, for messages.
    fn name(&self) -> &'static str;
    /// What it can show.
    fn features(&self) -> Features;
    /// Connects a member of a group that leases the partitions of `orders`.
    fn open(&self, group: &str, instance: &str) -> Result<Member, Fatal>;
    /// Writes records as a front end does.
    fn produce(&self, to: Input, values: &[&str]);
    /// Every value of a partition, whatever became of its transaction.
    fn raw(&self, input: Input) -> Vec<String>;
    /// Opens a transaction of a producer of its own, with a record and a position of this group in it, and leaves it
    /// open until the returned function is called.
    fn hold_open(&self, group: &str, to: Input, consumed: Input, next: i64) -> Box<dyn FnOnce()>;
    /// Puts a member out of its group behind its back.
    fn oust(&self, group: &str, instance: &str);
}

/// Partition 0 of a topic.
pub fn first_of(topic: Topic) -> Input {
    Input { topic, partition: 0 }
}
