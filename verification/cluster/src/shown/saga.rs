//! The dashboard of sagas: orders from placed to ended, and the promises.

use super::panel;
use crate::dashboards::{
    Look::{Lines, Number, Stack, Zero},
    Panel,
};

pub(super) const NOW: &[Panel] = &[
    panel(
        "Open orders",
        "Accepted, and not ended yet.",
        Number,
        "short",
        &[("open", r#"sum(orders_open_subjects{service="order"})"#)],
    ),
    panel(
        "Oldest open order",
        "An unpaid one expires after 15 minutes.",
        Number,
        "s",
        &[("oldest", r#"max(orders_oldest_open_seconds{service="order"})"#)],
    ),
    panel(
        "Parked subjects",
        "They wait for an operator.",
        Zero,
        "short",
        &[("parked", "sum(orders_parked_subjects)")],
    ),
    panel(
        "Broken promises",
        "In the auditor's newest judgement.",
        Zero,
        "short",
        &[("broken", "sum(orders_promise_breaches > bool 0)")],
    ),
];

pub(super) const ORDERS: &[Panel] = &[
    panel(
        "Orders",
        "Decisions of the order service a second.",
        Lines,
        "ops",
        &[(
            "{{event}}",
            r#"sum by (event) (rate(orders_facts_emitted_total{service="order", event=~"Order.*"}[$__rate_interval]))"#,
        )],
    ),
    panel(
        "Endings",
        "How orders end, and why, an hour.",
        Stack,
        "short",
        &[("{{fate}} {{reason}}", "sum by (fate, reason) (increase(orders_ended_total[1h])) > 0")],
    ),
    panel(
        "Completed of ended",
        "The rest was cancelled or rejected.",
        Lines,
        "percentunit",
        &[(
            "completed",
            r#"sum(rate(orders_ended_total{fate="completed"}[$__rate_interval])) / sum(rate(orders_ended_total[$__rate_interval]))"#,
        )],
    ),
    panel(
        "Saga",
        "From placement to end: half, and all but one of a hundred, by fate.",
        Lines,
        "s",
        &[
            (
                "{{fate}} p50",
                "histogram_quantile(0.5, sum by (fate, le) (rate(orders_saga_seconds_bucket[$__rate_interval])))",
            ),
            (
                "{{fate}} p99",
                "histogram_quantile(0.99, sum by (fate, le) (rate(orders_saga_seconds_bucket[$__rate_interval])))",
            ),
        ],
    ),
    panel(
        "Open orders",
        "By service: what each has not seen the end of.",
        Lines,
        "short",
        &[("{{service}}", "sum by (service) (orders_open_subjects)")],
    ),
    panel(
        "Facts",
        "All facts committed, a second.",
        Stack,
        "ops",
        &[("{{service}}", "sum by (service) (rate(orders_facts_emitted_total[$__rate_interval]))")],
    ),
    panel(
        "Instances",
        "Processes that answer to Prometheus.",
        Lines,
        "short",
        &[("{{job}}", r#"sum by (job) (up{job=~"order|inventory|payment|auditor"})"#)],
    ),
];

pub(super) const PROMISES: &[Panel] = &[
    panel(
        "Breaches",
        "By promise; docs/PROMISES.md says what each means.",
        Lines,
        "short",
        &[("{{promise}}", "max by (promise) (orders_promise_breaches)")],
    ),
    panel(
        "Judged",
        "Things judged by each promise, a second.",
        Lines,
        "ops",
        &[("{{promise}}", "sum by (promise) (rate(orders_promise_checked_total[$__rate_interval]))")],
    ),
    panel(
        "Auditor behind",
        "Since it last judged, and read to the log's end.",
        Lines,
        "s",
        &[
            ("judged", "time() - max(orders_audit_last_judged_seconds)"),
            ("read", "time() - max(orders_audit_last_read_seconds)"),
        ],
    ),
    panel(
        "Settled",
        "1: nothing is under way, and the ends were judged too.",
        Number,
        "short",
        &[("settled", "max(orders_audit_settled)")],
    ),
    panel(
        "Unreadable",
        "Records that are no events.",
        Number,
        "short",
        &[("unreadable", "max(orders_audit_unreadable_records)")],
    ),
    panel(
        "Auditor's work",
        "Records read a second; how long a judgement takes.",
        Lines,
        "short",
        &[
            ("read", "sum(rate(orders_audit_events_read_total[$__rate_interval]))"),
            ("offsets left", "max(orders_audit_lag_offsets)"),
            ("seconds to judge", "max(orders_audit_judge_seconds)"),
        ],
    ),
];
