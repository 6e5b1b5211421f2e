//! The dashboard of the broker's side: commits, transactions, lag.

use super::panel;
use crate::dashboards::{
    Look::{Lines, Stack},
    Panel,
};

pub(super) const COMMITS: &[Panel] = &[
    panel(
        "Commit, 99 of 100",
        "By service.",
        Lines,
        "s",
        &[(
            "{{service}}",
            "histogram_quantile(0.99, sum by (service, le) (rate(orders_commit_seconds_bucket[$__rate_interval])))",
        )],
    ),
    panel(
        "Commits",
        "A second, by service.",
        Lines,
        "ops",
        &[("{{service}}", "sum by (service) (rate(orders_commit_seconds_count[$__rate_interval]))")],
    ),
    panel(
        "Slow commits",
        "Of 1,000 one may take longer than 0.25 s.",
        Lines,
        "percentunit",
        &[(
            "{{service}}",
            r#"1 - sum by (service) (rate(orders_commit_seconds_bucket{le="0.25"}[$__rate_interval])) / sum by (service) (rate(orders_commit_seconds_count[$__rate_interval]))"#,
        )],
    ),
    panel(
        "Undone",
        "Transactions undone and run again, a second.",
        Lines,
        "ops",
        &[("{{service}}", "sum by (service) (rate(orders_transactions_undone_total[$__rate_interval]))")],
    ),
    panel(
        "Tasks",
        "Partitions served; all services must have as many.",
        Lines,
        "short",
        &[("{{service}}", "sum by (service) (orders_tasks)")],
    ),
    panel(
        "Brokers' answers",
        "All but one of a hundred are faster; of the slowest broker.",
        Lines,
        "s",
        &[("{{service}}", "max by (service) (orders_kafka_rtt_p99_seconds)")],
    ),
    panel(
        "Queued",
        "Records that producers hold and no broker has.",
        Lines,
        "short",
        &[("{{service}}", "sum by (service) (orders_kafka_queue_messages)")],
    ),
    panel(
        "Trouble",
        "Errors of clients, changes of leases, clients made anew, an hour.",
        Lines,
        "short",
        &[
            ("{{service}} errors", "sum by (service) (increase(orders_kafka_errors_total[1h]))"),
            ("{{service}} leases", "sum by (service) (increase(orders_kafka_rebalances_total[1h]))"),
            ("{{service}} anew", "sum by (service) (increase(orders_reconnects_total[1h]))"),
        ],
    ),
];

pub(super) const LAG: &[Panel] = &[
    panel(
        "Lag in time",
        "Age of the oldest record not taken yet, by who must take it.",
        Lines,
        "s",
        &[("{{service}} {{topic}}", "max by (service, topic) (orders_lag_seconds)")],
    ),
    panel(
        "Lag by service",
        "Records not taken yet.",
        Stack,
        "short",
        &[("{{service}}", "sum by (service) (orders_lag_records)")],
    ),
    panel(
        "Lag by topic",
        "Records not taken yet, by who must take them.",
        Lines,
        "short",
        &[("{{service}} {{topic}}", "sum by (service, topic) (orders_lag_records)")],
    ),
    panel(
        "Worst partition",
        "The ten that are furthest behind.",
        Lines,
        "short",
        &[("{{service}} {{topic}}-{{partition}}", "topk(10, orders_lag_records > 0)")],
    ),
    panel(
        "Records taken",
        "By topic, a second, by all services.",
        Stack,
        "ops",
        &[("{{topic}}", "sum by (topic) (rate(orders_records_consumed_total[$__rate_interval]))")],
    ),
];
