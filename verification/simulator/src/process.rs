//! `Process`: one process of a service: the real worker, between a memory log and an outside, that can die and start.

use std::time::Duration;

use choreography::{
    Fatal, Metrics, Pace, Ports, Service, Turned, Worker,
    memory::{MemoryLog, MemorySource},
};
use events_schema::Source as Emitter;

use crate::{
    Time,
    mishaps::{Mishaps, Troubled},
    provider::Owns,
};

/// What a simulated shop does with a process of any service.
pub(crate) trait Process {
    /// Its service.
    fn service(&self) -> Emitter;
    /// One turn; `Err`: it is down now.
    fn turn(&mut self) -> Result<Turned, Fatal>;
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
    mishaps: Mishaps,
    make: Box<dyn Fn() -> Made<S>>,
    running: Option<Running<S>>,
}

struct Running<S: Service> {
    worker: Worker<S>,
    outside: Box<dyn Owns<S>>,
    source: MemorySource,
    sink: Troubled,
}

impl<S: Service> Instance<S> {
    /// A process that runs from now on.
    pub(crate) fn new(
        ground: Ground,
        name: String,
        seed: u64,
        make: impl Fn() -> Made<S> + 'static,
    ) -> Instance<S> {
        let (mishaps, make) = (Mishaps::new(seed), Box::new(make));
        let mut instance = Instance { ground, name, mishaps, make, running: None };
        instance.start();
        instance
    }
}

impl<S: Service> Process for Instance<S> {
    fn service(&self) -> Emitter {
        S::SOURCE
    }

    fn turn(&mut self) -> Result<Turned, Fatal> {
        let Some(running) = &mut self.running else { return Ok(Turned::default()) };
        self.ground.time.pass(Duration::from_millis(1));
        let partitions: Vec<u16> = running.worker.partitions().collect();
        running.outside.own(&partitions);
        let Running { worker, outside, source, sink } = running;
        // The trait object of the outside's own kind is what the ports take.
        let outside: &mut dyn Owns<S> = outside.as_mut();
        let turned = worker.turn(&mut Ports { source, sink, outside, clock: &self.ground.time });
        if turned.is_err() {
            self.running = None;
        }
        turned
    }

    fn die(&mut self) {
        self.running = None;
    }

    fn start(&mut self) {
        let (service, outside) = (self.make)();
        let group = S::SOURCE.name();
        let Ground { log, pace, .. } = &self.ground;
        let (source, sink) = log.connect(group, &self.name, S::EMITS, Box::new(self.mishaps.clone()));
        let (mishaps, log, instance) = (self.mishaps.clone(), log.clone(), self.name.clone());
        let sink = Troubled { sink, mishaps, log, group, instance, lease: S::EMITS };
        let worker = Worker::new(service, *pace, Metrics::unread(S::SOURCE));
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
}
