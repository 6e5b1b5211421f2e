//! The dashboard of one service: what it takes, what it says, what it holds.

use super::panel;
use crate::dashboards::{
    Look::{Lines, Stack},
    Panel,
};

pub(super) const WORK: &[Panel] = &[
    panel(
        "Records taken",
        "By topic, a second.",
        Stack,
        "ops",
        &[(
            "{{topic}}",
            r#"sum by (topic) (rate(orders_records_consumed_total{service="$service"}[$__rate_interval]))"#,
        )],
    ),
    panel(
        "Facts said",
        "By event, a second.",
        Stack,
        "ops",
        &[(
            "{{event}}",
            r#"sum by (event) (rate(orders_facts_emitted_total{service="$service"}[$__rate_interval]))"#,
        )],
    ),
    panel(
        "Records of a commit",
        "Taken in one transaction, in the mean.",
        Lines,
        "short",
        &[(
            "records",
            r#"sum(rate(orders_records_consumed_total{service="$service"}[$__rate_interval])) / sum(rate(orders_commit_seconds_count{service="$service"}[$__rate_interval]))"#,
        )],
    ),
    panel(
        "Lag",
        "Records not taken yet, by topic.",
        Stack,
        "short",
        &[("{{topic}}", r#"sum by (topic) (orders_lag_records{service="$service"})"#)],
    ),
    panel(
        "Commit",
        "Time of a commit: half, and all but one of a hundred.",
        Lines,
        "s",
        &[
            (
                "p50",
                r#"histogram_quantile(0.5, sum by (le) (rate(orders_commit_seconds_bucket{service="$service"}[$__rate_interval])))"#,
            ),
            (
                "p99",
                r#"histogram_quantile(0.99, sum by (le) (rate(orders_commit_seconds_bucket{service="$service"}[$__rate_interval])))"#,
            ),
        ],
    ),
    panel(
        "Undone",
        "Transactions undone and run again, a second.",
        Lines,
        "ops",
        &[("undone", r#"sum(rate(orders_transactions_undone_total{service="$service"}[$__rate_interval]))"#)],
    ),
];

pub(super) const STATE: &[Panel] = &[
    panel(
        "Tasks",
        "Partitions, by the instance that serves them.",
        Stack,
        "short",
        &[("{{instance}}", r#"sum by (instance) (orders_tasks{service="$service"})"#)],
    ),
    panel(
        "Open subjects",
        "By partition.",
        Stack,
        "short",
        &[("{{partition}}", r#"sum by (partition) (orders_open_subjects{service="$service"})"#)],
    ),
    panel(
        "Parked subjects",
        "By partition.",
        Lines,
        "short",
        &[("{{partition}}", r#"sum by (partition) (orders_parked_subjects{service="$service"})"#)],
    ),
    panel(
        "Restores",
        "Tasks restored in an hour: moves and restarts.",
        Lines,
        "short",
        &[("restored", r#"sum(increase(orders_restore_seconds_count{service="$service"}[1h]))"#)],
    ),
    panel(
        "Restore",
        "Time to restore a task: half, and all but one of a hundred, over an hour.",
        Lines,
        "s",
        &[
            (
                "p50",
                r#"histogram_quantile(0.5, sum by (le) (rate(orders_restore_seconds_bucket{service="$service"}[1h])))"#,
            ),
            (
                "p99",
                r#"histogram_quantile(0.99, sum by (le) (rate(orders_restore_seconds_bucket{service="$service"}[1h])))"#,
            ),
        ],
    ),
    panel(
        "Memory",
        "Of the process, by instance.",
        Lines,
        "bytes",
        &[("{{instance}}", r#"process_resident_memory_bytes{job="$service"}"#)],
    ),
    panel(
        "Processor",
        "Cores in use, by instance.",
        Lines,
        "short",
        &[("{{instance}}", r#"rate(process_cpu_seconds_total{job="$service"}[$__rate_interval])"#)],
    ),
];
