//! What outsiders write: customers, the warehouse, operators, and whoever writes what nobody can read.

use choreography::{Clock, Input};
use events_schema::{
    Currency, Event, EventId, Key, Money, PaymentMethod, Place, Source, Timestamp, Topic, announce,
    checkout::{OfferedPayment, OrderCancellationRequested, OrderPlaced, WantedLine},
    customers::{CustomerBlocked, CustomerUnblocked},
    operations::{
        ExpiryRequested, ParkedDiscardRequested, ParkedResumeRequested, RefundRequested, ReleaseRequested,
    },
    partition_of,
    warehouse::{ProductListed, StockCorrected, StockReceived},
};

use invariants::Answer;

use crate::{Shop, plan::key};

impl Shop {
    /// Places an order of a card holder.
    pub fn place(&mut self, order: Key, token: &str, lines: &[(Key, i64)]) {
        let placed = placement("ada", PaymentMethod::Card, token, lines);
        self.tell(order, &placed);
    }

    /// Asks for an order to be cancelled.
    pub fn cancel(&mut self, order: Key) {
        self.tell(order, &OrderCancellationRequested::default());
    }

    /// Lists a product at a price in cents.
    pub fn list(&mut self, sku: Key, cents: i64) {
        let prices = vec![Money::new(cents, Currency::EUR)];
        let (description, category) = (String::new(), String::new());
        self.tell(sku, &ProductListed { name: sku.to_string(), description, category, prices });
    }

    /// Goods come in.
    pub fn receive(&mut self, sku: Key, pieces: i64) {
        self.tell(sku, &StockReceived { quantity: pieces });
    }

    /// Somebody counted and found more or fewer.
    pub fn correct(&mut self, sku: Key, pieces: i64, expected_version: Option<u64>) {
        self.tell(sku, &StockCorrected { quantity: pieces, reason: "counted".to_owned(), expected_version });
    }

    /// Says of a customer, on every partition, that the shop serves them or does not.
    pub fn serve(&mut self, customer: Key, serves: bool) {
        for partition in 0..self.plan.partitions {
            match serves {
                true => self.tell_at(customer, partition, &CustomerUnblocked::default()),
                false => self.tell_at(customer, partition, &CustomerBlocked::default()),
            }
        }
    }

    /// An operator has the oldest parked record of a subject tried again, or given up.
    pub fn operate(&mut self, service: Source, subject: Key, partition: u16, discard: bool) {
        let (service, by, reason) = (service.name().to_owned(), Some("op".to_owned()), None);
        match discard {
            true => self.tell_at(subject, partition, &ParkedDiscardRequested { service, by, reason }),
            false => self.tell_at(subject, partition, &ParkedResumeRequested { service, by, reason }),
        }
    }

    /// An operator writes an event in the place of what is parked there, which waits for the next try.
    pub fn put_right<E: Event>(&mut self, parked: Place, subject: Key, event: &E) {
        let corrects = ("corrects".to_owned(), parked.offset.to_string().into_bytes());
        self.tell_with(subject, parked.partition, event, vec![corrects]);
    }

    /// An operator ends a pending order before its time.
    pub fn expire(&mut self, order: Key) {
        self.tell(order, &ExpiryRequested::default());
    }

    /// An operator has a cancelled order's stock given back.
    pub fn release(&mut self, order: Key) {
        self.tell(order, &ReleaseRequested::default());
    }

    /// An operator has a cancelled order's money given back.
    pub fn refund(&mut self, order: Key) {
        self.tell(order, &RefundRequested::default());
    }

    /// Somebody writes what is no event, under a subject's key.
    pub fn garbage(&mut self, topic: Topic, subject: Key, partition: u16) {
        self.poison(Poison::NotJson, topic, subject, partition);
    }

    /// Somebody writes what nobody can take, under a subject's key.
    pub(crate) fn poison(&mut self, kind: Poison, topic: Topic, subject: Key, partition: u16) {
        self.poisoned.insert(subject);
        let (key, value) = kind.record(topic, subject);
        let to = Input { topic, partition };
        let offset = self.log.produce(to, self.next_time(), Some(&key), value.as_deref(), Vec::new());
        let place = Place { topic, partition, offset };
        // Where it does not say whom it is about, it is parked under its own name.
        self.poisoned.insert(place.as_key());
        if !matches!(kind, Poison::FutureVersion | Poison::MissingField) {
            // Nobody can read it; the others are only read by those who react to that event.
            self.unreadable.push(place);
        }
    }

