//! Who hears what: the topics each service takes in, the events it reacts to there, and whom the others are for.
//!
//! The services' own rows are what runs. `verification/map` compares this table with them, in both directions.

use crate::{Source, Topic, schema::Described};

/// What a service takes from a topic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hears {
    /// The topic.
    pub topic: Topic,
    /// The events it reacts to; what else stands there is passed over.
    pub events: &'static [&'static str],
    /// Whether the topic is a table: remembered, never answered, and read without a position.
    pub is_table: bool,
}

const fn reacts(topic: Topic, events: &'static [&'static str]) -> Hears {
    Hears { topic, events, is_table: false }
}

const fn remembers(topic: Topic, events: &'static [&'static str]) -> Hears {
    Hears { topic, events, is_table: true }
}

/// By the machine, in every service.
const PARKED: [&str; 2] = ["ParkedResumeRequested", "ParkedDiscardRequested"];
const CATALOG: Hears = remembers(Topic::Catalog, &["ProductPublished"]);

const ORDER: &[Hears] = &[
    reacts(Topic::Checkout, &["OrderPlaced", "OrderCancellationRequested"]),
    reacts(Topic::Inventory, &["StockRejected", "StockShipped"]),
    reacts(Topic::Payments, &["PaymentCaptured", "PaymentFailed"]),
    reacts(Topic::Operations, &[PARKED[0], PARKED[1], "ExpiryRequested"]),
    CATALOG,
    remembers(Topic::Customers, &["CustomerBlocked", "CustomerUnblocked"]),
];

const INVENTORY: &[Hears] = &[
    reacts(Topic::Orders, &["OrderAccepted", "OrderConfirmed", "OrderCancelled"]),
    reacts(Topic::Payments, &["PaymentFailed"]),
    reacts(
        Topic::Warehouse,
        &["StockReceived", "StockCorrected", "ProductListed", "PriceChanged", "ProductWithdrawn"],
    ),
    reacts(
        Topic::StockTransfers,
        &["StockRequested", "StockReturned", "StockAllotted", "StockDenied", "StockRecalled"],
    ),
    reacts(Topic::Operations, &[PARKED[0], PARKED[1], "ReleaseRequested"]),
    CATALOG,
];

const PAYMENT: &[Hears] = &[
    reacts(Topic::Inventory, &["StockReserved"]),
    reacts(Topic::Orders, &["OrderCancelled"]),
    reacts(Topic::Operations, &[PARKED[0], PARKED[1], "RefundRequested"]),
];

/// The events that no service reacts to, and whom they are for. What a service says of itself it reads again on restore.
pub const FOR_OTHERS: &[(&str, &str)] = &[
    ("OrderRejected", "the customer"),
    ("OrderCompleted", "the customer"),
    ("OrderCancellationRefused", "the customer"),
    ("ReservationQueued", "inventory's own state"),
    ("ReservationDropped", "inventory's own state"),
    ("StockReleased", "inventory's own state"),
    ("StockAdded", "the warehouse"),
    ("StockWrittenOff", "the warehouse"),
    ("StockShortage", "the warehouse"),
    ("StockCorrectionRefused", "the warehouse"),
    ("StockCounted", "inventory's own state"),
    ("StockRequestQueued", "inventory's own state"),
    ("StockTakenBack", "inventory's own state"),
    ("StockShelved", "inventory's own state"),
    ("PaymentStarted", "the payment provider"),
    ("PaymentVoided", "the payment provider"),
    ("RefundStarted", "the payment provider"),
    ("PaymentRefunded", "the customer"),
    ("RefundFailed", "the payment provider"),
    ("EventParked", "the operator"),
    ("EventResumed", "the operator"),
    ("EventDiscarded", "the operator"),
    ("EventForwarded", "the operator"),
];

impl Source {
    /// The services, in the order an order meets them. Each one's consumer group has its name.
    pub const SERVICES: [Source; 3] = [Source::Order, Source::Inventory, Source::Payment];

    /// What it hears; nothing for a front end.
    pub const fn hears(self) -> &'static [Hears] {
        match self {
            Source::Order => ORDER,
            Source::Inventory => INVENTORY,
            Source::Payment => PAYMENT,
            Source::Cli | Source::Gateway => &[],
        }
    }

    /// The topics whose positions its group commits: all it hears but tables.
    pub fn inputs(self) -> impl Iterator<Item = Topic> {
        self.hears().iter().filter(|hears| !hears.is_table).map(|hears| hears.topic)
    }

    /// Whether the topic is one of its inputs.
    pub fn consumes(self, topic: Topic) -> bool {
        self.inputs().any(|input| input == topic)
    }

    /// Whether it reacts to this event, or remembers it.
    pub fn listens_to(self, event: &str) -> bool {
        self.hears().iter().any(|hears| hears.events.contains(&event))
    }
}

impl Topic {
    /// The services that consume it; those that only remember it as a table are left out.
    pub fn consumers(self) -> impl Iterator<Item = Source> {
        Source::SERVICES.into_iter().filter(move |service| service.consumes(self))
    }
}

impl Described {
    /// The services that say it; none: front ends do.
    pub fn producers(&self) -> Vec<Source> {
        let owns = |service: &Source| self.topics.iter().any(|topic| topic.owner() == Some(*service));
        Source::SERVICES.into_iter().filter(owns).collect()
    }

    /// The services that react to it or remember it.
    pub fn listeners(&self) -> Vec<Source> {
        Source::SERVICES.into_iter().filter(|service| service.listens_to(self.event)).collect()
    }

    /// Whom it is for, where no service listens.
    pub fn for_others(&self) -> Option<&'static str> {
        FOR_OTHERS.iter().find(|(event, _)| *event == self.event).map(|(_, whom)| *whom)
    }
}
