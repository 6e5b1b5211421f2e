//! Metrics of the machine: how much, how fast, how far behind. Registered once per process and service.

use events_schema::{Source, Topic};
use prometheus::{
    Histogram, HistogramOpts, HistogramTimer, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry,
};

use crate::{Input, speaker::Line};

/// Counters and gauges of one service. Cloning shares them. Nothing is counted where nobody reads it.
#[derive(Clone)]
pub struct Metrics(Option<Meters>);

#[derive(Clone)]
struct Meters {
    consumed: Vec<IntCounter>,
    emitted: IntCounterVec,
    commits: Histogram,
    undone: IntCounter,
    restores: Histogram,
    tasks: IntGauge,
    lag: IntGaugeVec,
    open: IntGaugeVec,
    parked: IntGaugeVec,
}

/// Bucket bounds for a commit, in seconds.
const COMMIT_SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Bucket bounds for a restore, in seconds.
const RESTORE_SECONDS: [f64; 10] = [0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0];

impl Metrics {
    /// Registers the metrics of a service.
    pub fn new(registry: &Registry, service: Source) -> prometheus::Result<Metrics> {
        let about = |name: &str, help: &str| Opts::new(name, help).const_label("service", service.name());
        let timing = |name: &str, help: &str, buckets: &[f64]| {
            Histogram::with_opts(
                HistogramOpts::new(name, help)
                    .const_label("service", service.name())
                    .buckets(buckets.to_vec()),
            )
        };
        let consumed = IntCounterVec::new(
            about("orders_records_consumed_total", "Records taken from the log, listened to or not."),
            &["topic"],
        )?;
        let meters = Meters {
            consumed: Topic::ALL.map(|topic| consumed.with_label_values(&[topic.name()])).to_vec(),
            emitted: IntCounterVec::new(about("orders_facts_emitted_total", "Facts committed."), &["event"])?,
            commits: timing("orders_commit_seconds", "Time of a transaction's commit.", &COMMIT_SECONDS)?,
            undone: IntCounter::with_opts(about(
                "orders_transactions_undone_total",
                "Transactions undone and run again.",
            ))?,
            restores: timing("orders_restore_seconds", "Time to restore one task.", &RESTORE_SECONDS)?,
            tasks: IntGauge::with_opts(about("orders_tasks", "Tasks that run here."))?,
            lag: IntGaugeVec::new(
                about("orders_lag_records", "Records not consumed yet."),
                &["topic", "partition"],
            )?,
            open: IntGaugeVec::new(
                about("orders_open_subjects", "Orders that have not ended."),
                &["partition"],
            )?,
            parked: IntGaugeVec::new(
                about("orders_parked_subjects", "Subjects that wait behind a parked record."),
                &["partition"],
            )?,
        };
        registry.register(Box::new(consumed))?;
        meters.register(registry)?;
        Ok(Metrics(Some(meters)))
    }

    /// Metrics nobody reads, for simulations and tests.
    pub fn unread() -> Metrics {
        Metrics(None)
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

    pub(crate) fn undone(&self) {
        if let Some(meters) = &self.0 {
            meters.undone.inc();
        }
    }

    pub(crate) fn commit_timer(&self) -> Option<HistogramTimer> {
        self.0.as_ref().map(|meters| meters.commits.start_timer())
    }

    pub(crate) fn restore_timer(&self) -> Option<HistogramTimer> {
        self.0.as_ref().map(|meters| meters.restores.start_timer())
    }

    pub(crate) fn tasks(&self, count: usize) {
        if let Some(meters) = &self.0 {
            meters.tasks.set(gauge(count));
        }
    }

    pub(crate) fn lag(&self, input: Input, records: i64) {
        if let Some(meters) = &self.0 {
            let partition = input.partition.to_string();
            meters.lag.with_label_values(&[input.topic.name(), &partition]).set(records);
        }
    }

    pub(crate) fn task(&self, partition: u16, open: usize, parked: usize) {
        if let Some(meters) = &self.0 {
            let partition = partition.to_string();
            meters.open.with_label_values(&[&partition]).set(gauge(open));
            meters.parked.with_label_values(&[&partition]).set(gauge(parked));
        }
    }

    /// The task is no longer ours: whoever has it shows its figures.
    pub(crate) fn forget(&self, partition: u16) {
        let Some(meters) = &self.0 else { return };
        let partition = partition.to_string();
        let _ = meters.open.remove_label_values(&[&partition]);
        let _ = meters.parked.remove_label_values(&[&partition]);
        for topic in Topic::ALL {
            let _ = meters.lag.remove_label_values(&[topic.name(), &partition]);
        }
    }
}

impl Meters {
    fn register(&self, registry: &Registry) -> prometheus::Result<()> {
        registry.register(Box::new(self.emitted.clone()))?;
        registry.register(Box::new(self.commits.clone()))?;
        registry.register(Box::new(self.undone.clone()))?;
        registry.register(Box::new(self.restores.clone()))?;
        registry.register(Box::new(self.tasks.clone()))?;
        registry.register(Box::new(self.lag.clone()))?;
        registry.register(Box::new(self.open.clone()))?;
        registry.register(Box::new(self.parked.clone()))
    }
}

fn gauge(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
