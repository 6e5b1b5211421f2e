//! The whole contract as one AsyncAPI 3.0 document with Kafka bindings.

use events_schema::schema::{self, Described};
use serde_json::{Map, Value, json};

use crate::{
    channels::{BINDING, PARKED, channels, operations},
    draft7,
};

const ABOUT: &str = "An order backbone on Kafka: services react to one another's events, and nobody orchestrates. Every \
topic has the same number of partitions, chosen when the topics are made, and an order stays on one partition number. \
A record's value is one CloudEvents 1.0 event in structured JSON, its key the event's subject. Services read and \
write in transactions: consume with isolation.level=read_committed.";

/// The document, without a prefix on topics and groups.
pub fn asyncapi() -> Value {
    let events = schema::all();
    let (messages, schemas) = components(&events);
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "orders",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": { "local": { "host": "localhost:9092", "protocol": "kafka" } },
        "channels": channels(&events),
        "operations": operations(&events),
        "components": { "messages": messages, "schemas": schemas },
    })
}

/// The messages, and the schemas they share.
fn components(events: &[Described]) -> (Map<String, Value>, Map<String, Value>) {
    let (mut messages, mut schemas) = (Map::new(), Map::new());
    for event in events {
        let mut payload = pointing_at_components(&draft7(&event.schema));
        if let Some(Value::Object(shared)) = payload.as_object_mut().and_then(|top| top.remove("definitions"))
        {
            schemas.extend(shared);
        }
        for mark in ["$id", "$schema"] {
            payload.as_object_mut().and_then(|top| top.remove(mark));
        }
        messages.insert(event.event.to_owned(), message(event, payload, &schemas));
    }
    messages.insert(PARKED.to_owned(), parked());
    (messages, schemas)
}

fn message(event: &Described, payload: Value, schemas: &Map<String, Value>) -> Value {
    let summary = schemas.get(event.event).and_then(|data| data.get("description")).cloned();
    let mut message = json!({
        "name": event.event,
        "title": format!("{}, version {}", event.event, event.version),
        "summary": summary.unwrap_or_default(),
        "payload": payload,
        "correlationId": { "description": "What it is about.", "location": "$message.payload#/subject" },
        "bindings": { "kafka": {
            "key": { "$ref": "#/components/schemas/Key" }, "bindingVersion": BINDING,
        } },
    });
    if !event.producers().is_empty() {
        message["headers"] = json!({ "type": "object", "properties": { "consumed": {
            "type": "string",
            "description": "Only on the last fact of a task in a transaction: the offsets that transaction answers.",
            "examples": ["checkout=20..23,payments=7..9"],
        } } });
    }
    message
}

/// What the machine writes beside a record it sets aside.
const PARKED_HEADERS: [&str; 7] = [
    "parked-service",
    "parked-subject",
    "parked-reason",
    "parked-at",
    "parked-topic",
    "parked-partition",
    "parked-offset",
];

/// A record set aside may be anything: that is why it was.
fn parked() -> Value {
    let text = |name: &str| (name.to_owned(), json!({ "type": "string" }));
    let headers: Map<String, Value> = PARKED_HEADERS.into_iter().map(text).collect();
    json!({
        "name": PARKED,
        "title": "A record set aside",
        "summary": "Key, value and headers as they were consumed, and why in headers of ours.",
        "contentType": "application/octet-stream",
        "headers": { "type": "object", "properties": headers, "required": PARKED_HEADERS },
        "payload": {},
        "bindings": { "kafka": { "bindingVersion": BINDING } },
    })
}

fn pointing_at_components(schema: &Value) -> Value {
    match schema {
        Value::Object(of) => of.iter().map(|(word, value)| (word.clone(), pointed(word, value))).collect(),
        Value::Array(all) => all.iter().map(pointing_at_components).collect(),
        other => other.clone(),
    }
}

fn pointed(word: &str, value: &Value) -> Value {
    match value.as_str().filter(|_| word == "$ref") {
        Some(to) => json!(to.replace("#/definitions/", "#/components/schemas/")),
        None => pointing_at_components(value),
    }
}
