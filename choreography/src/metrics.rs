//! Metrics of one service in one process: the machine's own figures, and those of the service's business.

pub(crate) mod figure;
mod machine;
mod meter;

use std::{fmt, time::Duration};

use events_schema::{Fact, Topic, parking::ParkingFact};
use prometheus::{Histogram, HistogramTimer, IntCounter, IntCounterVec, IntGauge, Registry};

use crate::{Failed, Input, Service, speaker::Line};
use figure::{Count, Figure, Level};
use meter::Meter;

pub use machine::MACHINE;

/// Counters and gauges of one service. Cloning shares them. Nothing is counted where nobody reads it.
#[derive(Clone)]
pub struct Metrics(Option<Meters>);

#[derive(Clone)]
struct Meters {
    consumed: Vec<IntCounter>,
    emitted: IntCounterVec,
    commits: Histogram,
    undone: Meter,
    restores: Histogram,
    tasks: IntGauge,
    lag: Meter,
    lag_seconds: Meter,
    open: Meter,
    oldest: Meter,
    parked: Meter,
    reconnected: IntCounter,
    kafka_errors: IntCounterVec,
    rebalances: IntCounter,
    queue_messages: Meter,
    queue_bytes: Meter,
    rtt: Meter,
    business: Vec<Meter>,
}

/// How a task stands, besides its lag.
pub(crate) struct Standing {
    pub(crate) open: usize,
    pub(crate) oldest: Duration,
    pub(crate) parked: usize,
}

/// What librdkafka tells of a producer.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Queued {
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    /// To the slowest broker's answer, all but one of a hundred.
    pub(crate) rtt: Duration,
}

impl Metrics {
    /// Registers the metrics of a service. What is known of their labels is shown at 0 from now on.
    pub fn new<S: Service>(registry: &Registry) -> prometheus::Result<Metrics> {
        let to = meter::Registering { registry, service: S::SOURCE.name() };
        let consumed = to.counters(&machine::CONSUMED)?;
        let emitted = to.counters(&machine::EMITTED)?;
        for event in S::Fact::names().iter().chain(ParkingFact::names()) {
            emitted.with_label_values(&[event]);
        }
        let business =
            S::figures().iter().map(|figure| to.meter(figure)).collect::<prometheus::Result<_>>()?;
        Ok(Metrics(Some(Meters {
            consumed: Topic::ALL.map(|topic| consumed.with_label_values(&[topic.name()])).to_vec(),
            emitted,
            commits: to.histogram(&machine::COMMITS)?,
            undone: to.meter(&machine::UNDONE)?,
            restores: to.histogram(&machine::RESTORES)?,
            tasks: to.gauge(&machine::TASKS)?,
            lag: to.meter(&machine::LAG)?,
            lag_seconds: to.meter(&machine::LAG_SECONDS)?,
            open: to.meter(&machine::OPEN)?,
            oldest: to.meter(&machine::OLDEST)?,
            parked: to.meter(&machine::PARKED)?,
            reconnected: to.counters(&machine::RECONNECTED)?.with_label_values::<&str>(&[]),
            kafka_errors: to.counters(&machine::KAFKA_ERRORS)?,
            rebalances: to.counters(&machine::REBALANCES)?.with_label_values::<&str>(&[]),
            queue_messages: to.meter(&machine::QUEUE_MESSAGES)?,
            queue_bytes: to.meter(&machine::QUEUE_BYTES)?,
            rtt: to.meter(&machine::RTT)?,
            business,
        })))
    }

    /// Metrics nobody reads, for simulations and tests.
    pub fn unread() -> Metrics {
        Metrics(None)
    }

