//! `Figure`: one metric, described once. It is registered, shown at 0 and documented from the same lines.

use std::{borrow::Cow, time::Duration};

/// A metric of a service, or of the machine. Its first label is always `service`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Figure {
    /// `orders_<noun>_<unit>`.
    pub name: &'static str,
    /// What it says, in one line.
    pub help: &'static str,
    /// What kind of number it is.
    pub shape: Shape,
    /// Its labels besides `service`, and besides `partition` for a [`Shape::Level`].
    pub labels: &'static [&'static str],
    /// The label values that are known beforehand: shown at 0 from the start, so that an alarm sees the first change.
    /// Of a level these are all there are.
    pub known: &'static [&'static [&'static str]],
}

/// What kind of number a figure is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Shape {
    /// Only grows.
    Counter,
    /// How a process stands.
    Gauge,
    /// How one task stands: with the label `partition`, and gone when the task is.
    Level,
    /// How long something took, in seconds; the bounds of the buckets.
    Histogram(&'static [f64]),
}

impl Shape {
    /// Its name in Prometheus's text format.
    pub fn name(self) -> &'static str {
        match self {
            Shape::Counter => "counter",
            Shape::Gauge | Shape::Level => "gauge",
            Shape::Histogram(_) => "histogram",
        }
    }
}

impl Figure {
    /// All labels, in the order in which they are registered.
    pub fn all_labels(&self) -> Vec<&'static str> {
        let partition = (self.shape == Shape::Level).then_some("partition");
        self.labels.iter().copied().chain(partition).collect()
    }
}

/// What one fact adds to a figure.
#[derive(Clone, PartialEq, Debug)]
pub struct Count {
    /// The figure's name.
    pub figure: &'static str,
    /// The values of its labels, as many as it has.
    pub labels: Labels,
    /// What is added.
    pub amount: Amount,
}

/// At most two values of labels; a second one that a figure does not have is left out.
pub type Labels = [Cow<'static, str>; 2];

/// What is added to a figure.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Amount {
    /// To a counter.
    Add(u64),
    /// To a histogram.
    Took(Duration),
}

impl Count {
    /// Adds to a counter.
    pub fn add(figure: &'static Figure, labels: Labels, more: u64) -> Count {
        Count { figure: figure.name, labels, amount: Amount::Add(more) }
    }

    /// Notes how long something took.
    pub fn took(figure: &'static Figure, labels: Labels, span: Duration) -> Count {
        Count { figure: figure.name, labels, amount: Amount::Took(span) }
    }
}

/// Values of labels that are known to the program: `labels(["cancelled", "expired"])`.
pub fn labels<const N: usize>(values: [&'static str; N]) -> Labels {
    const { assert!(N <= 2, "a figure has two labels at most") };
    let mut all = Labels::default();
    all.iter_mut().zip(values).for_each(|(label, value)| *label = Cow::Borrowed(value));
    all
}

/// How one figure of a task stands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Level {
    /// The figure's name.
    pub figure: &'static str,
    /// The value of its label; empty if it has none.
    pub label: &'static str,
    /// The number.
    pub value: i64,
}
