//! What an operator sees of orders while things break: `orderctl trace`, noted for the auditor (S18).

use std::{
    collections::BTreeSet,
    fs::{File, OpenOptions},
    io::Write,
};

use anyhow::{Context, Result};
use events_schema::Key;
use invariants::{Sighting, Status};
use serde::Deserialize;

use crate::shop::Shop;

/// The file of sightings within the folder of a run.
pub const FILE: &str = "views.ndjson";
/// So many open orders are looked at for the first time behind each fault.
const NEW: usize = 1;

/// What `orderctl trace` tells, as far as it matters here.
#[derive(Deserialize)]
struct Trace {
    status: String,
    partition: u16,
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    topic: String,
    offset: i64,
}

/// Looks at the oldest open order, and once more at every order that was open at the last look.
pub fn look(shop: &mut Shop) -> Result<()> {
    let open: BTreeSet<Key> = shop.tally.open(NEW).into_iter().collect();
    let again = std::mem::replace(&mut shop.watched, open.clone());
    shop.seen.extend(&open);
    open.union(&again).try_for_each(|order| note(shop, *order, false))
}

/// When all has settled: every order that was ever looked at must show its end.
pub fn look_again(shop: &Shop) -> Result<()> {
    // The auditor is told of it, and may be told of nothing.
    file(shop)?;
    shop.seen.iter().try_for_each(|order| note(shop, *order, true))
}

fn note(shop: &Shop, order: Key, last: bool) -> Result<()> {
    let trace = ["trace", order.as_str(), "--output", "json"];
    let said = match shop.programs.operate(&shop.cluster.direct(), &trace) {
        // Its record is still on the way.
        Err(error) if !last && error.to_string().contains("no such order") => return Ok(()),
        said => said?,
    };
    let sighting = sighting(order, &serde_json::from_str(&said)?, last)?;
    Ok(writeln!(file(shop)?, "{}", serde_json::to_string(&sighting)?)?)
}

fn file(shop: &Shop) -> Result<File> {
    Ok(OpenOptions::new().append(true).create(true).open(shop.folder.join(FILE))?)
}

/// The view has read the log as far as the newest event it shows.
fn sighting(order: Key, trace: &Trace, last: bool) -> Result<Sighting> {
    let known = trace.events.iter().filter(|event| event.topic == "orders").map(|event| event.offset);
    let read = known.max().map_or(0, |offset| offset + 1);
    let status = match trace.status.as_str() {
        "placed" => Status::Unknown,
        word => serde_json::from_value(word.into()).with_context(|| format!("{order} is {word:?}"))?,
    };
    Ok(Sighting { order, status, partition: trace.partition, read, last })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(trace: &str) -> Sighting {
        sighting("o-1".parse().unwrap(), &serde_json::from_str(trace).unwrap(), false).unwrap()
    }

    #[test]
    fn a_view_has_read_as_far_as_the_newest_fact_of_the_order_service_it_shows() {
        let placed = r#"{"status":"placed","partition":3,"events":[{"topic":"checkout","offset":9}]}"#;
        assert_eq!((seen(placed).status, seen(placed).read), (Status::Unknown, 0));
        let pending = r#"{"status":"pending","partition":3,"events":[{"topic":"checkout","offset":9},
            {"topic":"orders","offset":4},{"topic":"inventory","offset":7}]}"#;
        assert_eq!(
            (seen(pending).status, seen(pending).read, seen(pending).partition),
            (Status::Pending, 5, 3)
        );
    }
}
