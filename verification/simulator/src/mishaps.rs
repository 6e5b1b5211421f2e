//! What goes wrong for one process: the log's faults, and what can happen to it in the middle of a turn.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use choreography::{
    Failed, Fatal, Outgoing, Position, Receipt, Sink,
    memory::{CommitFate, Faults, MemoryLog, MemorySink, NoFaults},
};
use events_schema::Topic;
use rand::{Rng, SeedableRng, rngs::StdRng};

/// What happens to a process in the middle of a turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mishap {
    /// It dies after so many appended records.
    DiesWriting(u32),
    /// It dies when all is written, before the commit.
    DiesBeforeCommit,
    /// It dies when the commit is through, before anything is done about it.
    DiesAfterCommit,
    /// Its session runs out after so many appended records.
    Expires(u32),
    /// Another process takes its identity after so many appended records.
    Replaced(u32),
    /// The broker refuses a record after so many.
    Refused(u32),
}

/// What is to go wrong for one process. Clones are the same.
#[derive(Clone)]
pub(crate) struct Mishaps(Arc<Mutex<Ordered>>);

pub(crate) struct Ordered {
    /// The fates of the next commits.
    pub(crate) fates: VecDeque<CommitFate>,
    /// How many records before its position a poll delivers again.
    pub(crate) repeats: i64,
    /// Whether polls bring a few records only, or none.
    pub(crate) slow: bool,
    /// What comes next in the middle of a turn.
    pub(crate) mishap: Option<Mishap>,
    chance: StdRng,
}

impl Mishaps {
    pub(crate) fn new(seed: u64) -> Mishaps {
        let chance = StdRng::seed_from_u64(seed);
        let fates = VecDeque::new();
        Mishaps(Arc::new(Mutex::new(Ordered { fates, repeats: 0, slow: false, mishap: None, chance })))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Ordered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing goes wrong any more.
    pub(crate) fn calm(&self) {
        let mut ordered = self.lock();
        ordered.fates.clear();
        (ordered.repeats, ordered.slow, ordered.mishap) = (0, false, None);
    }
}

impl Faults for Mishaps {
    fn commit(&mut self) -> CommitFate {
        self.lock().fates.pop_front().unwrap_or(CommitFate::Commit)
    }

    fn refuses_append(&mut self) -> bool {
        let mut ordered = self.lock();
        let refused = ordered.mishap == Some(Mishap::Refused(0));
        if refused {
            ordered.mishap = None;
        }
        refused
    }

    fn delivers(&mut self, ready: usize) -> usize {
        let mut ordered = self.lock();
        if ordered.slow { ordered.chance.random_range(0..=ready.min(3)) } else { ready }
    }

    fn picks(&mut self, inputs: usize) -> usize {
        self.lock().chance.random_range(0..inputs.max(1))
    }

    fn repeats(&mut self) -> i64 {
        self.lock().repeats
    }
}

/// A sink whose process meets its mishap.
pub(crate) struct Troubled {
    pub(crate) sink: MemorySink,
    pub(crate) mishaps: Mishaps,
    pub(crate) log: MemoryLog,
    pub(crate) group: &'static str,
    pub(crate) instance: String,
    pub(crate) lease: Topic,
}

fn died() -> Fatal {
    Fatal::Client("the process died".to_owned())
}

impl Troubled {
    /// One more record is about to be appended.
    fn meet(&mut self) -> Result<(), Failed> {
        let mut ordered = self.mishaps.lock();
        let next = match ordered.mishap {
            Some(Mishap::DiesWriting(n)) if n > 0 => Mishap::DiesWriting(n - 1),
            Some(Mishap::Expires(n)) if n > 0 => Mishap::Expires(n - 1),
            Some(Mishap::Replaced(n)) if n > 0 => Mishap::Replaced(n - 1),
            Some(Mishap::Refused(n)) if n > 0 => Mishap::Refused(n - 1),
            Some(now @ (Mishap::DiesWriting(_) | Mishap::Expires(_) | Mishap::Replaced(_))) => {
                ordered.mishap = None;
                drop(ordered);
                return self.suffer(now);
            }
            _ => return Ok(()),
        };
        ordered.mishap = Some(next);
        Ok(())
    }

    fn suffer(&mut self, mishap: Mishap) -> Result<(), Failed> {
        match mishap {
            Mishap::DiesWriting(_) => return Err(died().into()),
            Mishap::Expires(_) => self.log.expire(self.group, &self.instance),
            Mishap::Replaced(_) => {
                let (_, mut other) =
                    self.log.connect(self.group, &self.instance, self.lease, Box::new(NoFaults));
                other.init()?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether this is what happens now; it happens once.
    fn meets(&self, mishap: Mishap) -> bool {
        let mut ordered = self.mishaps.lock();
        let now = ordered.mishap == Some(mishap);
        if now {
            ordered.mishap = None;
        }
        now
    }
}

impl Sink for Troubled {
    fn init(&mut self) -> Result<(), Fatal> {
        self.sink.init()
    }

    fn append(&mut self, out: Outgoing<'_>) -> Result<(), Failed> {
        self.meet()?;
        self.sink.append(out)
    }

    fn commit(&mut self, positions: &[Position]) -> Result<Receipt, Failed> {
        if self.meets(Mishap::DiesBeforeCommit) {
            return Err(died().into());
        }
        let receipt = self.sink.commit(positions)?;
        if self.meets(Mishap::DiesAfterCommit) {
            return Err(died().into());
        }
        Ok(receipt)
    }

    fn abort(&mut self) -> Result<(), Failed> {
        self.sink.abort()
    }
}
