//! `History`: committed records, per partition in the order of their offsets.

use std::collections::{BTreeMap, BTreeSet};

use events_schema::{
    EventId, Fact, Heard, Key, Malformed, Opened, Place, Record, Timestamp, Topic, checkout::CheckoutEvent,
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

    /// The event at a place.
    pub fn at(&self, place: Place) -> Option<&Event> {
        let log = self.logs.get(&(place.topic, place.partition))?;
        log.binary_search_by_key(&place.offset, |event| event.place.offset).ok().map(|at| &log[at])
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

pub(crate) fn read(record: &Record<'_>) -> Result<Event, Malformed> {
    if let Some(event) = read_ours(record) {
        return Ok(event);
    }
    let Opened { kind, id, subject, time, causationid, .. } = events_schema::open(record)?;
    let told = told(&kind, record)?.map_or(Told::Other, |heard| heard.data);
    Ok(Event { place: record.place, kind: kind.into_owned(), id, subject, time, cause: causationid, told })
}

/// A fact of a service as services write it, in one pass. Whatever is written otherwise is opened first.
fn read_ours(record: &Record<'_>) -> Option<Event> {
    if record.place.topic.is_outsiders() || record.place.topic.is_parked() {
        return None;
    }
    let value = record.value?;
    let kind = events_schema::peek_type(value)?;
    let cause = cause_of(value)?;
    let Heard { id, subject, time, data, .. } = told(kind, record).ok()??;
    Some(Event { place: record.place, kind: kind.to_owned(), id, subject, time, cause, told: data })
}

/// What an event answers, which stands before its data. `None`: it must be looked for more closely.
fn cause_of(value: &[u8]) -> Option<Option<EventId>> {
    const BEFORE: &str = ",\"causationid\":\"";
    let text = std::str::from_utf8(value).ok()?;
    let envelope = &text[..text.find(",\"data\":")?];
    let Some(at) = envelope.find(BEFORE) else { return Some(None) };
    let cause = &envelope[at + BEFORE.len()..];
    Some(Some(EventId::from(cause[..cause.find('"')?].parse::<Key>().ok()?)))
}

/// What a record says, if the promises speak of it.
fn told(kind: &str, record: &Record<'_>) -> Result<Option<Heard<Told>>, Malformed> {
    let told = match record.place.topic {
        Topic::Checkout => CheckoutEvent::read(kind, record)?.map(|heard| heard.map(Told::Checkout)),
        Topic::Orders => OrderFact::read(kind, record)?.map(|heard| heard.map(Told::Order)),
        Topic::Inventory => InventoryFact::read(kind, record)?.map(|heard| heard.map(Told::Inventory)),
        Topic::Payments => PaymentFact::read(kind, record)?.map(|heard| heard.map(Told::Payment)),
        _ => None,
    };
    match told {
        Some(told) => Ok(Some(told)),
        None => Ok(ParkingFact::read(kind, record)?.map(|heard| heard.map(Told::Parking))),
    }
}
