//! `Sighting`: what a view of the orders showed.

use std::collections::{BTreeMap, HashMap};

use events_schema::{Key, Malformed, Place};
use serde::{Deserialize, Serialize};

use crate::{Evidence, Order, Verdict, wire};

/// What a view showed of an order, and how far it had read. In a file:
/// `{"order":"o-1","status":"pending","partition":0,"read":7}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The order.
    pub order: Key,
    /// What it showed.
    pub status: Status,
    /// The partition of `orders` it is on.
    pub partition: u16,
    /// The offset of that partition the view will read next.
    pub read: i64,
    /// Whether it was asked after all had settled, so that it must show the end.
    #[serde(default)]
    pub last: bool,
}

/// Where an order stands, in the order in which it can get there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing is known of it.
    Unknown,
    /// Accepted.
    Pending,
    /// The money is in.
    Processing,
    /// Refused.
    Rejected,
    /// Sold.
    Completed,
    /// Ended without a sale.
    Cancelled,
}

impl Sighting {
    /// Reads one line.
    pub fn parse(line: &str) -> Result<Sighting, Malformed> {
        wire::parse(line)
    }
}

/// S18: a view shows what the log said where it had read to, never goes back, and shows the end in the end.
pub(crate) fn check(evidence: &Evidence<'_>, orders: &BTreeMap<Key, Order>) -> Option<Verdict> {
    if evidence.sightings.is_empty() {
        return None;
    }
    let mut verdict =
        Verdict::new("S18", "a view never runs ahead of the log, never goes back, and converges");
    let mut shown: HashMap<Key, Status> = HashMap::new();
    let nothing = Order::default();
    for sighting in evidence.sightings {
        let order = orders.get(&sighting.order).unwrap_or(&nothing);
        let before = shown.insert(sighting.order, sighting.status).unwrap_or(Status::Unknown);
        let fault = sighting.fault(order, before, evidence.settled);
        let what = || fault.clone().unwrap_or_default();
        let shows: Vec<_> = order.steps().into_iter().map(|(_, name, at)| (name, at)).collect();
        verdict.judge(fault.is_none(), sighting.order, what, &shows);
    }
    Some(verdict)
}

impl Sighting {
    fn fault(&self, order: &Order, before: Status, settled: bool) -> Option<String> {
        let Sighting { status, read, .. } = *self;
        let by = |read: i64| {
            let steps = order.steps().into_iter().filter(|(_, _, at)| at.offset < read);
            steps.map(|(status, ..)| status).max().unwrap_or(Status::Unknown)
        };
        let said = by(read);
        if status > said {
            return Some(format!("shown as {status:?}, and the log before offset {read} says {said:?}"));
        }
        if status < before {
            return Some(format!("shown as {status:?} after {before:?}"));
        }
        let end = by(i64::MAX);
        let late = self.last && settled && status != end;
        late.then(|| format!("shown as {status:?} in the end, and it is {end:?}"))
    }
}

impl Order {
    /// What the order service said of it.
    fn steps(&self) -> Vec<(Status, &'static str, Place)> {
        let accepted = self.accepted.iter().map(|(_, at)| (Status::Pending, "OrderAccepted", *at));
        let confirmed = self.confirmed.iter().map(|at| (Status::Processing, "OrderConfirmed", *at));
        let rejected = self.rejected.iter().map(|at| (Status::Rejected, "OrderRejected", *at));
        let completed = self.completed.iter().map(|at| (Status::Completed, "OrderCompleted", *at));
        let cancelled = self.cancelled.iter().map(|(_, at)| (Status::Cancelled, "OrderCancelled", *at));
        accepted.chain(confirmed).chain(rejected).chain(completed).chain(cancelled).collect()
    }
}
