//! The machine's own figures: how much, how fast, how far behind.

use super::figure::{Figure, Shape};

/// Bucket bounds for a commit, in seconds.
const COMMIT_SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Bucket bounds for a restore, in seconds.
const RESTORE_SECONDS: &[f64] = &[0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0];

const fn figure(
    name: &'static str,
    shape: Shape,
    labels: &'static [&'static str],
    help: &'static str,
) -> Figure {
    Figure { name, help, shape, labels, known: &[] }
}

pub(super) const CONSUMED: Figure = figure(
    "orders_records_consumed_total",
    Shape::Counter,
    &["topic"],
    "Records taken from the log, listened to or not.",
);
pub(super) const EMITTED: Figure =
    figure("orders_facts_emitted_total", Shape::Counter, &["event"], "Facts committed.");
pub(super) const COMMITS: Figure =
    figure("orders_commit_seconds", Shape::Histogram(COMMIT_SECONDS), &[], "Time of a transaction's commit.");
pub(super) const UNDONE: Figure = Figure {
    known: &[&["aborted"], &["unknown"], &["too_large"]],
    ..figure(
        "orders_transactions_undone_total",
        Shape::Counter,
        &["reason"],
        "Transactions undone and run again; unknown: the log was asked what became of it.",
    )
};
pub(super) const RESTORES: Figure =
    figure("orders_restore_seconds", Shape::Histogram(RESTORE_SECONDS), &[], "Time to restore one task.");
pub(super) const TASKS: Figure = figure("orders_tasks", Shape::Gauge, &[], "Tasks that run here.");
pub(super) const LAG: Figure =
    figure("orders_lag_records", Shape::Level, &["topic"], "Records not consumed yet.");
pub(super) const LAG_SECONDS: Figure = figure(
    "orders_lag_seconds",
    Shape::Level,
    &["topic"],
    "Age of the oldest record not consumed yet, as far as can be known without reading it; 0 when there is none.",
);
pub(super) const OPEN: Figure =
    figure("orders_open_subjects", Shape::Level, &[], "Orders that have not ended.");
pub(super) const OLDEST: Figure = figure(
    "orders_oldest_open_seconds",
    Shape::Level,
    &[],
    "Since when the oldest of them has been open; 0 when none is.",
);
pub(super) const PARKED: Figure =
    figure("orders_parked_subjects", Shape::Level, &[], "Subjects that wait behind a parked record.");
pub(super) const RECONNECTED: Figure = figure(
    "orders_reconnects_total",
    Shape::Counter,
    &[],
    "Times a worker gave its clients up and connected anew.",
);
pub(super) const KAFKA_ERRORS: Figure = Figure {
    known: &[&["lease"], &["reader"], &["producer"]],
    ..figure(
        "orders_kafka_errors_total",
        Shape::Counter,
        &["client"],
        "Errors that the Kafka client reported; most mend themselves.",
    )
};
pub(super) const REBALANCES: Figure =
    figure("orders_kafka_rebalances_total", Shape::Counter, &[], "Changes of the leases held here.");
pub(super) const QUEUE_MESSAGES: Figure = figure(
    "orders_kafka_queue_messages",
    Shape::Gauge,
    &["worker"],
    "Records that the producer holds and no broker has yet.",
);
pub(super) const QUEUE_BYTES: Figure =
    figure("orders_kafka_queue_bytes", Shape::Gauge, &["worker"], "The bytes of these.");
pub(super) const RTT: Figure = figure(
    "orders_kafka_rtt_p99_seconds",
    Shape::Gauge,
    &["worker"],
    "Time to a broker's answer, all but one of a hundred, of the slowest broker the producer talks to.",
);

/// All of them, in the order of the documentation.
pub static MACHINE: [Figure; 17] = [
    CONSUMED,
    EMITTED,
    COMMITS,
    UNDONE,
    RESTORES,
    TASKS,
    LAG,
    LAG_SECONDS,
    OPEN,
    OLDEST,
    PARKED,
    RECONNECTED,
    KAFKA_ERRORS,
    REBALANCES,
    QUEUE_MESSAGES,
    QUEUE_BYTES,
    RTT,
];
