//! Which topics a service reads and writes: what its certificate must allow.

use events_schema::{Routing, Source, Topic};

/// Whether it must be allowed to read the topic: what it hears, tables too, and what it said itself, on restore.
pub fn reads(service: Source, topic: Topic) -> bool {
    service.hears().iter().any(|hears| hears.topic == topic) || topic.owner() == Some(service)
}

/// Whether it must be allowed to write the topic: what it owns, and what it forwards to where it belongs.
pub fn writes(service: Source, topic: Topic) -> bool {
    topic.owner() == Some(service) || (topic.routing() == Routing::ByKey && service.consumes(topic))
}
