//! `Meter`: a figure, registered, whatever its shape.

use prometheus::{
    GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry,
    core::Collector,
};

use super::figure::{Amount, Figure, Labels, Shape};

/// A registered figure. Cloning shares it.
#[derive(Clone)]
pub(super) struct Meter {
    pub(super) figure: &'static Figure,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Counter(IntCounterVec),
    Gauge(GaugeVec),
    Histogram(HistogramVec),
}

/// Where figures are registered, and whose they are.
pub(super) struct Registering<'a> {
    pub(super) registry: &'a Registry,
    pub(super) service: &'static str,
}

impl Registering<'_> {
    /// Registers a figure; what is known of its labels is there at once.
    pub(super) fn meter(&self, figure: &'static Figure) -> prometheus::Result<Meter> {
        let kind = match figure.shape {
            Shape::Counter => Kind::Counter(self.counters(figure)?),
            Shape::Gauge | Shape::Level => {
                Kind::Gauge(self.registered(GaugeVec::new(self.about(figure), &figure.all_labels())?)?)
            }
            Shape::Histogram(_) => Kind::Histogram(self.histograms(figure)?),
        };
        Ok(Meter { figure, kind })
    }

    pub(super) fn counters(&self, figure: &Figure) -> prometheus::Result<IntCounterVec> {
        let counters = self.registered(IntCounterVec::new(self.about(figure), figure.labels)?)?;
        for values in figure.known {
            counters.with_label_values(values);
        }
        Ok(counters)
    }

    pub(super) fn gauge(&self, figure: &Figure) -> prometheus::Result<IntGauge> {
        self.registered(IntGauge::with_opts(self.about(figure))?)
    }

    pub(super) fn histogram(&self, figure: &Figure) -> prometheus::Result<Histogram> {
        Ok(self.histograms(figure)?.with_label_values::<&str>(&[]))
    }

    fn histograms(&self, figure: &Figure) -> prometheus::Result<HistogramVec> {
        let Shape::Histogram(bounds) = figure.shape else {
            return Err(prometheus::Error::Msg(format!("{} has no buckets", figure.name)));
        };
        let opts = HistogramOpts::from(self.about(figure)).buckets(bounds.to_vec());
        let histograms = self.registered(HistogramVec::new(opts, figure.labels)?)?;
        for values in figure.known {
            histograms.with_label_values(values);
        }
        Ok(histograms)
    }

    fn about(&self, figure: &Figure) -> Opts {
        Opts::new(figure.name, figure.help).const_label("service", self.service)
    }

    fn registered<C: Collector + Clone + 'static>(&self, collector: C) -> prometheus::Result<C> {
        self.registry.register(Box::new(collector.clone()))?;
        Ok(collector)
    }
}

impl Meter {
    /// Adds to a counter, or notes a time. A label that does not fit is a mistake of the service: it is not counted.
    pub(super) fn count(&self, labels: &Labels, amount: Amount) {
        let labels: [&str; 2] = [&labels[0], &labels[1]];
        let labels = &labels[..self.figure.labels.len().min(labels.len())];
        match (&self.kind, amount) {
            (Kind::Counter(counters), Amount::Add(more)) => {
                let _ = counters.get_metric_with_label_values(labels).map(|counter| counter.inc_by(more));
            }
            (Kind::Histogram(histograms), Amount::Took(span)) => {
                let of = histograms.get_metric_with_label_values(labels);
                let _ = of.map(|histogram| histogram.observe(span.as_secs_f64()));
            }
            _ => {}
        }
    }

    pub(super) fn set<V: AsRef<str> + std::fmt::Debug>(&self, labels: &[V], value: f64) {
        if let Kind::Gauge(gauges) = &self.kind {
            let _ = gauges.get_metric_with_label_values(labels).map(|gauge| gauge.set(value));
        }
    }

    pub(super) fn remove(&self, labels: &[&str]) {
        if let Kind::Gauge(gauges) = &self.kind {
            let _ = gauges.remove_label_values(labels);
        }
    }

    /// Takes a task's level away.
    pub(super) fn forget(&self, partition: &str) {
        if self.figure.shape != Shape::Level {
            return;
        }
        if self.figure.labels.is_empty() {
            self.remove(&[partition]);
        }
        for values in self.figure.known {
            let labels: Vec<&str> = values.iter().copied().chain([partition]).collect();
            self.remove(&labels);
        }
    }
}
