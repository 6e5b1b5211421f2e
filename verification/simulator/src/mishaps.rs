//! What goes wrong for one process: the log's faults, and what can happen to it in the middle of a turn.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use choreography::{
    Failed, Fatal, Input, Outgoing, Position, Receipt, Sink,
    memory::{CommitFate, Faults, MemoryLog, Misuse, NoFaults},
};
use events_schema::{Key, Topic};
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::planted::{self, Control, Reader, Writer};

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
    /// The event of which its process dies, right before its commit.
    pub(crate) doomed: Option<(String, Key)>,
    /// How often each thing went wrong.
    pub(crate) hits: BTreeMap<&'static str, u64>,
    /// Whether a transaction was aborted since anybody asked, and how far each table was read: for planted mistakes.
    aborted: bool,
    tables: HashMap<Input, i64>,
    chance: StdRng,
}

impl Mishap {
    /// Its name in a report.
    fn name(self) -> &'static str {
        match self {
            Mishap::DiesWriting(_) => "died while writing",
            Mishap::DiesBeforeCommit => "died before the commit",
            Mishap::DiesAfterCommit => "died after the commit",
            Mishap::Expires(_) => "expired in a turn",
            Mishap::Replaced(_) => "replaced in a turn",
            Mishap::Refused(_) => "append refused",
        }
    }
}

impl Ordered {
    /// It happened.
    pub(crate) fn hit(&mut self, what: &'static str) {
        *self.hits.entry(what).or_default() += 1;
    }
}

impl Mishaps {
    pub(crate) fn new(seed: u64) -> Mishaps {
        let chance = StdRng::seed_from_u64(seed);
        let (fates, tables) = (VecDeque::new(), HashMap::new());
        let ordered = Ordered {
            fates,
            hits: BTreeMap::new(),
            doomed: None,
            repeats: 0,
            slow: false,
            mishap: None,
            aborted: false,
            tables,
            chance,
        };
        Mishaps(Arc::new(Mutex::new(ordered)))
    }

    /// Connects a process to the log, with all that goes wrong for it in between.
    pub(crate) fn connect(
        &self,
        log: &MemoryLog,
        group: &'static str,
        instance: &str,
        lease: Topic,
    ) -> (Reader, Troubled) {
        self.lock().aborted = false;
        let (source, sink) = log.connect(group, instance, lease, Box::new(self.clone()));
        let sink = Writer::new(sink, log.clone(), group, self.clone());
        let (mishaps, log, instance) = (self.clone(), log.clone(), instance.to_owned());
        (Reader::new(source, self.clone()), Troubled { sink, mishaps, log, group, instance, lease })
    }

    /// A transaction is aborted.
    pub(crate) fn abort(&self) {
        self.lock().aborted = true;
    }

    /// Whether one was, since this was last asked.
    pub(crate) fn aborted(&self) -> bool {
        std::mem::take(&mut self.lock().aborted)
    }

    /// How far a table was read, if it ever was.
    pub(crate) fn table_read(&self, input: Input) -> Option<i64> {
        self.lock().tables.get(&input).copied()
    }

    /// A table was read so far.
    pub(crate) fn read_table(&self, input: Input, next: i64) {
        self.lock().tables.insert(input, next);
    }

    /// Dies here, if it is to die when a commit is through.
    pub(crate) fn survives(&self) -> Result<(), Failed> {
        if self.meets(Mishap::DiesAfterCommit) { Err(died().into()) } else { Ok(()) }
    }

    /// Whether this is what happens now; it happens once.
    fn meets(&self, mishap: Mishap) -> bool {
        let mut ordered = self.lock();
        let now = ordered.mishap == Some(mishap);
        if now {
            ordered.mishap = None;
            ordered.hit(mishap.name());
        }
        now
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
        let mut ordered = self.lock();
        let fate = ordered.fates.pop_front().unwrap_or(CommitFate::Commit);
        match fate {
            CommitFate::Commit => {}
            CommitFate::Abort => ordered.hit("commit aborted"),
            CommitFate::UnknownApplied => ordered.hit("commit in doubt, applied"),
            CommitFate::UnknownAborted => ordered.hit("commit in doubt, not applied"),
        }
        fate
    }

    fn refuses_append(&mut self) -> bool {
        let mut ordered = self.lock();
        let refused = ordered.mishap == Some(Mishap::Refused(0));
        if refused {
            ordered.mishap = None;
            ordered.hit(Mishap::Refused(0).name());
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

    fn misuse(&mut self) -> Misuse {
        planted::misuse()
    }

    fn repeats(&mut self) -> i64 {
        self.lock().repeats
    }
}

/// A sink whose process meets its mishap.
pub(crate) struct Troubled {
    sink: Writer,
    mishaps: Mishaps,
    log: MemoryLog,
    group: &'static str,
    instance: String,
    lease: Topic,
}

fn died() -> Fatal {
    Fatal::Client("the process died".to_owned())
}

impl Troubled {
    /// One more record is about to be appended.
    fn meet(&mut self) -> Result<(), Failed> {
        let mut ordered = self.mishaps.lock();
        let next = match ordered.mishap {
            // Without transactions nobody is fenced, and nothing is refused.
            Some(Mishap::Expires(_) | Mishap::Replaced(_) | Mishap::Refused(_))
                if planted::lacks(Control::NoTransactions) =>
            {
                return Ok(());
            }
            Some(Mishap::DiesWriting(n)) if n > 0 => Mishap::DiesWriting(n - 1),
            Some(Mishap::Expires(n)) if n > 0 => Mishap::Expires(n - 1),
            Some(Mishap::Replaced(n)) if n > 0 => Mishap::Replaced(n - 1),
            Some(Mishap::Refused(n)) if n > 0 => Mishap::Refused(n - 1),
            Some(now @ (Mishap::DiesWriting(_) | Mishap::Expires(_) | Mishap::Replaced(_))) => {
                ordered.mishap = None;
                ordered.hit(now.name());
                drop(ordered);
                return self.suffer(now);
            }
            _ => return Ok(()),
        };
        ordered.mishap = Some(next);
        Ok(())
    }

    /// Dies at the commit, if this is the event it is to die of.
    fn doom(&mut self, out: &Outgoing<'_>) {
        let mut ordered = self.mishaps.lock();
        let Some((event, subject)) = &ordered.doomed else { return };
        let says = out.value.and_then(events_schema::peek_type) == Some(event.as_str());
        if says && out.to.topic == self.lease && out.key == Some(subject.as_bytes()) {
            (ordered.doomed, ordered.mishap) = (None, Some(Mishap::DiesBeforeCommit));
        }
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
}

impl Sink for Troubled {
    fn init(&mut self) -> Result<(), Fatal> {
        self.sink.init()
    }

    fn append(&mut self, out: Outgoing<'_>) -> Result<(), Failed> {
        self.meet()?;
        self.doom(&out);
        self.sink.append(out)
    }

    fn commit(&mut self, positions: &[Position]) -> Result<Receipt, Failed> {
        if self.mishaps.meets(Mishap::DiesBeforeCommit) {
            return Err(died().into());
        }
        let receipt = self.sink.commit(positions)?;
        self.mishaps.survives()?;
        Ok(receipt)
    }

    fn abort(&mut self) -> Result<(), Failed> {
        self.sink.abort()
    }
}
