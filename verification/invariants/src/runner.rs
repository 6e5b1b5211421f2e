//! What only those can tell who run the system, or have its code: evidence for S14, S15 and L1 to L5.

use std::time::Duration;

use events_schema::{EventId, Key, Place, Timestamp, Topic};
use serde::{Deserialize, Serialize};

/// The facts of one cause, as they stand on the log and as deciding that cause gives them again (S14).
#[derive(Clone, Debug, PartialEq)]
pub struct Derivation {
    /// The order, SKU or customer.
    pub subject: Key,
    /// What was decided again.
    pub cause: EventId,
    /// The facts on the log.
    pub committed: Vec<u8>,
    /// The facts as they are decided now.
    pub derived: Vec<u8>,
}

/// A run that was made twice from the same schedule (S14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rerun {
    /// What names the schedule.
    pub seed: u64,
    /// A digest of all that was written the first time.
    pub first: u64,
    /// The same, of the second time.
    pub again: u64,
}

/// A task's state in memory beside the fold of its log, both as digests (S15).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// The task, like `inventory.2`.
    pub task: Key,
    /// After what, like `take-over`.
    pub after: String,
    /// The state in memory.
    pub memory: u64,
    /// The fold.
    pub fold: u64,
}

/// How long an order may take (L1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The time of the log now.
    pub now: Timestamp,
    /// From its placement to its end.
    pub bound: Duration,
}

/// How far a reader is (L2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Who reads: a consumer group.
    pub group: Key,
    /// What.
    #[serde(with = "crate::wire::topic")]
    pub topic: Topic,
    /// Which partition of it.
    pub partition: u16,
    /// The offset it will read next.
    pub next: i64,
    /// The offset the next record will get.
    pub end: i64,
}

/// How often a process had to be started (L3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starts {
    /// The process.
    pub process: Key,
    /// How often it was started.
    pub started: u64,
    /// How often somebody killed or stopped it, and the first time.
    pub expected: u64,
}

/// What was poisoned (L4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Poison {
    /// This record cannot be taken by whoever consumes it: it must be parked.
    Record(Place),
    /// Somebody's inputs may fail: they may be parked.
    Subject(Key),
}

/// What a process, or a task, takes in memory (L5). Its unit is the runner's: bytes, or entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The process, or the task.
    pub process: Key,
    /// What it takes.
    pub takes: u64,
    /// What is open, and what ended within the window.
    pub held: u64,
    /// What it may take when it holds nothing.
    pub base: u64,
    /// What it may take for each thing held.
    pub each: u64,
}
