//! Waiting for orders to end: reads `orders` from before they were placed.

use std::{collections::BTreeMap, time::Duration};

use events_schema::{
    Fact, Key, Record, Timestamp, Topic, kind, orders::OrderFact, parking::ParkingFact, partition_of,
};
use serde::Serialize;

use crate::{
    clock,
    exit::Failure,
    fold::order::{Order, Reason, Status},
    log::{Cluster, Shard},
    render::span,
    session::Session,
};

/// Knows where `orders` ended before anything was placed.
pub struct Waiter<'a> {
    cluster: &'a Cluster,
    starts: BTreeMap<Shard, i64>,
}

/// Orders whose endings are awaited.
pub struct Awaited {
    open: BTreeMap<Key, Open>,
    partitions: u16,
    counts: BTreeMap<&'static str, usize>,
    lines: Vec<String>,
}

struct Open {
    placed: Timestamp,
    order: Option<Order>,
    parked: Option<String>,
}

/// An ending, for JSON.
#[derive(Serialize)]
struct Ending<'a> {
    order_id: Key,
    status: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason>,
    /// From the placement to the ending, by the clocks of their writers.
    milliseconds: f64,
}

impl Awaited {
    /// These orders, placed at these times.
    pub fn new(placed: BTreeMap<Key, Timestamp>, partitions: u16) -> Awaited {
        let open = |placed| Open { placed, order: None, parked: None };
        let open = placed.into_iter().map(|(order, placed)| (order, open(placed))).collect();
        Awaited { open, partitions, counts: BTreeMap::new(), lines: Vec::new() }
    }

    /// Folds a record of `orders`; the order if this ended it.
    fn hear(&mut self, record: &Record<'_>) -> Option<(Order, Timestamp)> {
        let subject = record.key.and_then(|key| Key::from_bytes(key).ok())?;
        let open = self.open.get_mut(&subject)?;
        let kind = kind(record).ok()?;
        if let Ok(Some(heard)) = OrderFact::read(&kind, record) {
            open.order =
                Order::fold(open.order.take(), subject, record.place.partition, &heard.data, heard.time);
        }
        match ParkingFact::read(&kind, record).ok().flatten().map(|heard| (heard.data, heard.time)) {
            Some((ParkingFact::EventParked(parked), _)) => open.parked = Some(parked.reason),
            Some((ParkingFact::EventResumed(_), _)) => open.parked = None,
            // A placement given up is an order refused, whoever gave it up.
            Some((ParkingFact::EventDiscarded(gone), time))
                if gone.topic == Topic::Checkout.name() && open.order.is_none() =>
            {
                open.order = Some(refused(subject, record.place.partition, gone.reason, time));
            }
            _ => {}
        }
        let ended = open.order.as_ref().is_some_and(|order| order.status.is_ending());
        let open = ended.then(|| self.open.remove(&subject)).flatten()?;
        open.order.map(|order| (order, open.placed))
    }
}

fn refused(order_id: Key, partition: u16, reason: String, time: Timestamp) -> Order {
    Order {
        order_id,
        status: Status::Rejected,
        reasons: vec![Reason { code: reason, detail: String::new() }],
        customer_id: None,
        total: None,
        lines: Vec::new(),
        since: time,
        ended_at: Some(time),
        partition,
    }
}

impl Waiter<'_> {
    /// Remembers where `orders` ends now: call this before placing.
    pub fn begin(cluster: &Cluster) -> Result<Waiter<'_>, Failure> {
        let starts = cluster.ends(&cluster.shards(&[Topic::Orders])?)?;
        Ok(Waiter { cluster, starts })
    }

    /// Waits until all have ended; fails with what ended otherwise than completed, or did not end.
    pub fn wait(mut self, mut awaited: Awaited, session: &mut Session) -> Result<(), Failure> {
        let total = awaited.open.len();
        let homes: Vec<u16> =
            awaited.open.keys().map(|order| partition_of(order, awaited.partitions)).collect();
        self.starts.retain(|(_, partition), _| homes.contains(partition));
        let reader = self.cluster.reader(&self.starts)?;
        let since = clock::instant();
        while !awaited.open.is_empty() && since.elapsed() < session.settings.timeout {
            session.interrupt.check()?;
            let mut ended = None;
            reader.poll(Duration::from_millis(50), &mut |record| ended = awaited.hear(record))?;
            if let Some((order, placed)) = ended {
                self.tell(&order, placed, total, &mut awaited, session)?;
            }
        }
        verdict(total, &awaited, session)
    }

    fn tell(
        &self,
        order: &Order,
        placed: Timestamp,
        total: usize,
        awaited: &mut Awaited,
        session: &mut Session,
    ) -> Result<(), Failure> {
        *awaited.counts.entry(order.status.name()).or_default() += 1;
        let took = order.ended_at.unwrap_or(placed);
        let line = match order.status {
            Status::Completed => format!("{}: completed in {}", order.order_id, span(placed.until(took))),
            status => format!("{}: {}, {}{}", order.order_id, status.name(), order.why(), self.hint(order)?),
        };
        if session.out.is_json() {
            session.out.object(&Ending {
                order_id: order.order_id,
                status: order.status.name(),
                reasons: order.reasons.clone(),
                milliseconds: (took.0 - placed.0) as f64 / 1_000.0,
            })?;
        } else if total > 1 || order.status == Status::Completed {
            session.out.line(&line)?;
        }
        awaited.lines.push(line);
        session.out.flush()
    }

    /// A shop without products refuses everything: say so to whoever tries it for the first time.
    fn hint(&self, order: &Order) -> Result<&'static str, Failure> {
        // The order service says so itself, when it knows.
        let said = order.reasons.iter().any(|reason| reason.detail.contains("init --sample"));
        let unknown = !said && order.reasons.iter().any(|reason| reason.code == "unknown_sku");
        let catalog = (Topic::Catalog, 0);
        let empty = unknown && self.cluster.ends(&[catalog])?.get(&catalog).is_none_or(|end| *end <= 0);
        Ok(if empty { ". The catalog is empty; for samples: orderctl init --sample" } else { "" })
    }
}

fn verdict(total: usize, awaited: &Awaited, session: &Session) -> Result<(), Failure> {
    let count = |status: Status| awaited.counts.get(status.name()).copied().unwrap_or(0);
    let line = match (total, awaited.open.first_key_value()) {
        (1, Some((order, open))) => not_ended(order, open, session),
        (1, None) => awaited.lines.first().cloned().unwrap_or_default(),
        (_, _) => {
            let each: Vec<String> =
                awaited.counts.iter().map(|(status, n)| format!("{n} {status}")).collect();
            let open = awaited.open.len();
            format!("{total} placed: {}, {open} not ended", each.join(", "))
        }
    };
    if !awaited.open.is_empty() {
        return Err(Failure::NotEnded(line));
    }
    if count(Status::Rejected) > 0 {
        return Err(Failure::Rejected(line));
    }
    if count(Status::Cancelled) > 0 {
        return Err(Failure::Cancelled(line));
    }
    Ok(())
}

fn not_ended(order: &Key, open: &Open, session: &Session) -> String {
    let within = span(session.settings.timeout);
    match (&open.parked, &open.order) {
        (Some(reason), _) => {
            format!("{order}: parked at order ({reason}); look: orderctl parked show {order}")
        }
        (None, Some(seen)) => {
            format!("{order}: still {} after {within}; why: orderctl trace {order}", seen.status.name())
        }
        (None, None) => {
            format!("{order}: no answer within {within}; is the order service running? orderctl doctor")
        }
    }
}
