//! Writing an event: strict, one way, into one reused buffer.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    Event, EventId, Fact, Key, Malformed, Record, Source, Timestamp, TraceParent,
    open::{Opened, open},
};

/// The attributes of an event about to be written. `type` comes first, so that a reader can skip without parsing.
pub struct Envelope<'a> {
    /// The event's name.
    pub kind: &'a str,
    /// Its id.
    pub id: EventId,
    /// Who says it.
    pub source: Source,
    /// What it is about.
    pub subject: Key,
    /// When it was decided, as [`Timestamp`] prints it: formatted once for all facts of a turn.
    pub time: &'a str,
    /// The event it answers.
    pub causationid: Option<EventId>,
    /// The trace it belongs to.
    pub traceparent: Option<TraceParent>,
}

impl Envelope<'_> {
    /// Appends the whole event to `out`; `data` appends the data's JSON.
    pub fn write(&self, out: &mut Vec<u8>, data: impl FnOnce(&mut Vec<u8>)) {
        let Envelope { kind, id, source, subject, time, .. } = self;
        // None of these can hold a character that JSON escapes: names of ours, keys and times.
        for part in [
            "{\"type\":\"",
            kind,
            "\",\"specversion\":\"1.0\",\"id\":\"",
            id.as_str(),
            "\",\"source\":\"",
            source.name(),
            "\",\"subject\":\"",
            subject.as_str(),
            "\",\"time\":\"",
            time,
            "\"",
        ] {
            out.extend_from_slice(part.as_bytes());
        }
        let mut attribute = |name: &str, value: &str| {
            for part in [",\"", name, "\":\"", value, "\""] {
                out.extend_from_slice(part.as_bytes());
            }
        };
        if let Some(cause) = &self.causationid {
            attribute("causationid", cause.as_str());
        }
        if let Some(trace) = &self.traceparent {
            attribute("traceparent", trace.as_str());
        }
        out.extend_from_slice(b",\"data\":");
        data(out);
        out.push(b'}');
    }

    /// The whole event of one fact.
    pub fn write_fact<F: Fact>(&self, out: &mut Vec<u8>, fact: &F) {
        self.write(out, |out| fact.write_data(out));
    }
}

/// Writes an event as an outsider does who starts a story: without a cause.
pub fn announce<E: Event>(source: Source, id: EventId, subject: Key, now: Timestamp, event: &E) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    let time = now.to_string();
    let envelope =
        Envelope { kind: E::TYPE, id, source, subject, time: &time, causationid: None, traceparent: None };
    // Writing our own types into memory fails only by running out of it.
    envelope.write(&mut out, |out| drop(serde_json::to_writer(out, event)));
    out
}

/// The same event once more, for the partition it belongs on: verbatim if its envelope is complete, else completed.
/// Its data is never touched, so what we do not know of it survives. Gives the subject, the key to write it under.
pub fn forwarded(record: &Record<'_>, out: &mut Vec<u8>) -> Result<Key, Malformed> {
    let opened = open(record)?;
    match record.value {
        Some(value) if opened.complete => out.extend_from_slice(value),
        // Writing strings into memory fails only by running out of it.
        _ => drop(serde_json::to_writer(out, &Completed::from(&opened))),
    }
    Ok(opened.subject)
}

/// An event as we write it, without its `traceparent`: what is compared when a decision is made again, since a trace
/// explains an event and decides nothing.
pub fn untraced(value: &[u8]) -> Cow<'_, [u8]> {
    const NAME: &[u8] = b",\"traceparent\":\"";
    // No attribute before the data holds a quotation mark of its own.
    let find = |what: &[u8]| value.windows(what.len()).position(|part| part == what);
    match (find(NAME), find(b",\"data\":")) {
        (Some(at), Some(data)) if at < data => {
            let rest = at + NAME.len() + TraceParent::LENGTH + 1;
            Cow::Owned([&value[..at], value.get(rest..).unwrap_or_default()].concat())
        }
        _ => Cow::Borrowed(value),
    }
}

/// What an outsider wrote, with every attribute in its place; its own words may need escapes.
#[derive(Serialize)]
struct Completed<'a> {
    r#type: &'a str,
    specversion: &'a str,
    id: EventId,
    source: &'a str,
    subject: Key,
    time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    causationid: Option<EventId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dataschema: Option<&'a str>,
    data: &'a RawValue,
}

impl<'a> From<&'a Opened<'_>> for Completed<'a> {
    fn from(opened: &'a Opened<'_>) -> Completed<'a> {
        Completed {
            r#type: &opened.kind,
            specversion: "1.0",
            id: opened.id,
            source: &opened.source,
            subject: opened.subject,
            time: opened.time,
            causationid: opened.causationid,
            traceparent: opened.traceparent.as_ref().map(TraceParent::as_str),
            dataschema: opened.dataschema.as_deref(),
            data: &opened.data,
        }
    }
}
