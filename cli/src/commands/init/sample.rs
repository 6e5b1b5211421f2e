//! A small shop to try things with.

use std::collections::BTreeSet;

use events_schema::{
    Currency, EventId, Key, Money, Source, Topic, announce, open,
    warehouse::{ProductListed, StockReceived},
};

use crate::{
    clock,
    exit::Failure,
    log::{Begin, Cluster},
    session::Session,
};

/// SKU, name, price in cents.
const PRODUCTS: [(&str, &str, i64); 3] =
    [("mug", "Mug", 1_200), ("poster", "Poster", 950), ("shirt", "T-shirt", 2_490)];
const PIECES: i64 = 100;

/// Publishes what the warehouse has not spoken of yet; returns the SKUs that are new.
pub fn publish(cluster: &Cluster, session: &mut Session) -> Result<Vec<&'static str>, Failure> {
    let known = spoken_of(cluster)?;
    let writer = cluster.writer()?;
    let mut new = Vec::new();
    for (sku, name, cents) in PRODUCTS {
        let subject: Key = sku.parse().map_err(|error| Failure::Ours(format!("sample {sku}: {error}")))?;
        let prices = vec![Money::new(cents, Currency::EUR)];
        let listed = ProductListed {
            name: name.to_owned(),
            description: String::new(),
            category: "samples".to_owned(),
            prices,
        };
        let home = cluster.home_of(Topic::Warehouse, &subject)?;
        let now = clock::now();
        let say = |kind: &str, value: &dyn Fn(EventId) -> Vec<u8>| match known
            .contains(&(subject, kind.to_owned()))
        {
            true => Ok(false),
            false => {
                writer.write(Topic::Warehouse, home, subject, &value(clock::new_event_id())).map(|()| true)
            }
        };
        let fresh = say("ProductListed", &|id| announce(Source::Cli, id, subject, now, &listed))?;
        let received = StockReceived { quantity: PIECES };
        say("StockReceived", &|id| announce(Source::Cli, id, subject, now, &received))?;
        if fresh {
            new.push(sku);
        }
        if !session.out.is_json() {
            let what = if fresh { "published, 100 received" } else { "there before" };
            session.out.line(format_args!("{sku}: {}, {what}", Money::new(cents, Currency::EUR)))?;
        }
    }
    writer.drain()?;
    Ok(new)
}

/// What the warehouse has said already, by SKU and event: a second run must not double the stock.
fn spoken_of(cluster: &Cluster) -> Result<BTreeSet<(Key, String)>, Failure> {
    let mut said = BTreeSet::new();
    let ranges = cluster.ranges(&cluster.shards(&[Topic::Warehouse])?, Begin::Oldest)?;
    cluster.read(&ranges, &mut |record| {
        if let Ok(opened) = open(record) {
            said.insert((opened.subject, opened.kind.into_owned()));
        }
    })?;
    Ok(said)
}
