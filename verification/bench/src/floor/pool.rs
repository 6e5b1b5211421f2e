//! What the floor writes: real histories of orders, so that its records are as many, as long, and compress as badly, as
//! the saga's.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{BufReader, BufWriter},
    path::Path,
};

use anyhow::{Context, Result, ensure};
use events_schema::{Source, Topic};
use rdkafka::Offset;
use serde::{Deserialize, Serialize};

use crate::{
    client::{Eye, Ground},
    count::FACTS,
    mix,
};

/// How many histories are kept.
const KEPT: usize = 2_048;

/// A record that a service wrote about an order.
#[derive(Clone, Serialize, Deserialize)]
pub struct Said {
    /// Where to: a place in [`Topic::ALL`].
    topic: usize,
    /// What.
    pub value: String,
    /// The event of another service, or of a customer, that it goes back to.
    pub on: String,
    /// Whether another fact of the service lies between: it came in a later transaction.
    pub later: bool,
}

impl Said {
    /// Where to.
    pub fn topic(&self) -> Topic {
        Topic::ALL[self.topic]
    }
}

/// Histories: what the services wrote about each of some orders.
#[derive(Serialize, Deserialize)]
pub struct Pool(Vec<Vec<Said>>);

/// The part of an envelope that says where an event comes from.
#[derive(Deserialize)]
struct Descent {
    #[serde(rename = "type")]
    event: String,
    id: String,
    source: String,
    subject: String,
    causationid: Option<String>,
}

impl Pool {
    /// Keeps histories of a ground where all orders have ended, in a file.
    pub fn keep(ground: &Ground, file: &Path) -> Result<()> {
        let mut known = HashMap::new();
        let mut said = Vec::new();
        let read = |topic: &(usize, Topic)| topic.1 == Topic::Checkout || FACTS.contains(&topic.1);
        for (at, topic) in Topic::ALL.into_iter().enumerate().filter(read) {
            Eye::open(ground, &[topic], Offset::Beginning)?.read_all(|_, value| {
                let Ok(descent) = serde_json::from_slice::<Descent>(value) else { return };
                if topic != Topic::Checkout {
                    said.push((at, descent.id.clone(), String::from_utf8_lossy(value).into_owned()));
                }
                known.insert(descent.id.clone(), descent);
            })?;
        }
        let mut histories: BTreeMap<&str, Vec<Said>> = BTreeMap::new();
        for (topic, id, value) in said {
            let Some((on, later, order)) = origin(&known, &id) else { continue };
            histories.entry(order).or_default().push(Said { topic, value, on: on.to_owned(), later });
        }
        ensure!(!histories.is_empty(), "no order has a history");
        let step = histories.len().div_ceil(KEPT);
        let pool = Pool(histories.into_values().step_by(step).collect());
        Ok(serde_json::to_writer(BufWriter::new(File::create(file)?), &pool)?)
    }

    /// What one service wrote: its histories in a file.
    pub fn read(file: &Path, service: Source) -> Result<Pool> {
        let Pool(mut histories) =
            serde_json::from_reader(BufReader::new(File::open(file)?)).context("the pool")?;
        let is_its = |said: &Said| said.topic().owner() == Some(service);
        histories.iter_mut().for_each(|history| history.retain(is_its));
        Ok(Pool(histories))
    }

    /// What the service wrote about the order of this number.
    pub fn history(&self, number: u32) -> &[Said] {
        &self.0[number as usize % self.0.len()]
    }
}

/// The event a fact goes back to that its service heard, whether other facts of the service lie between, and the order
/// it is about; if it is about a product, the order behind it all.
fn origin<'a>(known: &'a HashMap<String, Descent>, id: &str) -> Option<(&'a str, bool, &'a str)> {
    let fact = known.get(id)?;
    let cause = |of: &Descent| known.get(of.causationid.as_ref()?);
    let (mut heard, mut later) = (cause(fact)?, false);
    while heard.source == fact.source {
        (heard, later) = (cause(heard)?, true);
    }
    let mut first = heard;
    while let Some(earlier) = cause(first) {
        first = earlier;
    }
    let is_about_an_order = mix::number_of(fact.subject.as_bytes()).is_some();
    let order = if is_about_an_order { &fact.subject } else { &first.subject };
    (first.event == "OrderPlaced").then_some((&heard.event, later, order))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descent(event: &str, id: &str, source: &str, cause: Option<&str>) -> (String, Descent) {
        let text = |text: &str| text.to_owned();
        let causationid = cause.map(text);
        let descent = Descent {
            event: text(event),
            id: text(id),
            source: text(source),
            subject: text("o"),
            causationid,
        };
        (text(id), descent)
    }

    #[test]
    fn a_fact_goes_back_to_what_its_service_heard() {
        let known = HashMap::from([
            descent("OrderPlaced", "1", "cli", None),
            descent("OrderAccepted", "2", "order", Some("1")),
            descent("ReservationQueued", "3", "inventory", Some("2")),
            descent("StockReserved", "4", "inventory", Some("3")),
            descent("StockAdded", "5", "inventory", Some("nobody knows")),
        ]);
        assert_eq!(origin(&known, "2"), Some(("OrderPlaced", false, "o")));
        assert_eq!(origin(&known, "3"), Some(("OrderAccepted", false, "o")));
        assert_eq!(origin(&known, "4"), Some(("OrderAccepted", true, "o")));
        assert_eq!(origin(&known, "5"), None);
    }
}
