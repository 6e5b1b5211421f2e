//! A burst of records that nobody can take: each is parked and blocks its own subject only, until an operator decides.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use events_schema::{
    Key, PaymentMethod, Topic,
    checkout::{OfferedPayment, OrderPlaced, WantedLine},
    partition_of,
};
use rand::{Rng, rngs::StdRng};

use super::{
    Evidence,
    operator::{Parked, decide, parked},
};
use crate::shop::{SOON, Shop};

/// What every subject of a burst begins with.
pub const PREFIX: &str = "poison-";

/// A version of an event that nobody knows yet.
const FUTURE: &[u8] = br#"{"specversion":"1.0","id":"f","type":"OrderPlaced","dataschema":"urn:orders:OrderPlaced:99","data":{}}"#;

/// Kinds of garbage: the topic, and the value if there is one.
fn garbage() -> [(Topic, Option<Vec<u8>>); 8] {
    [
        (Topic::Checkout, Some(b"\xff\xfe\x00no text".to_vec())),
        (Topic::Checkout, Some(br#"{"type":"OrderPlaced","data":{"lines":7}}"#.to_vec())),
        (Topic::Checkout, Some(br#"{"type":"OrderPlaced","data":{"customer_id":"ad"#.to_vec())),
        (Topic::Checkout, Some(br#"{"type":"OrderPlaced","data":{}}"#.to_vec())),
        (Topic::Checkout, Some(FUTURE.to_vec())),
        (Topic::Checkout, Some(vec![b'['; 900_000])),
        (Topic::Checkout, None),
        (Topic::Warehouse, Some(br#"{"type":"StockReceived","data":{"quantity":"many"}}"#.to_vec())),
    ]
}

/// Writes one of each, an order behind each of those at the checkout, and deals with what is parked.
pub fn burst(shop: &mut Shop, draw: &mut StdRng) -> Result<Evidence> {
    let burst: u32 = draw.random();
    let mut subjects = BTreeSet::new();
    for (at, (topic, value)) in garbage().into_iter().enumerate() {
        let subject: Key = format!("{PREFIX}{burst:08x}-{at}").parse().context("a subject")?;
        let home = i32::from(partition_of(&subject, shop.cluster.partitions));
        shop.pen.put(topic, home, Some(subject.as_bytes()), value.as_deref(), Box::new(None))?;
        if topic == Topic::Checkout {
            shop.pen.say(Topic::Checkout, subject, &order())?;
        }
        subjects.insert(subject.to_string());
    }
    shop.pen.drain()?;
    let found = shop.until("parked garbage", SOON, |shop| {
        let waiting = ours(shop, burst).map_err(|error| error.to_string())?;
        let blocked: BTreeSet<String> = waiting.iter().map(|parked| parked.subject.clone()).collect();
        if blocked == subjects { Ok(waiting) } else { Err(format!("{blocked:?} of {subjects:?} are parked")) }
    })?;
    let resumed = found.first().context("nothing is parked")?.clone();
    decide(shop, "resume", &resumed)?;
    let discarded = discard_all(shop, burst, &found)?;
    Ok(vec![format!(
        "{} records of {} subjects were parked; one was resumed, and parked again; {discarded} were discarded, and none waits",
        found.len(),
        subjects.len()
    )])
}

fn ours(shop: &Shop, burst: u32) -> Result<Vec<Parked>> {
    let of = format!("{PREFIX}{burst:08x}-");
    Ok(parked(shop, false)?.into_iter().filter(|parked| parked.subject.starts_with(&of)).collect())
}

/// Gives up the garbage of each subject, which lets what waits behind it go on, until none waits.
fn discard_all(shop: &mut Shop, burst: u32, found: &[Parked]) -> Result<usize> {
    let mut garbage: BTreeMap<String, &Parked> = BTreeMap::new();
    for parked in found {
        garbage.entry(parked.subject.clone()).or_insert(parked);
    }
    garbage.values().try_for_each(|parked| decide(shop, "discard", parked))?;
    shop.until("nothing is parked", SOON, |shop| {
        let waiting = ours(shop, burst).map_err(|error| error.to_string())?;
        if waiting.is_empty() { Ok(()) } else { Err(format!("{waiting:?} still wait")) }
    })?;
    Ok(garbage.len())
}

fn order() -> OrderPlaced {
    OrderPlaced {
        order_id: None,
        customer_id: "patience".parse().expect("a short word is a key"),
        lines: vec![WantedLine { sku: "mug".to_owned(), quantity: 1 }],
        currency: None,
        payment: OfferedPayment { method: PaymentMethod::Card, token: "tok_ok".to_owned() },
        note: None,
    }
}
