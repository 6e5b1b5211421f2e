//! The two ways to read agree, what is written reads back, forwarding loses nothing, and nothing panics.

use events_schema::{
    Envelope, EventId, Key, NoHeaders, OwnedRecord, Place, Record, Source, Timestamp, Topic, TraceParent,
    forwarded, kind, open,
};
use proptest::{collection::vec, option, prelude::*, sample::Index};
use serde_json::Value;

use crate::{
    desk::{APPENDED, place, record, reread, reread_as, samples},
    invented::{Invented, any_event, any_outsiders_event},
};

/// The attributes of an event, without its type and data.
#[derive(Clone, Debug)]
struct Attributes {
    id: Key,
    subject: Key,
    time: Timestamp,
    cause: Option<Key>,
    trace: Option<String>,
}

fn any_key() -> impl Strategy<Value = Key> {
    "[A-Za-z0-9._-]{1,64}".prop_map(|text| text.parse().expect("a key by its pattern"))
}

fn any_attributes() -> impl Strategy<Value = Attributes> {
    let time = (Timestamp::MIN.0..=Timestamp::MAX.0).prop_map(Timestamp);
    let trace = option::of("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    (any_key(), any_key(), time, option::of(any_key()), trace)
        .prop_map(|(id, subject, time, cause, trace)| Attributes { id, subject, time, cause, trace })
}

/// The event as we write it.
fn written(of: &Attributes, event: &str, data: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    let envelope = Envelope {
        kind: event,
        id: EventId::from(of.id),
        source: Source::Order,
        subject: of.subject,
        time: &of.time.to_string(),
        causationid: of.cause.map(EventId::from),
        traceparent: of.trace.as_ref().and_then(|text| TraceParent::from_bytes(text.as_bytes())),
    };
    envelope.write(&mut out, |out| out.extend_from_slice(data.to_string().as_bytes()));
    out
}

/// The same JSON, but not as we write it, so that the fast path does not take it.
fn with_a_blank(value: &[u8]) -> Option<Vec<u8>> {
    Some([b"{ ", value.strip_prefix(b"{")?].concat())
}

/// Without what may as well be left out.
fn bare(value: Value) -> Value {
    let empty =
        |value: &Value| value.is_null() || value.as_str() == Some("") || *value == Value::Array(vec![]);
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, inner)| (name, bare(inner)))
            .filter(|(_, inner)| !empty(inner))
            .collect(),
        Value::Array(items) => items.into_iter().map(bare).collect(),
        other => other,
    }
}

/// One small damage.
#[derive(Clone, Debug)]
enum Damage {
    Set(Index, u8),
    Insert(Index, u8),
    Delete(Index),
    Repeat(Index, Index),
}

