//! What a schema registry with Confluent's REST interface is told, and under which names.
//!
//! Our records carry no schema id: the registry is for people and tools, nothing of ours reads it.

use std::fmt;

use events_schema::{Topic, schema};
use serde_json::{Value, json};

/// The media type of requests and answers.
pub const MEDIA_TYPE: &str = "application/vnd.schemaregistry.v1+json";

/// By which rule a registry judges a new version of a subject.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compatibility {
    /// By none.
    None,
    /// The new version reads what the last wrote.
    Backward,
    /// The new version reads what any earlier one wrote: our logs are kept for ever.
    BackwardTransitive,
    /// The last version reads what the new one writes.
    Forward,
    /// Every earlier version reads what the new one writes.
    ForwardTransitive,
    /// Both, with the last.
    Full,
    /// Both, with all.
    FullTransitive,
}

impl Compatibility {
    /// All rules.
    pub const ALL: [Compatibility; 7] = [
        Compatibility::None,
        Compatibility::Backward,
        Compatibility::BackwardTransitive,
        Compatibility::Forward,
        Compatibility::ForwardTransitive,
        Compatibility::Full,
        Compatibility::FullTransitive,
    ];

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Compatibility::None => "NONE",
            Compatibility::Backward => "BACKWARD",
            Compatibility::BackwardTransitive => "BACKWARD_TRANSITIVE",
            Compatibility::Forward => "FORWARD",
            Compatibility::ForwardTransitive => "FORWARD_TRANSITIVE",
            Compatibility::Full => "FULL",
            Compatibility::FullTransitive => "FULL_TRANSITIVE",
        }
    }
}

impl fmt::Display for Compatibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One schema under one subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Registration {
    /// `orders-OrderAccepted`: the topic, with its prefix, and the event. A later version of an event is a subject of its
    /// own, `orders-OrderAccepted.v2`, for its readers are others.
    pub subject: String,
    /// The event.
    pub event: &'static str,
    /// The topic.
    pub topic: Topic,
    /// The schema.
    pub schema: Value,
}

/// What is registered: each event under each topic it stands on. `form` turns our schema into the draft wanted.
pub fn registrations(prefix: &str, form: impl Fn(&Value) -> Value) -> Vec<Registration> {
    let mut all = Vec::new();
    for described in schema::all() {
        let schema = form(&described.schema);
        let version = if described.version == 1 { String::new() } else { format!(".v{}", described.version) };
        all.extend(described.topics.iter().map(|topic| Registration {
            subject: format!("{prefix}{topic}-{}{version}", described.event),
            event: described.event,
            topic: *topic,
            schema: schema.clone(),
        }));
    }
    all
}

impl Registration {
    /// The body that registers it, looks it up, or has it judged.
    pub fn body(&self) -> Value {
        json!({ "schemaType": "JSON", "schema": self.schema.to_string() })
    }
}
