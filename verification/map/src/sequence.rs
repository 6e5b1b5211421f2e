//! A story as a Mermaid sequence diagram: who says what, and who hears it.

use std::collections::BTreeMap;

use events_schema::{EventId, Source, Topic, flow::FOR_OTHERS};
use invariants::Event;
use simulator::{events_of, said};

use crate::{rows::Row, stories::Story};

/// The diagram, without its fences.
pub fn sequence(story: &Story, rows: &[Row]) -> String {
    let events = events_of(&story.history, story.order);
    let by_id: BTreeMap<EventId, &Event> = events.iter().map(|event| (event.id, *event)).collect();
    let mut lines = vec!["sequenceDiagram".to_owned()];
    let people = ["customer", "order", "inventory", "payment", "provider"];
    lines.extend(people.map(|name| format!("    participant {name}")));
    for event in events {
        lines.extend(prompt(event, &by_id));
        lines.extend(told(event, rows));
    }
    lines.join("\n")
}

fn speaker(topic: Topic) -> &'static str {
    topic.owner().map_or("customer", Source::name)
}

/// What made a service speak that no other service did: a deadline, or the provider's answer.
fn prompt(event: &Event, by_id: &BTreeMap<EventId, &Event>) -> Option<String> {
    let cause = by_id.get(&event.cause?)?;
    let own = cause.place.topic == event.place.topic;
    match event.place.topic.owner()? {
        Source::Payment if own && !matches!(event.kind.as_str(), "RefundStarted") => {
            Some("    provider-->>payment: answers".to_owned())
        }
        Source::Order if own => Some("    Note over order: expires_at has come".to_owned()),
        _ => None,
    }
}

fn told(event: &Event, rows: &[Row]) -> Vec<String> {
    let (from, what) = (speaker(event.place.topic), said(event));
    let hear = rows.iter().filter(|row| row.topic == event.place.topic && row.event == event.kind);
    let arrows: Vec<String> = hear.map(|row| format!("    {from}->>{}: {what}", row.service)).collect();
    if !arrows.is_empty() {
        return arrows;
    }
    let whom = FOR_OTHERS.iter().find(|(name, _)| *name == event.kind).map(|(_, whom)| *whom);
    vec![match whom {
        Some("the customer") => format!("    {from}->>customer: {what}"),
        Some("the payment provider") => format!("    {from}->>provider: {what}"),
        _ => format!("    Note over {from}: {what}"),
    }]
}
