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
];

pub(super) const LAG: &[Panel] = &[
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
