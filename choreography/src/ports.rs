//! The ports: what the machine needs of a log, of the outside and of time. Adapters: `memory` and `kafka`.

use std::time::Duration;

use events_schema::{EventId, Key, Record, Timestamp, Topic};
use serde::{Deserialize, Serialize};

use crate::Service;

/// One partition of one topic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Input {
    /// The topic.
    pub topic: Topic,
    /// The partition number.
    pub partition: u16,
}

/// Where reading goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// The partition.
    pub input: Input,
    /// The offset of the next record to read.
    pub next: i64,
}

/// The offsets a log holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// The first offset that is kept.
    pub start: i64,
    /// One past the last record, committed or not.
    pub end: i64,
}

/// What changed about the leases since they were last asked for. A partition in both was lost and won again, so that
/// its task must be restored.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Leases {
    /// Partitions whose tasks are no longer ours.
    pub lost: Vec<u16>,
    /// Partitions whose tasks are ours from now on.
    pub gained: Vec<u16>,
}

/// How much one poll may bring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    /// At most so many records.
    pub records: usize,
    /// Wait at most so long for the first.
    pub wait: Duration,
    /// Collect for at most so long once the first is there.
    pub span: Duration,
}

/// Why the process cannot go on. The text says what an operator can do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fatal {
    /// Another process runs under this identity, or this one was away for too long.
    #[error("{0}")]
    Fenced(String),
    /// The client lost its membership, or sight of a partition, while brokers were away; one made anew goes on where
    /// this one stood.
    #[error("{0}")]
    Lost(String),
    /// No broker answers.
    #[error("{0}")]
    Unreachable(String),
    /// The topics, or a setting, are not as they must be.
    #[error("{0}")]
    Misconfigured(String),
    /// A record this task has not consumed is no longer on the log.
    #[error(
        "{topic}-{partition} begins at offset {start}, but {next} was the next to consume: records were deleted before \
         they were consumed. Restore the topic, or accept the loss with `orderctl doctor`'s advice"
    )]
    Gone {
        /// The topic.
        topic: Topic,
        /// The partition.
        partition: u16,
        /// The first offset that is kept.
        start: i64,
        /// The first offset that was not consumed.
        next: i64,
    },
    /// The client failed in a way it should not.
    #[error("{0}")]
    Client(String),
}

/// Why a transaction did not commit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// It was aborted, for certain: undo, rewind, run again.
    #[error("aborted: {0}")]
    Aborted(String),
    /// Nobody can say yet. The adapter has a new producer under the same identity, so that the log will: restore.
    #[error("outcome unknown: {0}")]
    Unknown(String),
    /// One record is larger than the log takes.
    #[error("too large: {0}")]
    TooLarge(String),
    /// The process cannot go on.
    #[error(transparent)]
    Fatal(#[from] Fatal),
}

/// A record to be written.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// Where to.
    pub to: Input,
    /// The record's timestamp.
    pub time: Timestamp,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its value.
    pub value: Option<&'a [u8]>,
    /// Its headers.
    pub headers: &'a [(&'a str, &'a [u8])],
}

/// Proof of a committed transaction; only an adapter makes one, and only with one are effects handed out.
#[derive(Debug)]
pub struct Receipt(pub(crate) ());

/// Where records come from, and who may consume them.
pub trait Source {
    /// Serves the lease and says what changed. The machine calls it between transactions only.
    fn leases(&mut self) -> Result<Leases, Fatal>;

    /// How many partitions every topic has.
    fn partitions(&self) -> u16;

    /// The group's committed positions, once no open transaction can change them any more.
    fn committed(&mut self, inputs: &[Input]) -> Result<Vec<Option<i64>>, Fatal>;

    /// The offsets a log holds now, open transactions included.
    fn bounds(&mut self, input: Input) -> Result<Bounds, Fatal>;

    /// Delivers every committed record from `from` (or the log's start, if that is later) to the log's end as it was
    /// at the call, open transactions included: it waits for those to end. Returns the next offset. Whatever was
    /// assigned is not any more.
    fn replay(&mut self, input: Input, from: i64, each: &mut dyn FnMut(Record<'_>)) -> Result<i64, Fatal>;

    /// From now on, poll delivers these and only these.
    fn assign(&mut self, positions: &[Position]) -> Result<(), Fatal>;

    /// Delivers committed records in order per partition and returns how many; zero when there was nothing in time.
    fn poll(&mut self, budget: Budget, each: &mut dyn FnMut(Record<'_>)) -> Result<usize, Fatal>;

    /// Every record of this assigned input before this offset was delivered (markers and aborted records passed).
    fn position(&mut self, input: Input) -> Result<i64, Fatal>;
}

/// Where facts go. A transaction opens with the first append or commit after the last one ended.
pub trait Sink {
    /// Ends what the same identity left behind; called before a task is restored for the first time.
    fn init(&mut self) -> Result<(), Fatal>;

    /// Adds a record to the open transaction. The record is copied.
    fn append(&mut self, out: Outgoing<'_>) -> Result<(), Failed>;

    /// Commits the appended records and these positions together, under the lease.
    fn commit(&mut self, positions: &[Position]) -> Result<Receipt, Failed>;

    /// Gives the open transaction up, if there is one.
    fn abort(&mut self) -> Result<(), Failed>;

    /// Hands out what the client has to tell besides; called between transactions, idle or not.
    fn serve(&mut self) {}
}

/// An answer that came in from the outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered<A> {
    /// The task that asked.
    pub partition: u16,
    /// The subject it asked about.
    pub subject: Key,
    /// The fact that obliged us to ask, as given to [`Outside::ask`].
    pub cause: EventId,
    /// The answer.
    pub answer: A,
}

/// The outside: asked only after the fact that obliges to it is committed.
pub trait Outside<S: Service> {
    /// Asks, because of the fact `cause`, which comes back with every answer. Does nothing if the request of that cause
    /// is under way (the host sweeps: it asks again every few seconds). Another cause replaces what is under way for
    /// the subject; an answer to the replaced request is still delivered if it comes.
    fn ask(&mut self, partition: u16, subject: Key, cause: EventId, request: &S::Request);
    /// The next answer that came in.
    fn answer(&mut self) -> Option<Answered<S::Answer>>;
    /// The task is no longer ours: its answers are of no use.
    fn forget(&mut self, partition: u16);
}

/// The request and the answer of a service that asks nobody.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Never {}

/// The outside of a service that asks nobody.
pub struct NoOutside;

impl<S: Service<Request = Never>> Outside<S> for NoOutside {
    fn ask(&mut self, _: u16, _: Key, _: EventId, request: &Never) {
        match *request {}
    }
    fn answer(&mut self) -> Option<Answered<S::Answer>> {
        None
    }
    fn forget(&mut self, _: u16) {}
}

/// The time.
pub trait Clock {
    /// Now.
    fn now(&self) -> Timestamp;
}
