//! What the auditor counts: one pair of metrics a promise, and how far it has come.

use prometheus::{Gauge, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

use crate::{Report, clock};

/// The metrics of one process.
#[derive(Clone)]
pub(crate) struct Metrics {
    pub(crate) registry: Registry,
    checked: IntCounterVec,
    breaches: IntGaugeVec,
    events: IntCounter,
    unreadable: IntGauge,
    lag: IntGauge,
    settled: IntGauge,
    judged: Gauge,
    took: Gauge,
    beat: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Result<Metrics, prometheus::Error> {
        let promise = &["promise"];
        let metrics = Metrics {
            registry: Registry::new(),
            checked: IntCounterVec::new(
                Opts::new("orders_promise_checked_total", "Things judged by a promise, each time again."),
                promise,
            )?,
            breaches: IntGaugeVec::new(
                Opts::new("orders_promise_breaches", "Breaches of a promise in the newest judgement."),
                promise,
            )?,
            events: IntCounter::new("orders_audit_events_read_total", "Records read.")?,
            unreadable: IntGauge::new("orders_audit_unreadable_records", "Records that are no events.")?,
            lag: IntGauge::new("orders_audit_lag_offsets", "Committed offsets not read yet.")?,
            settled: IntGauge::new("orders_audit_settled", "1 when the promises about the end were judged.")?,
            judged: Gauge::new(
                "orders_audit_last_judged_seconds",
                "Time of the newest judgement, since 1970.",
            )?,
            took: Gauge::new("orders_audit_judge_seconds", "How long the newest judgement took.")?,
            beat: Gauge::new(
                "orders_audit_last_read_seconds",
                "Time when the log was last read to its end.",
            )?,
        };
        metrics.register()?;
        Ok(metrics)
    }

    fn register(&self) -> Result<(), prometheus::Error> {
        self.registry.register(Box::new(self.checked.clone()))?;
        self.registry.register(Box::new(self.breaches.clone()))?;
        self.registry.register(Box::new(self.events.clone()))?;
        for gauge in [&self.unreadable, &self.lag, &self.settled] {
            self.registry.register(Box::new(gauge.clone()))?;
        }
        for gauge in [&self.judged, &self.took, &self.beat] {
            self.registry.register(Box::new(gauge.clone()))?;
        }
        #[cfg(target_os = "linux")]
        self.registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        Ok(())
    }

    /// The log was read to its end: so many records by now, so many offsets left.
    pub(crate) fn read(&self, records: u64, lag: i64) {
        self.events.inc_by(records.saturating_sub(self.events.get()));
        self.lag.set(lag);
        self.beat.set(clock::seconds());
    }

    /// A judgement was made.
    pub(crate) fn judged(&self, report: &Report) {
        for promise in &report.promises {
            self.checked.with_label_values(&[promise.promise]).inc_by(promise.checked);
            let breaches = i64::try_from(promise.breaches).unwrap_or(i64::MAX);
            self.breaches.with_label_values(&[promise.promise]).set(breaches);
        }
        self.settled.set(i64::from(report.summary.settled));
        self.unreadable.set(i64::try_from(report.summary.read.unreadable).unwrap_or(i64::MAX));
        self.judged.set(clock::seconds());
        self.took.set(report.summary.judge_seconds);
    }

    /// Seconds since the log was last read to its end.
    pub(crate) fn silent_for(&self) -> f64 {
        clock::seconds() - self.beat.get()
    }
}
