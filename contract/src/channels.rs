//! The topics as AsyncAPI channels, and what each service does with them as operations.

use events_schema::{Routing, Source, Topic, schema::Described};
use serde_json::{Map, Value, json};

/// The version of the Kafka bindings.
pub(crate) const BINDING: &str = "0.5.0";

/// The name of what stands on a dead-letter topic.
pub(crate) const PARKED: &str = "ParkedRecord";

/// The topics.
pub(crate) fn channels(events: &[Described]) -> Value {
    let each = Topic::ALL.into_iter().map(|topic| (topic.name().to_owned(), channel(topic, events)));
    Value::Object(each.collect())
}

fn channel(topic: Topic, events: &[Described]) -> Value {
    let messages: Map<String, Value> = on(topic, events)
        .map(|event| (event.to_owned(), json!({ "$ref": format!("#/components/messages/{event}") })))
        .collect();
    let policy = if topic.is_compacted() { "compact" } else { "delete" };
    let mut configuration = json!({ "cleanup.policy": [policy] });
    if !topic.is_compacted() {
        let kept = topic.retention().and_then(|kept| i64::try_from(kept.as_millis()).ok()).unwrap_or(-1);
        configuration["retention.ms"] = json!(kept);
    }
    json!({
        "address": topic.name(),
        "description": format!("Written by {}. {}", writer(topic), routing(topic)),
        "messages": messages,
        "bindings": { "kafka": {
            "topic": topic.name(), "topicConfiguration": configuration, "bindingVersion": BINDING,
        } },
    })
}

fn on(topic: Topic, events: &[Described]) -> impl Iterator<Item = &str> {
    let parked = topic.is_parked().then_some(PARKED);
    events.iter().filter(move |event| event.topics.contains(&topic)).map(|event| event.event).chain(parked)
}

fn writer(topic: Topic) -> &'static str {
    topic.owner().map_or("front ends", Source::name)
}

fn routing(topic: Topic) -> &'static str {
    match topic.routing() {
        Routing::ByKey => "A record's partition is murmur2 of its key, as Kafka's Java client chooses.",
        Routing::AsConsumed => "A record stands on the partition number of what it answers.",
        Routing::ToAddressee => "A record stands on the partition of the shelf or depot it is for.",
        Routing::Everywhere => "Every record stands on every partition: the topic is a table.",
    }
}

/// What each service, and the front ends, send and receive.
pub(crate) fn operations(events: &[Described]) -> Value {
    let mut all = Map::new();
    for topic in Topic::ALL {
        let what: Vec<&str> = on(topic, events).collect();
        let who = topic.owner().map_or("front-ends", Source::name);
        all.insert(format!("{who}-send-{topic}"), operation("send", topic, &what));
    }
    for service in Source::SERVICES {
        for hears in service.hears() {
            let mut received = operation("receive", hears.topic, hears.events);
            if !hears.is_table {
                // A table is read by position, without a group.
                let group = json!({ "type": "string", "const": service.name() });
                received["bindings"] = json!({ "kafka": { "groupId": group, "bindingVersion": BINDING } });
            }
            all.insert(format!("{service}-receive-{}", hears.topic), received);
        }
    }
    Value::Object(all)
}

fn operation(action: &str, topic: Topic, events: &[&str]) -> Value {
    let message = |event: &&str| json!({ "$ref": format!("#/channels/{topic}/messages/{event}") });
    json!({
        "action": action,
        "channel": { "$ref": format!("#/channels/{topic}") },
        "messages": events.iter().map(message).collect::<Vec<Value>>(),
    })
}
