//! What order knows: the fold of its facts, and the tables it follows.

use choreography::{Remembered, RememberedLimits, State, Table};
use events_schema::{
    Key, Money, Timestamp,
    orders::{OrderAccepted, OrderFact},
};

use crate::digest;

/// The state of one task: its open orders in full, its ended ones by fingerprint, and the tables.
#[derive(Debug)]
pub struct Orders {
    open: Table<Key, OpenOrder>,
    ended: Ended,
    pub(crate) catalog: Table<Key, Product>,
    pub(crate) blocked: Table<Key, ()>,
}

/// Where an open order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// Accepted; neither money nor an ending has come.
    Pending,
    /// The money is in; the goods are on their way.
    Processing,
}

/// An order that has not ended.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct OpenOrder {
    pub(crate) status: Status,
    pub(crate) accepted: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) total: Money,
    /// Of what was placed, to tell a repetition from a reused id.
    pub(crate) digest: u64,
}

/// What is known of an order id.
#[derive(Clone, Copy)]
pub(crate) enum Known<'a> {
    Open(&'a OpenOrder),
    /// With the digest of what was placed; 0 if it was rejected, since a rejection does not repeat the placement.
    Ended(u64),
    /// Not here, or it ended too long ago.
    Never,
}

/// A product as far as an order cares.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Product {
    pub(crate) available: bool,
    pub(crate) prices: Vec<Money>,
}

/// The memory of ended orders, and the log time it is kept by.
struct Ended {
    ids: Remembered,
    latest: Timestamp,
    committed: Timestamp,
}

impl std::fmt::Debug for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ended by {}", self.ids.len(), self.latest)
    }
}

impl Orders {
    pub(crate) fn new(limits: RememberedLimits) -> Orders {
        let start = Timestamp::default();
        Orders {
            open: Table::default(),
            ended: Ended { ids: Remembered::new(limits), latest: start, committed: start },
            catalog: Table::default(),
            blocked: Table::default(),
        }
    }

    /// Where an order stands; `None` when it is not open.
    pub fn status(&self, order: &Key) -> Option<Status> {
        self.open.get(order).map(|open| open.status)
    }

    /// Whether the order ended, or was rejected, within what is remembered.
    pub fn has_ended(&self, order: &Key) -> bool {
        self.ended.ids.get(order).is_some()
    }

    /// How many orders are open.
    pub fn open_count(&self) -> usize {
        self.open.len()
    }

    pub(crate) fn open(&self, order: &Key) -> Option<&OpenOrder> {
        self.open.get(order)
    }

    pub(crate) fn known(&self, order: &Key) -> Known<'_> {
        match self.open.get(order) {
            Some(open) => Known::Open(open),
            None => self.ended.ids.get(order).map_or(Known::Never, Known::Ended),
        }
    }

    /// What ended before this instant may be forgotten.
    pub(crate) fn forgotten_before(&self) -> Option<Timestamp> {
        self.ended.ids.forgotten_before()
    }

    pub(crate) fn evolve(&mut self, order: Key, fact: &OrderFact, time: Timestamp) {
        self.ended.latest = self.ended.latest.max(time);
        match fact {
            OrderFact::OrderAccepted(accepted) => self.open.put(order, OpenOrder::of(accepted, time)),
            OrderFact::OrderConfirmed(_) => self.confirm(order),
            OrderFact::OrderCompleted(_) | OrderFact::OrderCancelled(_) | OrderFact::OrderRejected(_) => {
                self.end(order, time);
            }
            OrderFact::OrderCancellationRefused(_) => {}
        }
    }

    fn confirm(&mut self, order: Key) {
        if let Some(open) = self.open.get(&order) {
            let confirmed = OpenOrder { status: Status::Processing, ..*open };
            self.open.put(order, confirmed);
        }
    }

    fn end(&mut self, order: Key, time: Timestamp) {
        let digest = self.open.get(&order).map_or(0, |open| open.digest);
        self.open.remove(&order);
        self.ended.ids.put(&order, digest, time);
    }
}

impl OpenOrder {
    fn of(accepted: &OrderAccepted, time: Timestamp) -> OpenOrder {
        let digest = digest::of_accepted(accepted);
        let OrderAccepted { expires_at, total, .. } = *accepted;
        OpenOrder { status: Status::Pending, accepted: time, expires_at, total, digest }
    }
}

impl State for Orders {
    fn commit(&mut self) {
        self.open.commit();
        self.catalog.commit();
        self.blocked.commit();
        self.ended.committed = self.ended.latest;
        self.ended.ids.commit(self.ended.latest);
    }

    fn roll_back(&mut self) {
        self.open.roll_back();
        self.catalog.roll_back();
        self.blocked.roll_back();
        self.ended.latest = self.ended.committed;
        self.ended.ids.roll_back();
    }

    fn known_since(&mut self, time: Timestamp) {
        self.ended.ids.known_since(time);
    }
}
