//! Reading a record: fast what we wrote, generously what others wrote, and nothing that is not consumed.
//!
//! The fast path is one typed pass (no tags, no buffering). Whatever it cannot take, [`open`] tries on the topics of
//! outsiders: binary mode with `ce_*` headers, other field orders, and the least a person types into kcat.

use std::borrow::Cow;

use serde::{Deserialize, de::DeserializeOwned, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::{Event, EventId, Key, Malformed, Place, Record, Source, Timestamp, TraceParent};

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

/// The type of a record, by the cheapest way that works.
pub fn kind<'a>(record: &Record<'a>) -> Result<Cow<'a, str>, Malformed> {
    match record.value.and_then(peek_type) {
        Some(kind) => Ok(Cow::Borrowed(kind)),
        None => open(record).map(|opened| opened.kind),
    }
}

/// Reads a record whose type is `E`'s.
pub fn read<E: Event>(record: &Record<'_>) -> Result<Heard<E>, Malformed> {
    if let Some(heard) = record.value.and_then(|value| read_fast(record, value)) {
        return Ok(heard);
    }
    let opened = open(record)?;
    if opened.kind != E::TYPE {
        return Err(Malformed::new(format!("type is {:?}, not {}", opened.kind, E::TYPE)));
    }
    check_version::<E>(opened.dataschema.as_deref())?;
    let data = serde_json::from_str(opened.data.get())
        .map_err(|error| Malformed::new(format!("data of {}: {error}", E::TYPE)))?;
    let Opened { id, subject, time, traceparent, .. } = opened;
    Ok(Heard { id, subject, time, traceparent, place: record.place, data })
}

/// What we write, in one pass. Errors are not reported: the slow path finds them again, and words them better.
fn read_fast<E: Event>(record: &Record<'_>, value: &[u8]) -> Option<Heard<E>> {
    peek_type(value).filter(|kind| *kind == E::TYPE)?;
    let strict: Strict<E> = serde_json::from_str(std::str::from_utf8(value).ok()?).ok()?;
    check_version::<E>(strict.dataschema.as_deref()).ok()?;
    let Strict { id, subject, time, traceparent, data, .. } = strict;
    Some(Heard { id, subject, time, traceparent: traceparent.0, place: record.place, data })
}

/// The envelope as we write it.
#[derive(Deserialize)]
#[serde(bound = "D: DeserializeOwned")]
struct Strict<D> {
    /// Named only so that a second one is refused, as on the slow path.
    #[serde(rename = "type")]
    _kind: IgnoredAny,
    id: EventId,
    subject: Key,
    time: Timestamp,
    #[serde(default)]
    traceparent: Trace,
    #[serde(default)]
    dataschema: Option<String>,
    data: D,
}

/// A `traceparent` attribute; a wrong one is no trace.
#[derive(Default)]
struct Trace(Option<TraceParent>);

impl<'de> Deserialize<'de> for Trace {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Trace, D::Error> {
        let text = Option::<Cow<'de, str>>::deserialize(from)?;
        Ok(Trace(text.and_then(|text| TraceParent::from_bytes(text.as_bytes()))))
    }
}

/// `urn:orders:<type>:<version>` of a later version than we know is refused; other schemas are an outsider's affair.
fn check_version<E: Event>(dataschema: Option<&str>) -> Result<(), Malformed> {
    let ours = dataschema.and_then(|urn| urn.strip_prefix("urn:orders:")).and_then(|rest| rest.rsplit_once(':'));
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

/// An envelope that was opened, its data untouched: what tools and the slow path read.
#[derive(Debug)]
pub struct Opened<'a> {
    /// The event's name.
    pub kind: Cow<'a, str>,
    /// Its id.
    pub id: EventId,
    /// Who said it, in its own words.
    pub source: String,
    /// What it is about.
    pub subject: Key,
    /// When it was decided.
    pub time: Timestamp,
    /// The event it answers.
    pub causationid: Option<EventId>,
    /// The trace it belongs to.
    pub traceparent: Option<TraceParent>,
    /// The schema of its data.
    pub dataschema: Option<String>,
    /// The data as it stands.
    pub data: Cow<'a, RawValue>,
    /// Whether id, subject and time all stood in the record, so that it can be forwarded as it is.
    pub complete: bool,
}

/// The envelope as anybody may write it.
#[derive(Deserialize, Default)]
struct Loose<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Option<&'a RawValue>,
    #[serde(default)]
    id: Option<EventId>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    subject: Option<Key>,
    #[serde(default)]
    time: Option<Timestamp>,
    #[serde(default)]
    causationid: Option<EventId>,
    #[serde(default)]
    traceparent: Trace,
    #[serde(default)]
    dataschema: Option<String>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

