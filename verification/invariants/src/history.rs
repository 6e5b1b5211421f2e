//! `History`: committed records, per partition in the order of their offsets.

use std::collections::{BTreeMap, BTreeSet};

use events_schema::{
    EventId, Fact, Key, Malformed, Opened, Place, Record, Timestamp, Topic, checkout::CheckoutEvent,
    inventory::InventoryFact, orders::OrderFact, parking::ParkingFact, payments::PaymentFact,
};

/// What an event says, as far as the promises speak of it.
#[derive(Clone, PartialEq, Debug)]
pub enum Told {
    /// On `checkout`.
    Checkout(CheckoutEvent),
    /// On `orders`.
    Order(OrderFact),
    /// On `inventory`.
    Inventory(InventoryFact),
    /// On `payments`.
    Payment(PaymentFact),
    /// On any service's own topic.
    Parking(ParkingFact),
    /// Anything else: it exists, and has an id.
    Other,
}

/// One committed event.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub kind: String,
    /// Its id.
    pub id: EventId,
    /// What it is about.
    pub subject: Key,
    /// When it was decided.
    pub time: Timestamp,
    /// What it answers.
    pub cause: Option<EventId>,
    /// What it says.
    pub told: Told,
}

/// All committed records of the topics that were read.
#[derive(Clone, Debug, Default)]
pub struct History {
    logs: BTreeMap<(Topic, u16), Vec<Event>>,
    unreadable: BTreeSet<(&'static str, u16, i64)>,
}

impl History {
    /// Adds a record; records of one partition must come in the order of their offsets. One that is no event is counted
    /// and left out: it is for the services to park.
    pub fn push(&mut self, record: &Record<'_>) {
        match read(record) {
            Ok(event) => self.add(event),
            Err(_) => {
                let Place { topic, partition, offset } = record.place;
                self.unreadable.insert((topic.name(), partition, offset));
            }
        }
    }

    /// Adds an event.
    pub fn add(&mut self, event: Event) {
        self.logs.entry((event.place.topic, event.place.partition)).or_default().push(event);
    }

    /// The events of all partitions of a topic.
    pub fn of(&self, topic: Topic) -> impl Iterator<Item = &Event> {
        self.logs.iter().filter(move |((of, _), _)| *of == topic).flat_map(|(_, events)| events)
    }

    /// Each partition of a topic with its events.
    pub fn partitions_of(&self, topic: Topic) -> impl Iterator<Item = (u16, &[Event])> {
        let logs = self.logs.iter().filter(move |((of, _), _)| *of == topic);
        logs.map(|((_, partition), events)| (*partition, events.as_slice()))
    }

    /// Every event.
    pub fn all(&self) -> impl Iterator<Item = &Event> {
        self.logs.values().flatten()
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.logs.values().map(Vec::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many records were no events.
    pub fn unreadable(&self) -> u64 {
        self.unreadable.len() as u64
    }

    /// Whether the record at this place, named as a parking fact names it, was no event.
    pub(crate) fn was_unreadable(&self, topic: &str, partition: u16, offset: i64) -> bool {
        self.unreadable.contains(&(topic, partition, offset))
    }
}

fn read(record: &Record<'_>) -> Result<Event, Malformed> {
    let Opened { kind, id, subject, time, causationid, .. } = events_schema::open(record)?;
    let told = match record.place.topic {
        Topic::Checkout => CheckoutEvent::read(&kind, record)?.map(|heard| Told::Checkout(heard.data)),
        Topic::Orders => OrderFact::read(&kind, record)?.map(|heard| Told::Order(heard.data)),
        Topic::Inventory => InventoryFact::read(&kind, record)?.map(|heard| Told::Inventory(heard.data)),
        Topic::Payments => PaymentFact::read(&kind, record)?.map(|heard| Told::Payment(heard.data)),
        _ => None,
    };
    let told = match told {
        Some(told) => told,
        None => ParkingFact::read(&kind, record)?.map_or(Told::Other, |heard| Told::Parking(heard.data)),
    };
    Ok(Event { place: record.place, kind: kind.into_owned(), id, subject, time, cause: causationid, told })
}
