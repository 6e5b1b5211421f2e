//! `Worker`: runs all tasks whose lease it holds on one reader and one transactional producer. `turn` is the only loop
//! body there is: the simulator calls it with virtual time, the process with the wall clock.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::Duration,
};

use events_schema::{EventId, Timestamp};

use crate::{
    Answered, Budget, Clock, Count, Decision, Failed, Fatal, Leases, Outside, Position, Service, Sink,
    Source,
    consume::{Decider, Subscription},
    hosted::Hosted,
    metrics::Metrics,
    moment::Moment,
    spans::{Spans, Tracer},
    speaker::{Line, Speaker},
};

/// What a worker is connected to.
pub struct Ports<'a, S: Service> {
    /// Where records come from.
    pub source: &'a mut dyn Source,
    /// Where facts go.
    pub sink: &'a mut dyn Sink,
    /// Whom to ask.
    pub outside: &'a mut dyn Outside<S>,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// How a worker paces itself. All times are measured by the clock of [`Ports`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// At most so many records in one transaction.
    pub records: usize,
    /// Collect for at most so long before a commit.
    pub span: Duration,
    /// Wait at most so long for a first record.
    pub idle: Duration,
    /// The same while an answer from the outside is awaited.
    pub expecting: Duration,
    /// Commit positions alone (nothing was said) at most this often.
    pub lazy: Duration,
    /// Ask the outside again for what is open this often.
    pub sweep: Duration,
    /// Look at the ends of the logs this often: for lag, and for how far restore must look back.
    pub look: Duration,
    /// Commit the positions of an idle task this often, so that the broker does not forget them.
    pub renew: Duration,
    /// Bring balances forward once restore would have to read more than so many own facts.
    pub restore_facts: i64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            records: 4_000,
            span: Duration::from_millis(20),
            idle: Duration::from_millis(50),
            expecting: Duration::from_millis(2),
            lazy: Duration::from_secs(1),
            sweep: Duration::from_secs(5),
            look: Duration::from_secs(10),
            renew: Duration::from_secs(24 * 3600),
            restore_facts: 200_000,
        }
    }
}

/// What a turn did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Turned {
    /// Records that were delivered.
    pub records: usize,
    /// Facts that are committed now.
    pub facts: usize,
    /// Whether the turn was undone, to be run again.
    pub undone: bool,
}

/// When the worker did what it does now and then.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rounds {
    pub(crate) committed: Timestamp,
    pub(crate) swept: Timestamp,
    pub(crate) looked: Timestamp,
}

/// All tasks of one service that one thread runs.
pub struct Worker<S: Service> {
    pub(crate) service: S,
    pub(crate) pace: Pace,
    pub(crate) metrics: Metrics,
    pub(crate) subscription: Subscription<S>,
    pub(crate) tasks: BTreeMap<u16, Hosted<S>>,
    pub(crate) moment: Moment,
    pub(crate) rounds: Rounds,
    /// Inputs whose facts could not be folded or written, by cause: parked when they come again.
    pub(crate) condemned: HashMap<EventId, String>,
    /// Answers taken in the open transaction, and those an undone one gave back.
    pub(crate) taken: Vec<Answered<S::Answer>>,
    pub(crate) returned: VecDeque<Answered<S::Answer>>,
    pub(crate) decision: Decision<S::Fact>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) lines: Vec<Line>,
    pub(crate) spans: Spans,
    /// What the facts of the open transaction add to the figures.
    pub(crate) counts: Vec<Count>,
    leased: bool,
}

impl<S: Service> Worker<S> {
    /// A worker without tasks.
    pub fn new(service: S, pace: Pace, metrics: Metrics) -> Worker<S> {
        Worker {
            service,
            pace,
            metrics,
            subscription: Subscription::new(),
            tasks: BTreeMap::new(),
            moment: Moment::default(),
            rounds: Rounds::default(),
            condemned: HashMap::new(),
            taken: Vec::new(),
            returned: VecDeque::new(),
            decision: Decision::default(),
            bytes: Vec::with_capacity(1024),
            lines: Vec::new(),
            spans: Spans::default(),
            counts: Vec::new(),
            leased: false,
        }
    }

    /// From now on its spans go there.
    pub fn trace_to(&mut self, tracer: Box<dyn Tracer>) {
        self.spans = Spans::to(tracer);
    }

    /// One turn: leases, records, answers, deadlines, commit; only then effects.
    pub fn turn(&mut self, ports: &mut Ports<'_, S>) -> Result<Turned, Fatal> {
        self.moment.pass();
        ports.sink.serve();
        self.follow_leases(ports)?;
        if let Some(partition) = self.requested() {
            let told = self.carry_out(partition, ports);
            // Reading the parked records took the assignment away.
            ports.source.assign(&self.positions())?;
            return self.finish(told, 1, ports);
        }
        let mut records = 0;
        let told = self.collect(&mut records, ports);
        self.finish(told, records, ports)
    }