/// Opens the envelope of any record: structured or, on the topics of outsiders, binary or minimal.
pub fn open<'a>(record: &Record<'a>) -> Result<Opened<'a>, Malformed> {
    let value = record.value.ok_or_else(|| Malformed::new("no value: a tombstone says nothing here"))?;
    let text = std::str::from_utf8(value).map_err(|_| Malformed::new("not JSON: the value is not UTF-8"))?;
    if record.place.topic.is_outsiders() && record.headers.get("ce_type").is_some() {
        return open_binary(record, text);
    }
    let mut loose: Loose<'a> = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Malformed::new(format!("envelope: {error}")),
        _ => Malformed::new(format!("not JSON: {error}")),
    })?;
    let kind = loose.kind.take().ok_or_else(|| Malformed::new("no type: an event needs {\"type\":\"…\",\"data\":{…}}"))?;
    let kind = text_of(kind)?;
    finish(record, kind, loose)
}

/// A JSON string, borrowed where it holds no escape.
fn text_of(raw: &RawValue) -> Result<Cow<'_, str>, Malformed> {
    let borrowed: Result<&str, _> = serde_json::from_str(raw.get());
    match borrowed {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(_) => serde_json::from_str::<String>(raw.get())
            .map(Cow::Owned)
            .map_err(|_| Malformed::new("type must be a string")),
    }
}

/// CloudEvents' binary mode: attributes in headers, the value is the data.
fn open_binary<'a>(record: &Record<'a>, text: &'a str) -> Result<Opened<'a>, Malformed> {
    let header = |name: &str| -> Result<Option<&str>, Malformed> {
        let value = record.headers.get(name).map(std::str::from_utf8).transpose();
        value.map_err(|_| Malformed::new(format!("header {name} is not UTF-8")))
    };
    let data: &RawValue = serde_json::from_str(text).map_err(|error| Malformed::new(format!("not JSON: {error}")))?;
    let key = |name: &str| header(name)?.map(|text| named(name, text.parse::<Key>())).transpose();
    let loose = Loose {
        kind: None,
        id: key("ce_id")?.map(EventId::from),
        source: header("ce_source")?.map(str::to_owned),
        subject: key("ce_subject")?,
        time: header("ce_time")?.map(|text| named("ce_time", text.parse())).transpose()?,
        causationid: key("ce_causationid")?.map(EventId::from),
        traceparent: Trace(record.headers.get("ce_traceparent").and_then(TraceParent::from_bytes)),
        dataschema: header("ce_dataschema")?.map(str::to_owned),
        data: Some(data),
    };
    let kind = header("ce_type")?.unwrap_or_default().to_owned();
    let mut opened = finish(record, Cow::Owned(kind), loose)?;
    opened.complete = false;
    Ok(opened)
}

fn named<T>(name: &str, value: Result<T, Malformed>) -> Result<T, Malformed> {
    value.map_err(|error| Malformed::new(format!("{name}: {error}")))
}

/// Fills in what an outsider may leave out: the id from the record's place, the subject from its key or its order id,
/// the time from the record.
fn finish<'a>(record: &Record<'a>, kind: Cow<'a, str>, loose: Loose<'a>) -> Result<Opened<'a>, Malformed> {
    let outsiders = record.place.topic.is_outsiders();
    let complete = loose.id.is_some() && loose.subject.is_some() && loose.time.is_some() && loose.data.is_some();
    if !complete && !outsiders {
        return Err(Malformed::new("envelope: id, subject, time and data are required on this topic"));
    }
    let subject = match loose.subject {
        Some(subject) => subject,
        None => subject_without_attribute(record, loose.data)?,
    };
    Ok(Opened {
        kind,
        id: loose.id.unwrap_or_else(|| EventId::of_place(record.place)),
        source: loose.source.unwrap_or_else(|| Source::Cli.name().to_owned()),
        subject,
        time: loose.time.unwrap_or(record.appended),
        causationid: loose.causationid,
        traceparent: loose.traceparent.0,
        dataschema: loose.dataschema,
        data: loose.data.map_or_else(|| Cow::Owned(empty()), Cow::Borrowed),
        complete,
    })
}

fn empty() -> Box<RawValue> {
    RawValue::from_string("{}".to_owned()).unwrap_or_else(|_| unreachable!("{{}} is JSON"))
}

fn subject_without_attribute(record: &Record<'_>, data: Option<&RawValue>) -> Result<Key, Malformed> {
    #[derive(Deserialize)]
    struct Named {
        #[serde(default)]
        order_id: Option<Key>,
    }
    if let Some(key) = record.key.filter(|key| !key.is_empty()) {
        return named("key", Key::from_bytes(key));
    }
    let data = data.map_or("{}", RawValue::get);
    let id = serde_json::from_str::<Named>(data).map_err(|error| Malformed::new(format!("data: {error}")))?.order_id;
    Ok(id.unwrap_or_else(|| EventId::of_place(record.place).as_key()))
}