fn any_damage() -> impl Strategy<Value = Damage> {
    let byte = prop_oneof![proptest::sample::select(br#""\{}[]:,0 9eE-.+antfu"#.to_vec()), any::<u8>()];
    prop_oneof![
        (any::<Index>(), byte.clone()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        (any::<Index>(), byte).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        any::<Index>().prop_map(Damage::Delete),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Damage::Repeat(from, to)),
    ]
}

fn damaged(mut value: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        if value.is_empty() {
            break;
        }
        let len = value.len();
        match damage {
            Damage::Set(at, byte) => value[at.index(len)] = *byte,
            Damage::Insert(at, byte) => value.insert(at.index(len), *byte),
            Damage::Delete(at) => drop(value.remove(at.index(len))),
            Damage::Repeat(from, to) => {
                let (from, to) = (from.index(len).min(to.index(len)), from.index(len).max(to.index(len)));
                let part = value[from..to].to_vec();
                value.splice(to..to, part);
            }
        }
    }
    value
}

/// Everything that can be done with a record; none of it may panic.
fn exercise(record: &Record<'_>) {
    let _ = kind(record);
    let _ = open(record).map(|opened| format!("{opened:?}"));
    let _ = forwarded(record, &mut Vec::new());
    for described in events_schema::schema::all() {
        let _ = reread_as(described.event, record);
    }
}

/// Both paths give the same, or both refuse.
fn assert_paths_agree(event: &str, topic: Topic, value: &[u8]) -> Result<(), TestCaseError> {
    let Some(blank) = with_a_blank(value) else { return Ok(()) };
    let fast = reread_as(event, &record(topic, value)).expect("an event of the contract");
    let slow = reread_as(event, &record(topic, &blank)).expect("an event of the contract");
    prop_assert_eq!(fast.ok(), slow.ok(), "{}", String::from_utf8_lossy(value));
    Ok(())
}

/// An attribute or field of the sample is written a second time: both paths refuse it, wherever it stands.
#[test]
fn what_is_said_twice_is_refused() {
    for sample in samples() {
        let whole: Value = serde_json::from_str(&sample.text).unwrap();
        let (event, topic) = (sample.described.event, sample.described.topics[0]);
        for (name, value) in whole.as_object().unwrap() {
            let again = format!("{},\"{name}\":{value}}}", &sample.text[..sample.text.len() - 1]);
            assert!(reread_as(event, &record(topic, again.as_bytes())).unwrap().is_err(), "{again}");
            let blank = with_a_blank(again.as_bytes()).unwrap();
            assert!(reread_as(event, &record(topic, &blank)).unwrap().is_err(), "{again}");
        }
        for (name, value) in whole["data"].as_object().unwrap() {
            let again = format!("{},\"{name}\":{value}}}}}", &sample.text[..sample.text.len() - 2]);
            assert!(reread_as(event, &record(topic, again.as_bytes())).unwrap().is_err(), "{again}");
        }
    }
}

proptest! {
    #[test]
    fn every_event_reads_back_as_it_was_written(of in any_attributes(), Invented { event, topic, data } in any_event()) {
        let value = written(&of, event, &data);
        let heard = reread(&record(topic, &value)).unwrap();
        let heard = heard.map_err(|error| TestCaseError::fail(format!("{event}: {error}: {data}")))?;
        prop_assert_eq!((heard.id, heard.subject, heard.time), (EventId::from(of.id), of.subject, of.time));
        prop_assert_eq!(heard.traceparent.map(|trace| trace.as_str().to_owned()), of.trace.clone());
        prop_assert_eq!(bare(serde_json::from_str(&heard.data).unwrap()), bare(data));
        let again = written(&of, event, &serde_json::from_str(&heard.data).unwrap());
        prop_assert_eq!(reread(&record(topic, &again)).unwrap().unwrap(), heard);
    }

    #[test]
    fn field_order_and_blanks_change_nothing(of in any_attributes(), Invented { event, topic, data } in any_event()) {
        let fast = written(&of, event, &data);
        let shuffled = serde_json::to_string_pretty(&serde_json::from_slice::<Value>(&fast).unwrap()).unwrap();
        let fast = reread(&record(topic, &fast)).unwrap().unwrap();
        prop_assert_eq!(reread(&record(topic, shuffled.as_bytes())).unwrap().unwrap(), fast);
    }

    #[test]
    fn fast_and_slow_agree_on_damaged_events(
        of in any_attributes(), Invented { event, topic, data } in any_event(), damages in vec(any_damage(), 0..4),
    ) {
        assert_paths_agree(event, topic, &damaged(written(&of, event, &data), &damages))?;
    }

    #[test]
    fn fast_and_slow_agree_on_damaged_samples(which in any::<Index>(), damages in vec(any_damage(), 1..3)) {
        let all = samples();
        let sample = which.get(&all);
        let value = damaged(sample.text.clone().into_bytes(), &damages);
        for topic in [sample.described.topics[0], Topic::Checkout, Topic::Orders] {
            assert_paths_agree(sample.described.event, topic, &value)?;
            exercise(&record(topic, &value));
        }
    }

    #[test]
    fn no_input_panics(
        value in option::of(vec(any::<u8>(), 0..200)), key in option::of(vec(any::<u8>(), 0..80)),
        headers in vec(("(ce_)?(type|id|time|subject|source|dataschema|traceparent)", vec(any::<u8>(), 0..40)), 0..5),
        topic in 0_usize..12, offset in any::<i64>(), appended in any::<i64>(),
    ) {
        let place = Place { topic: Topic::ALL[topic], partition: 0, offset };
        let record = OwnedRecord { place, appended: Timestamp(appended), key, value, headers };
        exercise(&record.as_record());
    }

    #[test]
    fn no_text_panics(text in r#"(\{ ?"type":"[A-Za-z]{0,12}")?[\{\}\[\]":,\\a-z0-9 ]{0,60}\}?"#, topic in 0_usize..12) {
        exercise(&record(Topic::ALL[topic], text.as_bytes()));
    }

    #[test]
    fn a_forwarded_event_is_the_same_event(
        of in any_attributes(), Invented { event, topic, data } in any_outsiders_event(), keep in any::<[bool; 6]>(),
        key in option::of(any_key()), binary in any::<bool>(), source in "(?s).{1,12}",
    ) {
        let mut data = data;
        data["a_field_we_do_not_know"] = serde_json::json!([1.5, {"deep": "\u{e9}\""}]);
        let attributes = [
            ("id", of.id.to_string()), ("subject", of.subject.to_string()), ("time", of.time.to_string()),
            ("source", source), ("dataschema", format!("urn:orders:{event}:9")),
            ("traceparent", of.trace.clone().unwrap_or_default()),
        ];
        let kept = attributes.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(attribute, _)| attribute);
        let original = as_an_outsider_would(event, topic, key, &data, binary, kept.collect());
        let before = open(&original.as_record()).unwrap();

        let mut first = Vec::new();
        let subject = forwarded(&original.as_record(), &mut first).unwrap();
        let elsewhere = Record {
            place: Place { topic, partition: 9, offset: 7 }, appended: Timestamp(0), key: Some(subject.as_bytes()),
            value: Some(&first), headers: &NoHeaders,
        };
        let after = open(&elsewhere).unwrap();
        prop_assert_eq!((&after.kind, after.id, after.subject), (&before.kind, before.id, before.subject));
        prop_assert_eq!((after.time, after.traceparent), (before.time, before.traceparent));
        prop_assert_eq!((&after.source, &after.dataschema), (&before.source, &before.dataschema));
        prop_assert_eq!(after.data.get(), before.data.get());
        prop_assert!(after.complete);
        let mut second = Vec::new();
        prop_assert_eq!(forwarded(&elsewhere, &mut second).unwrap(), subject);
        prop_assert_eq!(second, first);
    }
}

/// The record somebody outside might have written: structured, with type last, or binary.
fn as_an_outsider_would(
    event: &str,
    topic: Topic,
    key: Option<Key>,
    data: &Value,
    binary: bool,
    attributes: Vec<(&str, String)>,
) -> OwnedRecord {
    let (value, headers) = if binary {
        let all = [("type", event.to_owned())].into_iter().chain(attributes);
        (data.to_string(), all.map(|(name, value)| (format!("ce_{name}"), value.into_bytes())).collect())
    } else {
        let all: String = attributes
            .into_iter()
            .map(|(name, value)| format!("\"{name}\":{},", Value::from(value)))
            .collect();
        (format!("{{{all}\"data\":{data},\"type\":\"{event}\"}}"), Vec::new())
    };
    let key = key.map(|key| key.as_bytes().to_vec());
    OwnedRecord { place: place(topic), appended: APPENDED, key, value: Some(value.into_bytes()), headers }
}