    /// Whether the lease was served and every task is restored.
    pub fn is_ready(&self) -> bool {
        self.leased
    }

    /// The partitions whose tasks run here.
    pub fn partitions(&self) -> impl Iterator<Item = u16> + '_ {
        self.tasks.keys().copied()
    }

    /// The state of a task, for tests and checks.
    pub fn state(&self, partition: u16) -> Option<&S::State> {
        self.tasks.get(&partition).map(|hosted| &hosted.state)
    }

    fn follow_leases(&mut self, ports: &mut Ports<'_, S>) -> Result<(), Fatal> {
        let mut changed = false;
        loop {
            let leases = ports.source.leases()?;
            if leases == Leases::default() {
                break;
            }
            changed = true;
            self.take_leases(&leases, ports)?;
        }
        match changed {
            true => ports.source.assign(&self.positions()),
            false => Ok(()),
        }
    }

    /// Drops what was lost and restores what was gained. A restore takes its time: more may have changed after it.
    fn take_leases(&mut self, leases: &Leases, ports: &mut Ports<'_, S>) -> Result<(), Fatal> {
        tracing::info!(service = %S::SOURCE, lost = ?leases.lost, gained = ?leases.gained, "leases changed");
        self.metrics.rebalanced();
        for partition in &leases.lost {
            self.drop_task(*partition, ports.outside);
        }
        if !self.leased && !leases.gained.is_empty() {
            ports.sink.init()?;
        }
        for partition in &leases.gained {
            self.restore(*partition, ports)?;
        }
        self.leased |= !leases.gained.is_empty();
        Ok(())
    }

    fn drop_task(&mut self, partition: u16, outside: &mut dyn Outside<S>) {
        if self.tasks.remove(&partition).is_some() {
            self.metrics.tasks(-1);
        }
        self.returned.retain(|answered| answered.partition != partition);
        self.metrics.forget(partition);
        outside.forget(partition);
    }

    fn collect(&mut self, records: &mut usize, ports: &mut Ports<'_, S>) -> Result<(), Failed> {
        let budget =
            Budget { records: self.pace.records, span: self.pace.span, wait: self.patience(ports.clock) };
        let Ports { source, sink, clock, .. } = ports;
        let mut failed = None;
        *records = source.poll(budget, &mut |record| {
            if failed.is_none() {
                failed = self.consume(&record, *sink, *clock).err();
            }
        })?;
        failed.map_or(Ok(()), Err)?;
        self.take_answers(ports)?;
        self.wake(ports)?;
        self.bring_forward(ports)
    }

    /// How long to wait for a first record: not past a deadline, and hardly at all while an answer is due.
    fn patience(&self, clock: &dyn Clock) -> Duration {
        if !self.returned.is_empty() {
            return Duration::ZERO;
        }
        let expecting = self.tasks.values().any(|hosted| hosted.asks.len() > 0);
        let idle = if expecting { self.pace.expecting } else { self.pace.idle };
        match self.tasks.values().filter_map(|hosted| hosted.next_deadline()).min() {
            Some(next) => clock.now().until(next).max(self.pace.expecting).min(idle),
            None => idle,
        }
    }

    /// Every position of every task, to assign the reader.
    pub(crate) fn positions(&self) -> Vec<Position> {
        self.tasks.values().flat_map(|hosted| hosted.positions.all()).collect()
    }

    /// One task at work in the open transaction; `None` if it does not run here.
    pub(crate) fn decider<'a>(
        &'a mut self,
        partition: u16,
        sink: &'a mut dyn Sink,
        clock: &'a dyn Clock,
    ) -> Option<Decider<'a, S>> {
        let hosted = self.tasks.get_mut(&partition)?;
        let (now, time) = self.moment.look(clock);
        let Worker { bytes, lines, spans, counts, metrics, decision, service, condemned, .. } = self;
        let counts = metrics.are_read().then_some(counts);
        let speaker = Speaker { hosted, sink, now, time, bytes, lines, spans, clock, counts };
        Some(Decider { speaker, decision, service, condemned })
    }
}

/// A worker that connects anew may have other tasks: what this one showed is shown by whoever has them.
impl<S: Service> Drop for Worker<S> {
    fn drop(&mut self) {
        for partition in self.tasks.keys() {
            self.metrics.tasks(-1);
            self.metrics.forget(*partition);
        }
    }
}
