//! The meter: how long the work of a round took and what it cost, seen from outside: the growth of the broker's files
//! and the system's own figures. It asks the broker nothing, so that it slows nobody down.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::{broker::Broker, client::Ground, count::FACTS, process, process::Process};
use rig::wait;

/// So long nothing may be written before we look whether everything is done.
const QUIET: Duration = Duration::from_millis(1_500);
/// The longest silence that is waited out.
const SILENCE: Duration = Duration::from_secs(60);

/// What was used up to a moment.
#[derive(Clone, Copy)]
struct Sample {
    at: Instant,
    services: f64,
    broker: f64,
}

/// What a round took.
#[derive(Clone, Copy, Default)]
pub struct Took {
    /// Seconds from the first fact to the last.
    pub seconds: f64,
    /// Processor seconds of the services in that time.
    pub services_cpu: f64,
    /// Processor seconds of the broker in that time.
    pub broker_cpu: f64,
    /// Memory of the services at the end, in MB.
    pub rss_mb: f64,
    /// Bytes the topic of the facts grew by, as stored.
    pub stored: u64,
}

/// Watches one round.
pub struct Meter<'a> {
    broker: &'a Broker,
    ground: &'a Ground,
    first: Option<Sample>,
    last: Sample,
    began_with: u64,
    size: u64,
}

impl<'a> Meter<'a> {
    /// From now on.
    pub fn start(broker: &'a Broker, ground: &'a Ground) -> Meter<'a> {
        let last = Sample { at: wait::now(), services: 0.0, broker: 0.0 };
        let mut meter = Meter { broker, ground, first: None, last, began_with: 0, size: 0 };
        meter.began_with = meter.stored();
        meter.size = meter.began_with;
        meter
    }

    fn stored(&self) -> u64 {
        FACTS.iter().map(|topic| self.broker.bytes(&self.ground.name(*topic), self.ground.partitions)).sum()
    }

    /// Looks once; whether anything was written since the last look.
    pub fn look(&mut self, services: &mut [Process]) -> Result<bool> {
        services.iter_mut().try_for_each(Process::lives)?;
        let size = self.stored();
        if size == self.size {
            return Ok(false);
        }
        self.size = size;
        let used = services.iter().map(|service| process::cpu_seconds(service.pid())).sum();
        self.last = Sample { at: wait::now(), services: used, broker: process::cpu_seconds(self.broker.pid) };
        self.first.get_or_insert(self.last);
        Ok(true)
    }

    /// How long ago the first thing was written.
    pub fn at_work(&self) -> Duration {
        self.first.map_or(Duration::ZERO, |first| first.at.elapsed())
    }

    /// How long ago something was written.
    pub fn quiet(&self) -> Duration {
        self.last.at.elapsed()
    }

    /// Looks until nothing more is written and `done` says that everything is.
    pub fn watch(
        &mut self,
        services: &mut [Process],
        mut done: impl FnMut() -> Result<Result<(), String>>,
    ) -> Result<Took> {
        let mut asked = None;
        loop {
            wait::go_on()?;
            self.look(services)?;
            if self.quiet() > QUIET && asked != Some(self.last.at) {
                asked = Some(self.last.at);
                if let Ok(()) = done()? {
                    return Ok(self.took(services));
                }
            }
            if self.quiet() > SILENCE {
                bail!("nothing was written for {SILENCE:?}: {}", done()?.err().unwrap_or_default());
            }
            wait::pause(Duration::from_millis(10));
        }
    }

    fn took(&self, services: &[Process]) -> Took {
        let first = self.first.unwrap_or(self.last);
        Took {
            seconds: (self.last.at - first.at).as_secs_f64(),
            services_cpu: self.last.services - first.services,
            broker_cpu: self.last.broker - first.broker,
            rss_mb: services.iter().map(|service| process::rss_mb(service.pid())).sum(),
            stored: self.size - self.began_with,
        }
    }
}
