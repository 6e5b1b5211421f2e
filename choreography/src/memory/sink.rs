//! `MemorySink`: the writing side of a member of a memory log.

use std::sync::{Arc, Mutex, PoisonError};

use events_schema::{OwnedRecord, Place, Topic};

use super::{
    MemoryLog,
    faults::{CommitFate, Faults, Misuse},
    group::MemberId,
};
use crate::{Failed, Fatal, Input, Outgoing, Position, Receipt, Sink};

/// The largest record a topic takes, as on Kafka: dead-letter topics must take a whole record and why it is there.
fn record_max(topic: Topic) -> usize {
    if topic.is_parked() { 2 * 1024 * 1024 } else { 1_048_588 }
}

/// A transactional producer.
pub struct MemorySink {
    log: MemoryLog,
    identity: String,
    member: MemberId,
    faults: Arc<Mutex<Box<dyn Faults>>>,
    epoch: u64,
    misuse: Misuse,
    /// The epoch under which the broker still gets to hear of a commit whose answer was lost.
    late: Option<u64>,
}

impl MemorySink {
    pub(crate) fn new(
        log: MemoryLog,
        identity: String,
        member: MemberId,
        faults: Arc<Mutex<Box<dyn Faults>>>,
        misuse: Misuse,
    ) -> MemorySink {
        let shared = misuse == Misuse::SharesTransactionalId;
        let identity = if shared { member.group.clone() } else { identity };
        MemorySink { log, identity, member, faults, epoch: 0, misuse, late: None }
    }

    fn fault<T>(&self, ask: impl FnOnce(&mut dyn Faults) -> T) -> T {
        ask(self.faults.lock().unwrap_or_else(PoisonError::into_inner).as_mut())
    }

    fn check_epoch(&self) -> Result<(), Failed> {
        if self.writes_through() {
            return Ok(());
        }
        match self.log.lock().is_current(&self.identity, self.epoch) {
            true => Ok(()),
            false => Err(Failed::Fatal(Fatal::Fenced(format!(
                "transactional id {} was taken over by another instance; this one ends",
                self.identity
            )))),
        }
    }

    /// The answer is lost: a new producer under the same identity, so that the log tells what became of it.
    fn renew(&mut self, why: &str) -> Failed {
        if self.misuse != Misuse::KeepsProducer {
            self.epoch = self.log.lock().init_producer(&self.identity);
        }
        Failed::Unknown(why.to_owned())
    }

    fn writes_through(&self) -> bool {
        self.misuse == Misuse::WritesThrough
    }

    /// Adds a record to the open transaction. A commit that was under way for longer than anybody waited ends whatever
    /// is open now, unless a newer epoch tells the broker that it is late.
    fn write(&mut self, to: Input, record: OwnedRecord) {
        let mut broker = self.log.lock();
        if self.writes_through() {
            broker.append_plain(to, record);
            return;
        }
        broker.append(&self.identity, to, record);
        if self.late.take() == Some(self.epoch) {
            broker.commit_open(&self.identity);
        }
    }
}

impl Sink for MemorySink {
    fn init(&mut self) -> Result<(), Fatal> {
        self.epoch = self.log.lock().init_producer(&self.identity);
        Ok(())
    }

    fn append(&mut self, out: Outgoing<'_>) -> Result<(), Failed> {
        self.check_epoch()?;
        if self.fault(|faults| faults.refuses_append()) {
            self.log.lock().abort_open(&self.identity);
            return Err(Failed::Aborted("the broker refused a record".to_owned()));
        }
        let size = out.value.map_or(0, <[u8]>::len) + out.key.map_or(0, <[u8]>::len);
        if size > record_max(out.to.topic) {
            return Err(Failed::TooLarge(format!("{size} bytes for {}", out.to.topic)));
        }
        let record = OwnedRecord {
            place: Place { topic: out.to.topic, partition: out.to.partition, offset: 0 },
            appended: out.time,
            key: out.key.map(<[u8]>::to_vec),
            value: out.value.map(<[u8]>::to_vec),
            headers: out.headers.iter().map(|(name, value)| ((*name).to_owned(), value.to_vec())).collect(),
        };
        self.write(out.to, record);
        Ok(())
    }

    fn commit(&mut self, positions: &[Position]) -> Result<Receipt, Failed> {
        self.check_epoch()?;
        let fate = self.fault(|faults| faults.commit());
        let mut broker = self.log.lock();
        let current =
            broker.groups.get(&self.member.group).is_some_and(|group| group.is_current(&self.member));
        if !current || fate == CommitFate::Abort {
            broker.abort_open(&self.identity);
            let why = if current { "the broker aborted it" } else { "the lease's generation is stale" };
            return Err(Failed::Aborted(why.to_owned()));
        }
        broker.add_positions(&self.identity, &self.member.group, positions);
        if fate == CommitFate::UnknownAborted {
            self.late = Some(self.epoch);
        } else {
            broker.commit_open(&self.identity);
        }
        drop(broker);
        match fate {
            CommitFate::UnknownApplied | CommitFate::UnknownAborted => {
                Err(self.renew("the answer to the commit was lost"))
            }
            _ => Ok(Receipt(())),
        }
    }

    fn abort(&mut self) -> Result<(), Failed> {
        self.check_epoch()?;
        self.log.lock().abort_open(&self.identity);
        Ok(())
    }
}
