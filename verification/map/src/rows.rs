//! What the services say of themselves: the rows they react by, the tables they read, the facts they may say.

use std::collections::BTreeSet;

use choreography::Service;
use events_schema::{
    Fact, Source, Topic,
    schema::{self, Described},
};
use inventory::Inventory;
use order::Order;
use payment::Payment;

/// A service reacts to an event on a topic, or remembers it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Row {
    /// Who.
    pub service: Source,
    /// Where.
    pub topic: Topic,
    /// To what.
    pub event: &'static str,
    /// The reaction's name, `effect_on_cause`; none: the event is remembered in a table.
    pub effect: Option<&'static str>,
}

impl Row {
    /// What it does, in words: `reserve on order accepted`.
    pub fn does(&self) -> String {
        self.effect.map_or_else(|| "remember".to_owned(), |effect| effect.replace('_', " "))
    }
}

/// All rows: of the services, and of the machine, which takes operators' requests in each of them.
pub fn rows() -> Vec<Row> {
    let all = [rows_of::<Order>(), rows_of::<Inventory>(), rows_of::<Payment>()];
    all.concat()
}

fn rows_of<S: Service>() -> Vec<Row> {
    let service = S::SOURCE;
    let reacts = S::reactions().iter().map(|row| Row {
        service,
        topic: row.topic(),
        event: row.event(),
        effect: Some(row.effect()),
    });
    let remembers = S::tables().iter().flat_map(|row| on(row.table.topic())).map(|(topic, event)| Row {
        service,
        topic,
        event,
        effect: None,
    });
    let parked = |(_, event): &(Topic, &str)| event.starts_with("Parked");
    let operated = on(Topic::Operations).into_iter().filter(parked).map(|(topic, event)| Row {
        service,
        topic,
        event,
        effect: Some(if event == "ParkedResumeRequested" {
            "resume_on_request"
        } else {
            "discard_on_request"
        }),
    });
    reacts.chain(remembers).chain(operated).collect()
}

/// Every event that stands on a topic.
fn on(topic: Topic) -> Vec<(Topic, &'static str)> {
    let there = schema::all().into_iter().filter(|described| described.topics.contains(&topic));
    there.map(|described| (topic, described.event)).collect()
}

/// Whether the machine says it, of any record and in every service.
pub fn is_of_machine(event: &Described) -> bool {
    event.producers().len() == Source::SERVICES.len()
}

/// The facts each service may say, but for those of the machine, which all say.
pub fn facts() -> BTreeSet<(Source, &'static str)> {
    fn of<S: Service>() -> impl Iterator<Item = (Source, &'static str)> {
        S::Fact::names().iter().map(|name| (S::SOURCE, *name))
    }
    of::<Order>().chain(of::<Inventory>()).chain(of::<Payment>()).collect()
}
