//! Reading a record: fast what we wrote, generously what others wrote, and nothing that is not consumed.
//!
//! The fast path is one typed pass (no tags, no buffering). Whatever it cannot take goes through [`open`]. Both agree
//! on every record: what one refuses the other refuses.

use std::borrow::Cow;

use serde::{Deserialize, de::DeserializeOwned, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::{
    Event, EventId, Key, Malformed, Place, Record, Timestamp, TraceParent, json,
    open::{Opened, kind_of, open, trace},
};

/// An event that was read, and what its envelope said.
#[derive(Clone, PartialEq, Debug)]
pub struct Heard<E> {
    /// Its id.
    pub id: EventId,
    /// What it is about.
    pub subject: Key,
    /// When it was decided.
    pub time: Timestamp,
    /// The trace it belongs to.
    pub traceparent: Option<TraceParent>,
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub data: E,
}

impl<E> Heard<E> {
    /// The same envelope around something else.
    pub fn map<T>(self, change: impl FnOnce(E) -> T) -> Heard<T> {
        let Heard { id, subject, time, traceparent, place, data } = self;
        Heard { id, subject, time, traceparent, place, data: change(data) }
    }
}

/// The type of a record that begins as we write it, without parsing JSON. `None`: another field order, blanks or an
/// escape, so that the slow path must look.
pub fn peek_type(value: &[u8]) -> Option<&str> {
    let rest = value.strip_prefix(b"{\"type\":\"")?;
    let end = rest.iter().position(|b| matches!(b, b'"' | b'\\'))?;
    if rest[end] != b'"' {
        return None;
    }
    std::str::from_utf8(&rest[..end]).ok()
}

/// The type of a record, by the cheapest way that works. Says nothing about the rest of the record.
pub fn kind<'a>(record: &Record<'a>) -> Result<Cow<'a, str>, Malformed> {
    match record.value.and_then(peek_type) {
        Some(kind) => Ok(Cow::Borrowed(kind)),
        None => kind_of(record),
    }
}

/// Reads a record whose type is `E`'s.
pub fn read<E: Event>(record: &Record<'_>) -> Result<Heard<E>, Malformed> {
    if let Some(heard) = record.value.and_then(|value| read_fast(record, value)) {
        return Ok(heard);
    }
    let Opened { kind, id, subject, time, traceparent, dataschema, data, .. } = open(record)?;
    if kind != E::TYPE {
        return Err(Malformed::new(format!("type is {kind:?}, not {}", E::TYPE)));
    }
    check_version::<E>(dataschema.as_deref())?;
    let data = json::parse(&format!("data of {}", E::TYPE), data.get())?;
    Ok(Heard { id, subject, time, traceparent, place: record.place, data })
}

/// What we write, in one pass. Errors are not reported: the slow path finds them again, and words them better.
fn read_fast<E: Event>(record: &Record<'_>, value: &[u8]) -> Option<Heard<E>> {
    peek_type(value).filter(|kind| *kind == E::TYPE)?;
    let strict: Strict<'_, E> = serde_json::from_str(std::str::from_utf8(value).ok()?).ok()?;
    check_version::<E>(strict.dataschema.as_deref()).ok()?;
    let Strict { id, subject, time, traceparent, data, .. } = strict;
    Some(Heard { id, subject, time, traceparent: traceparent.and_then(trace), place: record.place, data })
}

/// The envelope as we write it. The ignored are named only so that a second one is refused, as on the slow path.
#[derive(Deserialize)]
#[serde(bound(deserialize = "D: DeserializeOwned"))]
struct Strict<'a, D> {
    #[serde(rename = "type")]
    _kind: IgnoredAny,
    #[serde(rename = "specversion")]
    _specversion: Option<IgnoredAny>,
    id: EventId,
    #[serde(rename = "source")]
    _source: Option<IgnoredAny>,
    subject: Key,
    time: Timestamp,
    #[serde(rename = "causationid")]
    _causationid: Option<IgnoredAny>,
    #[serde(borrow)]
    traceparent: Option<&'a RawValue>,
    dataschema: Option<String>,
    data: D,
}

/// `urn:orders:<type>:<version>` of a later version than we know is refused; other schemas are an outsider's affair.
fn check_version<E: Event>(dataschema: Option<&str>) -> Result<(), Malformed> {
    let ours =
        dataschema.and_then(|urn| urn.strip_prefix("urn:orders:")).and_then(|rest| rest.rsplit_once(':'));
    match ours.map(|(_, version)| version.parse::<u16>()) {
        None => Ok(()),
        Some(Ok(version)) if (1..=E::VERSION).contains(&version) => Ok(()),
        Some(_) => Err(Malformed::new(format!(
            "unknown version: dataschema {:?}; {} is known up to version {}",
            dataschema.unwrap_or_default(),
            E::TYPE,
            E::VERSION
        ))),
    }
}
