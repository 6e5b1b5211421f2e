//! Events as inventory hears them: through the wire format and the rows of the choreography, as in production.
#![allow(dead_code, reason = "each test target uses its own part")]

use choreography::{Consumes, Service};
use events_schema::{
    Currency, Envelope, Event, EventId, Fact, Key, Money, NoHeaders, Payment, PaymentMethod, Place, Record,
    Source, Timestamp, Token, Topic,
    inventory::InventoryFact,
    orders::{OrderAccepted, PricedLine},
};
use inventory::{Command, Inventory};

pub fn key(text: &str) -> Key {
    text.parse().unwrap()
}

/// A command, as the row for this event on this topic makes it.
pub fn hear<E: Event>(topic: Topic, subject: Key, event: &E) -> Command {
    let id = EventId::from(key("cause"));
    let value = events_schema::announce(Source::Cli, id, subject, Timestamp(0), event);
    command_of(topic, E::TYPE, subject, &value)
}

/// A command, as the copy of a transfer makes it at its addressee.
pub fn hear_copy(subject: Key, fact: &InventoryFact) -> Command {
    let envelope = Envelope {
        kind: fact.event(),
        id: EventId::from(key("copy")),
        source: Source::Inventory,
        subject,
        time: "2030-01-01T00:00:00.000000Z",
        causationid: None,
        traceparent: None,
    };
    let mut value = Vec::new();
    envelope.write_fact(&mut value, fact);
    command_of(Topic::StockTransfers, fact.event(), subject, &value)
}

fn command_of(topic: Topic, event: &str, subject: Key, value: &[u8]) -> Command {
    let row: &dyn Consumes<Command> = *Inventory::reactions()
        .iter()
        .find(|row| (row.topic(), row.event()) == (topic, event))
        .unwrap_or_else(|| panic!("inventory does not hear {event} on {topic}"));
    let place = Place { topic, partition: 0, offset: 0 };
    let record = Record {
        place,
        appended: Timestamp(0),
        key: Some(subject.as_bytes()),
        value: Some(value),
        headers: &NoHeaders,
    };
    row.hear(&record).unwrap().data.unwrap()
}

pub fn payment() -> Payment {
    Payment { method: PaymentMethod::Card, token: Token::from(key("tok_ok")) }
}

pub fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

/// An accepted order for these lines.
pub fn accepted(lines: &[(Key, i64)]) -> OrderAccepted {
    let line = |&(sku, quantity): &(Key, i64)| PricedLine {
        sku,
        quantity: quantity.try_into().unwrap(),
        unit_price: eur(100),
    };
    OrderAccepted {
        customer_id: key("customer-1").into(),
        lines: lines.iter().map(line).collect(),
        subtotal: eur(100),
        discount: eur(0),
        tax: eur(0),
        total: eur(100),
        payment: payment(),
        expires_at: Timestamp(1_000_000),
    }
}
