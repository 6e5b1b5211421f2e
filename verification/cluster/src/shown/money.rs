//! The dashboard of money and stock.

use super::panel;
use crate::dashboards::{
    Look::{Lines, Stack},
    Panel,
};

pub(super) const MONEY: &[Panel] = &[
    panel(
        "Revenue",
        "Totals of completed orders, an hour, in minor units.",
        Stack,
        "short",
        &[("{{currency}}", "sum by (currency) (increase(orders_revenue_minor_total[1h]))")],
    ),
    panel(
        "Results",
        "How payments end, an hour.",
        Stack,
        "short",
        &[("{{result}}", "sum by (result) (increase(orders_payments_total[1h])) > 0")],
    ),
    panel(
        "Payments",
        "Started, captured, failed, voided, a second.",
        Lines,
        "ops",
        &[(
            "{{event}}",
            r#"sum by (event) (rate(orders_facts_emitted_total{service="payment", event=~"Payment.*"}[$__rate_interval]))"#,
        )],
    ),
    panel(
        "Captured of answered",
        "The rest failed.",
        Lines,
        "percentunit",
        &[(
            "captured",
            r#"sum(rate(orders_payments_total{result=~"captured|returning"}[$__rate_interval])) / sum(rate(orders_payments_total[$__rate_interval]))"#,
        )],
    ),
    panel(
        "Refunds",
        "Started, done and failed, an hour.",
        Lines,
        "short",
        &[(
            "{{event}}",
            r#"sum by (event) (increase(orders_facts_emitted_total{service="payment", event=~"RefundStarted|PaymentRefunded|RefundFailed"}[1h]))"#,
        )],
    ),
    panel(
        "Open payments",
        "Payments without an answer, and of these refunds under way.",
        Lines,
        "short",
        &[
            ("open", r#"sum(orders_open_subjects{service="payment"})"#),
            ("refunds", "sum(orders_refunds_pending)"),
        ],
    ),
];

pub(super) const STOCK: &[Panel] = &[
    panel(
        "Pieces",
        "All products: at depots, free on shelves, held for open orders.",
        Stack,
        "short",
        &[("{{class}}", "sum by (class) (orders_stock)")],
    ),
    panel(
        "Reservations",
        "Answers to accepted orders, a second.",
        Lines,
        "ops",
        &[(
            "{{event}}",
            r#"sum by (event) (rate(orders_facts_emitted_total{service="inventory", event=~"StockReserved|StockRejected|ReservationQueued|ReservationDropped"}[$__rate_interval]))"#,
        )],
    ),
    panel(
        "Refused",
        "Of 1 answered reservation, for want of stock.",
        Lines,
        "percentunit",
        &[(
            "refused",
            r#"sum(rate(orders_facts_emitted_total{service="inventory", event="StockRejected"}[$__rate_interval])) / sum(rate(orders_facts_emitted_total{service="inventory", event=~"StockReserved|StockRejected"}[$__rate_interval]))"#,
        )],
    ),
    panel(
        "Goods",
        "Shipped and given back, a second.",
        Lines,
        "ops",
        &[(
            "{{event}}",
            r#"sum by (event) (rate(orders_facts_emitted_total{service="inventory", event=~"StockShipped|StockReleased"}[$__rate_interval]))"#,
        )],
    ),
    panel(
        "Warehouse",
        "Changes of stock, an hour.",
        Lines,
        "short",
        &[(
            "{{event}}",
            r#"sum by (event) (increase(orders_facts_emitted_total{service="inventory", event=~"StockAdded|StockWrittenOff|StockShortage|StockCorrectionRefused"}[1h]))"#,
        )],
    ),
    panel(
        "Dealing",
        "Pieces moved between depot and shelves, transfers a second.",
        Stack,
        "ops",
        &[(
            "{{event}}",
            r#"sum by (event) (rate(orders_facts_emitted_total{service="inventory", event=~"StockRequested|StockRequestQueued|StockAllotted|StockDenied|StockRecalled|StockReturned|StockTakenBack|StockShelved"}[$__rate_interval]))"#,
        )],
    ),
];
