//! The JSON Schema of every event, made from the types that read and write it.

use schemars::{Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::json;

use crate::{
    Event, EventId, Key, Source, Timestamp, Topic, checkout::CheckoutEvent, customers::CustomerEvent,
    inventory::InventoryFact, operations::OperationEvent, orders::OrderFact, parking::ParkingFact,
    payments::PaymentFact, warehouse::WarehouseEvent,
};

/// One event of the contract.
pub struct Described {
    /// Its name.
    pub event: &'static str,
    /// The version of its data.
    pub version: u16,
    /// Where it is first written, then where copies go.
    pub topics: &'static [Topic],
    /// The JSON Schema (2020-12) of the whole record value: envelope and data.
    pub schema: serde_json::Value,
}

impl Described {
    pub(crate) fn of<E: Event>() -> Described {
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        let schema = envelope::<E>(&mut generator).to_value();
        Described { event: E::TYPE, version: E::VERSION, topics: E::TOPICS, schema }
    }

    /// The file the schema is kept in, under `events-schema/schemas/`.
    pub fn file_name(&self) -> String {
        format!("{}.v{}.json", self.event, self.version)
    }
}

/// Every event of the contract, in the order of its topics.
pub fn all() -> Vec<Described> {
    let mut all = Vec::new();
    CheckoutEvent::schemas(&mut all);
    OrderFact::schemas(&mut all);
    InventoryFact::schemas(&mut all);
    PaymentFact::schemas(&mut all);
    WarehouseEvent::schemas(&mut all);
    CustomerEvent::schemas(&mut all);
    OperationEvent::schemas(&mut all);
    ParkingFact::schemas(&mut all);
    all
}

fn envelope<E: Event>(generator: &mut SchemaGenerator) -> Schema {
    let text =
        |generator: &mut SchemaGenerator, of: fn(&mut SchemaGenerator) -> Schema| of(generator).to_value();
    let id = text(generator, |g| g.subschema_for::<EventId>());
    let key = text(generator, |g| g.subschema_for::<Key>());
    let time = text(generator, |g| g.subschema_for::<Timestamp>());
    let data = generator.subschema_for::<E>().to_value();
    let mut schema = schemars::json_schema!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:orders:{}:{}", E::TYPE, E::VERSION),
        "title": E::TYPE,
        "type": "object",
        "required": ["type", "specversion", "id", "source", "subject", "time", "data"],
        "properties": {
            "type": { "const": E::TYPE },
            "specversion": { "const": "1.0" },
            "id": id,
            "source": { "enum": Source::ALL.map(Source::name) },
            "subject": key,
            "time": time,
            "causationid": { "type": "string", "description": "The id of the event this one answers." },
            "traceparent": { "type": "string", "description": "W3C trace context." },
            "dataschema": { "type": "string", "description": "From version 2 on." },
            "data": data,
        },
    });
    schema.insert("$defs".into(), json!(generator.take_definitions(true)));
    schema
}
