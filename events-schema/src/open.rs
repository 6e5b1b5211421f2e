//! Opening an envelope, whoever wrote it: structured in any field order, binary with `ce_*` headers, or minimal.

use std::borrow::Cow;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::{EventId, Key, Malformed, Record, Source, Timestamp, TraceParent, json};

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

/// The envelope as anybody may write it. `source`, `causationid` and `traceparent` explain an event but decide nothing:
/// a wrong one is none.
#[derive(Deserialize, Default)]
struct Loose<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<&'a RawValue>,
    /// Named, here as in the fast reader, so that a second one is refused.
    #[serde(rename = "specversion")]
    _specversion: Option<IgnoredAny>,
    id: Option<EventId>,
    #[serde(borrow)]
    source: Option<&'a RawValue>,
    subject: Option<Key>,
    time: Option<Timestamp>,
    #[serde(borrow)]
    causationid: Option<&'a RawValue>,
    #[serde(borrow)]
    traceparent: Option<&'a RawValue>,
    dataschema: Option<String>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// Opens the envelope of any record: structured or, on the topics of outsiders, binary or minimal.
pub fn open<'a>(record: &Record<'a>) -> Result<Opened<'a>, Malformed> {
    if let Some(kind) = binary_type(record)? {
        return open_binary(record, kind);
    }
    let loose: Loose<'a> = json::parse("envelope", object(record)?)?;
    let opened = Opened {
        kind: name_of(loose.kind)?,
        id: loose.id.unwrap_or_else(|| EventId::of_place(record.place)),
        source: lenient(loose.source).unwrap_or_else(|| Source::Cli.name().to_owned()),
        subject: loose.subject.map_or_else(|| subject_without_attribute(record, loose.data), Ok)?,
        time: loose.time.unwrap_or(record.appended),
        causationid: lenient(loose.causationid),
        traceparent: loose.traceparent.and_then(trace),
        dataschema: loose.dataschema,
        data: loose.data.map_or_else(nothing, Cow::Borrowed),
        complete: loose.id.is_some()
            && loose.subject.is_some()
            && loose.time.is_some()
            && loose.data.is_some(),
    };
    if !opened.complete && !record.place.topic.is_outsiders() {
        return Err(Malformed::new("envelope: id, subject, time and data are required on this topic"));
    }
    Ok(opened)
}

/// The type alone. What else is wrong with an event is only of interest to those who consume it.
pub(crate) fn kind_of<'a>(record: &Record<'a>) -> Result<Cow<'a, str>, Malformed> {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(rename = "type", borrow)]
        kind: Option<&'a RawValue>,
    }
    match binary_type(record)? {
        Some(kind) => Ok(Cow::Borrowed(kind)),
        None => name_of(json::parse::<Named<'a>>("envelope", object(record)?)?.kind),
    }
}

/// CloudEvents' binary mode: attributes in headers, the value is the data.
fn open_binary<'a>(record: &Record<'a>, kind: &'a str) -> Result<Opened<'a>, Malformed> {
    let text = text(record)?;
    let data: Option<&'a RawValue> = if text.is_empty() { None } else { Some(json::parse("data", text)?) };
    let key = |name| header(record, name)?.map(|text| named(name, text.parse::<Key>())).transpose();
    let subject = key("ce_subject")?.map_or_else(|| subject_without_attribute(record, data), Ok)?;
    let time = header(record, "ce_time")?.map(|text| named("ce_time", text.parse())).transpose()?;
    Ok(Opened {
        kind: Cow::Borrowed(kind),
        id: key("ce_id")?.map_or_else(|| EventId::of_place(record.place), EventId::from),
        source: header(record, "ce_source")?.unwrap_or(Source::Cli.name()).to_owned(),
        subject,
        time: time.unwrap_or(record.appended),
        causationid: key("ce_causationid").ok().flatten().map(EventId::from),
        traceparent: record.headers.get("ce_traceparent").and_then(TraceParent::from_bytes),
        dataschema: header(record, "ce_dataschema")?.map(str::to_owned),
        data: data.map_or_else(nothing, Cow::Borrowed),
        complete: false,
    })
}

/// The type of a record in binary mode, which only outsiders use.
fn binary_type<'a>(record: &Record<'a>) -> Result<Option<&'a str>, Malformed> {
    if record.place.topic.is_outsiders() { header(record, "ce_type") } else { Ok(None) }
}

fn header<'a>(record: &Record<'a>, name: &str) -> Result<Option<&'a str>, Malformed> {
    let value = record.headers.get(name).map(std::str::from_utf8).transpose();
    value.map_err(|_| Malformed::new(format!("header {name} is not UTF-8")))
}

fn text<'a>(record: &Record<'a>) -> Result<&'a str, Malformed> {
    let value = record.value.ok_or_else(|| Malformed::new("no value: a tombstone says nothing here"))?;
    std::str::from_utf8(value).map_err(|_| Malformed::new("not JSON: the value is not UTF-8"))
}

/// The record's text, unless it is a list: serde would take one for an object whose fields stand in our order.
fn object<'a>(record: &Record<'a>) -> Result<&'a str, Malformed> {
    match text(record)? {
        list if list.trim_start().starts_with('[') => {
            Err(Malformed::new("envelope: expected an object, found a list: one record is one event"))
        }
        text => Ok(text),
    }
}

/// The type, borrowed where it holds no escape.
fn name_of(kind: Option<&RawValue>) -> Result<Cow<'_, str>, Malformed> {
    let kind =
        kind.ok_or_else(|| Malformed::new("no type: an event needs {\"type\":\"…\",\"data\":{…}}"))?.get();
    match serde_json::from_str::<&str>(kind) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(_) => json::parse("envelope: type", kind).map(Cow::Owned),
    }
}

fn lenient<'a, T: Deserialize<'a>>(value: Option<&'a RawValue>) -> Option<T> {
    value.and_then(|value| serde_json::from_str(value.get()).ok())
}

/// A `traceparent` attribute; a wrong one is no trace. A right one holds nothing that needs an escape.
pub(crate) fn trace(value: &RawValue) -> Option<TraceParent> {
    let text = value.get().strip_prefix('"')?.strip_suffix('"')?;
    TraceParent::from_bytes(text.as_bytes())
}

fn named<T>(name: &str, value: Result<T, Malformed>) -> Result<T, Malformed> {
    value.map_err(|error| Malformed::new(format!("{name}: {error}")))
}

/// Data that was left out.
fn nothing<'a>() -> Cow<'a, RawValue> {
    Cow::Owned(RawValue::from_string("{}".to_owned()).unwrap_or_else(|_| unreachable!("{{}} is JSON")))
}

/// What an outsider's event without a subject is about: its record's key, else its order, else itself.
fn subject_without_attribute(record: &Record<'_>, data: Option<&RawValue>) -> Result<Key, Malformed> {
    #[derive(Deserialize)]
    struct Named {
        order_id: Option<Key>,
    }
    if let Some(key) = record.key.filter(|key| !key.is_empty()) {
        return named("key", Key::from_bytes(key));
    }
    let Some(data) = data else { return Ok(EventId::of_place(record.place).as_key()) };
    let named: Named = json::parse("data", data.get())?;
    Ok(named.order_id.unwrap_or_else(|| EventId::of_place(record.place).as_key()))
}
