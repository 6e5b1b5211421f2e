//! What the dashboards show: the saga, one service, the broker's side, money and stock.

mod kafka;
mod money;
mod saga;
mod service;

use crate::dashboards::{Dashboard, Look, Panel};

/// A panel, in the order one reads it.
const fn panel(
    title: &'static str,
    says: &'static str,
    look: Look,
    unit: &'static str,
    lines: &'static [(&'static str, &'static str)],
) -> Panel {
    Panel { title, says, look, unit, lines }
}

/// All of them.
pub(crate) const DASHBOARDS: &[Dashboard] = &[
    Dashboard {
        name: "orders-saga",
        title: "sagas",
        says: "Orders from placed to ended, and whether the promises hold.",
        of_one_service: false,
        rows: &[("Now", saga::NOW), ("Orders", saga::ORDERS), ("Promises", saga::PROMISES)],
    },
    Dashboard {
        name: "orders-service",
        title: "service",
        says: "One service: what it takes, what it says, how far behind it is.",
        of_one_service: true,
        rows: &[("Work", service::WORK), ("State", service::STATE)],
    },
    Dashboard {
        name: "orders-kafka",
        title: "Kafka",
        says: "Commits, transactions and lag, of all services.",
        of_one_service: false,
        rows: &[("Commits", kafka::COMMITS), ("Lag", kafka::LAG)],
    },
    Dashboard {
        name: "orders-money-stock",
        title: "money and stock",
        says: "Payments and refunds, reservations and shipments.",
        of_one_service: false,
        rows: &[("Money", money::MONEY), ("Stock", money::STOCK)],
    },
];
