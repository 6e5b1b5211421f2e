//! `Process`: one process of a service: the real worker, between a memory log and an outside, that can die and start.

use std::{fmt::Debug, time::Duration};

use choreography::{
    Clock, Fatal, Input, Metrics, Pace, Ports, Service, Source, Turned, Worker, memory::MemoryLog,
};
use events_schema::{Key, Source as Emitter, Timestamp};

use crate::{
    Time,
    mishaps::{Mishaps, Troubled},
    plan::key,
    planted::Reader,
    provider::Owns,
};

/// What a simulated shop does with a process of any service.
pub(crate) trait Process {
    /// Its service.
    fn service(&self) -> Emitter;
    /// Its name.
    fn name(&self) -> Key;
    /// One turn; `Err`: it is down now.
    fn turn(&mut self) -> Result<Turned, Fatal>;
    /// When it next has something to do though no record comes in.
    fn next_due(&self) -> Option<Timestamp>;
    /// It dies: its memory and its open calls are gone, its open transaction stays open.
    fn die(&mut self);
    /// It starts, or starts anew, under its old identity.
    fn start(&mut self);
    /// Whether it runs.
    fn runs(&self) -> bool;
    /// Its session runs out, and so does its open transaction.
    fn expire(&self);
    /// What goes wrong for it.
    fn mishaps(&self) -> &Mishaps;
    /// Its clock goes wrong, or right again.
    fn set_clock(&mut self, skew: Skew);
    /// Each of its tasks: the partition, and the state as text.
    fn states(&self) -> Vec<(u16, String)>;
    /// How many entries each of its tasks holds beside the state.
    fn held(&self) -> Vec<(u16, usize)>;
    /// The offset its reader takes next of an input; `None`: it does not read it.
    fn reads_next(&mut self, input: Input) -> Option<i64>;
}

/// How wrong a process's clock is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Skew {
    /// Ahead, or behind, by so many microseconds.
    By(i64),
    /// It stands still.
    Frozen,
}

/// A process's own clock.
struct Own {
    time: Time,
    skew: Skew,
    stood: Timestamp,
}

impl Clock for Own {
    fn now(&self) -> Timestamp {
        match self.skew {
            Skew::By(micros) => Timestamp(self.time.now().0 + micros),
            Skew::Frozen => self.stood,
        }
    }
}

/// What is the same for every process of a shop.
#[derive(Clone)]
pub(crate) struct Ground {
    pub(crate) log: MemoryLog,
    pub(crate) time: Time,
    pub(crate) pace: Pace,
}

/// A service and its outside, as a process has them when it starts.
pub(crate) type Made<S> = (S, Box<dyn Owns<S>>);

/// One process.
pub(crate) struct Instance<S: Service> {
    ground: Ground,
    name: String,
    clock: Own,
    mishaps: Mishaps,
    make: Box<dyn Fn() -> Made<S>>,
    running: Option<Running<S>>,
}

struct Running<S: Service> {
    worker: Worker<S>,
    outside: Box<dyn Owns<S>>,
    source: Reader,
    sink: Troubled,
}

impl<S: Service<State: Debug>> Instance<S> {
    /// A process that runs from now on.
    pub(crate) fn new(
        ground: Ground,
        name: String,
        seed: u64,
        make: impl Fn() -> Made<S> + 'static,
    ) -> Instance<S> {
        let (mishaps, make) = (Mishaps::new(seed), Box::new(make));
        let clock = Own { time: ground.time.clone(), skew: Skew::By(0), stood: ground.time.now() };
        let mut instance = Instance { ground, name, clock, mishaps, make, running: None };
        instance.start();
        instance
    }
}

impl<S: Service<State: Debug>> Process for Instance<S> {
    fn service(&self) -> Emitter {
        S::SOURCE
    }

    fn name(&self) -> Key {
        key(&format!("{}-{}", S::SOURCE.name(), self.name))
    }

    fn turn(&mut self) -> Result<Turned, Fatal> {
        let Some(running) = &mut self.running else { return Ok(Turned::default()) };
        self.ground.time.pass(Duration::from_millis(1));
        let partitions: Vec<u16> = running.worker.partitions().collect();
        running.outside.own(&partitions);
        let Running { worker, outside, source, sink } = running;
        // The trait object of the outside's own kind is what the ports take.
        let outside: &mut dyn Owns<S> = outside.as_mut();
        let turned = worker.turn(&mut Ports { source, sink, outside, clock: &self.clock });
        if turned.is_err() {
            self.running = None;
        }
        turned
    }

    fn next_due(&self) -> Option<Timestamp> {
        let running = self.running.as_ref()?;
        running.worker.next_due().into_iter().chain(running.outside.next_due()).min()
    }

    fn die(&mut self) {
        self.running = None;
    }

    fn start(&mut self) {
        let (service, outside) = (self.make)();
        let group = S::SOURCE.name();
        let Ground { log, pace, .. } = &self.ground;
        let (source, sink) = self.mishaps.connect(log, group, &self.name, S::EMITS);
        let worker = Worker::new(service, *pace, Metrics::unread());
        self.running = Some(Running { worker, outside, source, sink });
    }

    fn runs(&self) -> bool {
        self.running.is_some()
    }

    fn expire(&self) {
        let group = S::SOURCE.name();
        self.ground.log.expire(group, &self.name);
        self.ground.log.abort_stale(&format!("{group}-{}", self.name));
    }

    fn mishaps(&self) -> &Mishaps {
        &self.mishaps
    }

    fn set_clock(&mut self, skew: Skew) {
        self.clock.stood = self.ground.time.now();
        self.clock.skew = skew;
    }

    fn states(&self) -> Vec<(u16, String)> {
        let Some(Running { worker, .. }) = &self.running else { return Vec::new() };
        let text = |partition| worker.state(partition).map(|state| (partition, format!("{state:?}")));
        worker.partitions().filter_map(text).collect()
    }

    fn held(&self) -> Vec<(u16, usize)> {
        let Some(Running { worker, .. }) = &self.running else { return Vec::new() };
        let held = |partition| worker.held(partition).map(|held| (partition, held));
        worker.partitions().filter_map(held).collect()
    }

    fn reads_next(&mut self, input: Input) -> Option<i64> {
        let Running { worker, source, .. } = self.running.as_mut()?;
        let runs = worker.partitions().any(|partition| partition == input.partition);
        source.position(input).ok().filter(|_| runs)
    }
}
