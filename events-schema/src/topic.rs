//! The topics, who owns them and how their records find a partition.

use std::{fmt, time::Duration};

use crate::Source;

/// A topic of the contract. Its name on a broker is the prefix, if there is one, and [`Topic::name`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// What customers ask for, written by front ends.
    Checkout,
    /// The orders' facts: the order service's event store.
    Orders,
    /// Reservations and stock facts: the inventory service's event store.
    Inventory,
    /// The payments' facts: the payment service's event store.
    Payments,
    /// What the warehouse says of products and stock, written by front ends.
    Warehouse,
    /// Copies of transfer facts to the partition they are addressed to; private to inventory.
    StockTransfers,
    /// The published products: a table, the same on every partition.
    Catalog,
    /// Blocked customers: a table, the same on every partition.
    Customers,
    /// What operators ask of a service, on the partition it concerns.
    Operations,
    /// Records the order service set aside.
    OrderParked,
    /// Records the inventory service set aside.
    InventoryParked,
    /// Records the payment service set aside.
    PaymentParked,
}

/// How a topic's records find their partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Routing {
    /// By murmur2 of the key; a record elsewhere is forwarded by its first consumer.
    ByKey,
    /// On the partition number of what it answers.
    AsConsumed,
    /// On the partition of the shelf or depot it is for.
    ToAddressee,
    /// To every partition: the topic is a table.
    Everywhere,
}

impl Topic {
    /// All topics, in the order of the contract.
    pub const ALL: [Topic; 12] = [
        Topic::Checkout,
        Topic::Orders,
        Topic::Inventory,
        Topic::Payments,
        Topic::Warehouse,
        Topic::StockTransfers,
        Topic::Catalog,
        Topic::Customers,
        Topic::Operations,
        Topic::OrderParked,
        Topic::InventoryParked,
        Topic::PaymentParked,
    ];

    /// The topic's name without prefix.
    pub const fn name(self) -> &'static str {
        match self {
            Topic::Checkout => "checkout",
            Topic::Orders => "orders",
            Topic::Inventory => "inventory",
            Topic::Payments => "payments",
            Topic::Warehouse => "warehouse",
            Topic::StockTransfers => "stock-transfers",
            Topic::Catalog => "catalog",
            Topic::Customers => "customers",
            Topic::Operations => "operations",
            Topic::OrderParked => "order-parked",
            Topic::InventoryParked => "inventory-parked",
            Topic::PaymentParked => "payment-parked",
        }
    }

    /// The topic of this name.
    pub fn from_name(name: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.name() == name)
    }

    /// The service that alone writes this topic; `None` for what front ends write.
    pub const fn owner(self) -> Option<Source> {
        match self {
            Topic::Orders | Topic::OrderParked => Some(Source::Order),
            Topic::Inventory | Topic::StockTransfers | Topic::Catalog | Topic::InventoryParked => {
                Some(Source::Inventory)
            }
            Topic::Payments | Topic::PaymentParked => Some(Source::Payment),
            Topic::Checkout | Topic::Warehouse | Topic::Customers | Topic::Operations => None,
        }
    }

    /// Whether people and programs outside write here, so that reading must be generous.
    pub const fn is_outsiders(self) -> bool {
        self.owner().is_none()
    }

    /// How its records find their partition.
    pub const fn routing(self) -> Routing {
        match self {
            Topic::Checkout | Topic::Warehouse => Routing::ByKey,
            Topic::StockTransfers => Routing::ToAddressee,
            Topic::Catalog | Topic::Customers => Routing::Everywhere,
            _ => Routing::AsConsumed,
        }
    }

    /// Whether only the newest record of a key is kept.
    pub const fn is_compacted(self) -> bool {
        matches!(self.routing(), Routing::Everywhere)
    }

    /// How long its records are kept; `None`: for ever, or as the newest of a key.
    pub const fn retention(self) -> Option<Duration> {
        match self {
            Topic::Checkout => Some(Duration::from_secs(30 * 24 * 3600)),
            _ => None,
        }
    }

    /// Whether this is a dead-letter topic.
    pub const fn is_parked(self) -> bool {
        matches!(self, Topic::OrderParked | Topic::InventoryParked | Topic::PaymentParked)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