    /// Every figure of a service, the machine's own first.
    pub fn figures<S: Service>() -> impl Iterator<Item = &'static Figure> {
        MACHINE.iter().chain(S::figures())
    }

    /// Whether somebody reads them.
    pub(crate) fn are_read(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn delivered(&self, topic: Topic) {
        if let Some(meters) = &self.0 {
            meters.consumed[topic as usize].inc();
        }
    }

    pub(crate) fn said(&self, lines: &[Line]) {
        let Some(meters) = &self.0 else { return };
        // One look at the labels for each event, not for each fact.
        let mut counts: Vec<(&str, u64)> = Vec::new();
        for line in lines {
            match counts.iter_mut().find(|(event, _)| std::ptr::eq(*event, line.event)) {
                Some((_, count)) => *count += 1,
                None => counts.push((line.event, 1)),
            }
        }
        for (event, count) in counts {
            meters.emitted.with_label_values(&[event]).inc_by(count);
        }
    }

    /// What the facts of a committed transaction add to the figures of the business.
    pub(crate) fn counted(&self, counts: &[Count]) {
        let Some(meters) = &self.0 else { return };
        for count in counts {
            if let Some(meter) = meters.business.iter().find(|meter| meter.figure.name == count.figure) {
                meter.count(&count.labels, count.amount);
            }
        }
    }

    pub(crate) fn undone(&self, why: &Failed) {
        let Some(meters) = &self.0 else { return };
        let reason = match why {
            Failed::Aborted(_) => "aborted",
            Failed::TooLarge(_) => "too_large",
            Failed::Unknown(_) | Failed::Fatal(_) => "unknown",
        };
        meters.undone.count(&figure::labels([reason]), figure::Amount::Add(1));
    }

    pub(crate) fn commit_timer(&self) -> Option<HistogramTimer> {
        self.0.as_ref().map(|meters| meters.commits.start_timer())
    }

    pub(crate) fn restore_timer(&self) -> Option<HistogramTimer> {
        self.0.as_ref().map(|meters| meters.restores.start_timer())
    }

    /// So many more tasks run here; workers of one process add up.
    pub(crate) fn tasks(&self, more: i64) {
        if let Some(meters) = &self.0 {
            meters.tasks.add(more);
        }
    }

    pub(crate) fn lag(&self, input: Input, records: i64, age: Duration) {
        if let Some(meters) = &self.0 {
            let partition = input.partition.to_string();
            let labels = &[input.topic.name(), partition.as_str()];
            meters.lag.set(labels, records as f64);
            meters.lag_seconds.set(labels, age.as_secs_f64());
        }
    }

    pub(crate) fn task(&self, partition: u16, standing: &Standing) {
        if let Some(meters) = &self.0 {
            let partition = partition.to_string();
            meters.open.set(&[&partition], standing.open as f64);
            meters.oldest.set(&[&partition], standing.oldest.as_secs_f64());
            meters.parked.set(&[&partition], standing.parked as f64);
        }
    }

    pub(crate) fn level(&self, partition: u16, level: Level) {
        let Some(meters) = &self.0 else { return };
        let Some(meter) = meters.business.iter().find(|meter| meter.figure.name == level.figure) else {
            return;
        };
        let partition = partition.to_string();
        match meter.figure.labels {
            [] => meter.set(&[&partition], level.value as f64),
            _ => meter.set(&[level.label, &partition], level.value as f64),
        }
    }

    /// The task is no longer ours: whoever has it shows its figures.
    pub(crate) fn forget(&self, partition: u16) {
        let Some(meters) = &self.0 else { return };
        let partition = partition.to_string();
        for meter in [&meters.open, &meters.oldest, &meters.parked].into_iter().chain(&meters.business) {
            meter.forget(&partition);
        }
        for topic in Topic::ALL {
            meters.lag.remove(&[topic.name(), &partition]);
            meters.lag_seconds.remove(&[topic.name(), &partition]);
        }
    }

    /// A worker connects anew.
    pub(crate) fn reconnected(&self) {
        if let Some(meters) = &self.0 {
            meters.reconnected.inc();
        }
    }

    /// A client reported an error.
    pub(crate) fn kafka_error(&self, client: &str) {
        if let Some(meters) = &self.0 {
            meters.kafka_errors.with_label_values(&[client]).inc();
        }
    }

    /// Leases came or went.
    pub(crate) fn rebalanced(&self) {
        if let Some(meters) = &self.0 {
            meters.rebalances.inc();
        }
    }

    /// What librdkafka told of a worker's producer.
    pub(crate) fn queued(&self, worker: u16, queued: Queued) {
        if let Some(meters) = &self.0 {
            let worker = &[worker.to_string()];
            meters.queue_messages.set(worker, queued.messages as f64);
            meters.queue_bytes.set(worker, queued.bytes as f64);
            meters.rtt.set(worker, queued.rtt.as_secs_f64());
        }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.are_read() { "metrics" } else { "unread metrics" })
    }
}
