//! How evidence stands in a file: one JSON object a line.

use events_schema::{Malformed, Topic};
use serde::{Deserialize, Deserializer, Serializer, de};

/// Reads one line.
pub(crate) fn parse<'a, T: Deserialize<'a>>(line: &'a str) -> Result<T, Malformed> {
    serde_json::from_str(line).map_err(Malformed::from)
}

/// Topics by their names.
pub(crate) mod topic {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(topic: &Topic, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(topic.name())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Topic, D::Error> {
        let name = String::deserialize(from)?;
        Topic::from_name(&name).ok_or_else(|| de::Error::custom(format!("{name:?} is no topic")))
    }
}