    /// A service breaks on a subject from now on, or is mended.
    pub fn break_on(&mut self, service: Source, subject: Key, breaks: bool) {
        let Some((_, broken)) = self.broken.iter().find(|(of, _)| *of == service) else { return };
        if breaks {
            broken.borrow_mut().insert(subject);
            self.poisoned.insert(subject);
            // In inventory whatever would serve the order breaks with it: a transfer, or another order's release.
            self.neighbours_break |= service == Source::Inventory;
        } else {
            broken.borrow_mut().remove(&subject);
        }
    }

    /// Writes an event where it belongs.
    pub(crate) fn tell<E: Event>(&mut self, subject: Key, event: &E) {
        self.tell_at(subject, partition_of(&subject, self.plan.partitions), event);
    }

    /// Writes an event on some partition.
    pub(crate) fn tell_at<E: Event>(&mut self, subject: Key, partition: u16, event: &E) {
        self.tell_with(subject, partition, event, Vec::new());
    }

    fn tell_with<E: Event>(
        &mut self,
        subject: Key,
        partition: u16,
        event: &E,
        headers: Vec<(String, Vec<u8>)>,
    ) {
        self.written += 1;
        let now = self.next_time();
        let id = EventId::from(key(&format!("told-{}", self.written)));
        let value = announce(Source::Cli, id, subject, now, event);
        let to = Input { topic: E::TOPICS[0], partition };
        let offset = self.log.produce(to, now, Some(subject.as_bytes()), Some(&value), headers);
        let Input { topic, partition } = to;
        self.answers.push(Answer { order: subject, id, topic, partition, offset, told: None });
    }

    /// No two things happen at once, so that a story can be told in order of time.
    fn next_time(&self) -> Timestamp {
        self.time.pass(std::time::Duration::from_millis(1));
        self.time.now()
    }
}

/// What a customer writes.
pub(crate) fn placement(
    customer: &str,
    method: PaymentMethod,
    token: &str,
    lines: &[(Key, i64)],
) -> OrderPlaced {
    let wanted = |(sku, quantity): &(Key, i64)| WantedLine { sku: sku.to_string(), quantity: *quantity };
    OrderPlaced {
        order_id: None,
        customer_id: key(customer).into(),
        lines: lines.iter().map(wanted).collect(),
        currency: None,
        payment: OfferedPayment { method, token: token.to_owned() },
        note: None,
    }
}

/// What makes a record one that nobody can take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Poison {
    NotJson,
    FutureVersion,
    MissingField,
    NoValue,
    StrangeKey,
    Huge,
}

impl Poison {
    /// Each kind as often as it should be; a huge one costs time.
    pub(crate) const ALL: [Poison; 16] = [
        Poison::NotJson,
        Poison::NotJson,
        Poison::NotJson,
        Poison::FutureVersion,
        Poison::FutureVersion,
        Poison::FutureVersion,
        Poison::MissingField,
        Poison::MissingField,
        Poison::MissingField,
        Poison::NoValue,
        Poison::NoValue,
        Poison::NoValue,
        Poison::StrangeKey,
        Poison::StrangeKey,
        Poison::StrangeKey,
        Poison::Huge,
    ];

    fn record(self, topic: Topic, subject: Key) -> (Vec<u8>, Option<Vec<u8>>) {
        let event = match topic {
            Topic::Orders => "OrderAccepted",
            Topic::Inventory => "StockReserved",
            Topic::Payments => "PaymentCaptured",
            Topic::Operations => "ParkedResumeRequested",
            _ => "OrderPlaced",
        };
        let envelope = |rest: &str| {
            let time = "2027-01-15T08:00:00Z";
            format!(
                r#"{{"type":"{event}","id":"poison","source":"cli","subject":"{subject}","time":"{time}"{rest},"data":{{}}}}"#
            )
        };
        let value = match self {
            Poison::NotJson | Poison::StrangeKey => "not an event".to_owned(),
            Poison::FutureVersion => envelope(&format!(r#","dataschema":"urn:orders:{event}:99""#)),
            Poison::MissingField => envelope(""),
            Poison::NoValue => return (subject.as_bytes().to_vec(), None),
            Poison::Huge => "x".repeat(1_048_000),
        };
        let key = if self == Poison::StrangeKey { vec![0xff, 0xfe] } else { subject.as_bytes().to_vec() };
        (key, Some(value.into_bytes()))
    }
}
