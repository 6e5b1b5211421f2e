//! `event_text`: the values of events as texts: keys, ids, times, money, currencies, places, traces.
//!
//! A value that is read is printed and read again as itself; our own reader of times agrees with the library's.

use std::{fmt::Display, str::FromStr};

use events_schema::{
    Currency, EventId, Key, Malformed, Money, Place, Quantity, Timestamp, Token, Topic, TraceParent,
};

use crate::{bound::bounded, frame::byte};

/// The longest reason: 300 characters and a mark that it was cut.
const REASON_MAX: usize = 301;

/// Reads one text as each of the values.
pub fn event_text(bytes: &[u8]) {
    bounded(bytes.len(), || {
        if let Some(trace) = TraceParent::from_bytes(bytes) {
            assert_eq!(trace.as_str().as_bytes(), bytes);
        }
        if let Ok(key) = Key::from_bytes(bytes) {
            assert_eq!(key.as_bytes(), bytes);
        }
        masks_long_numbers(&String::from_utf8_lossy(bytes));
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        reads_as_printed::<Key>(text);
        reads_as_printed::<Currency>(text);
        reads_as_printed::<Place>(text);
        reads_as_printed::<Timestamp>(text);
        agrees_with_the_library(text);
        as_json(text);
        as_numbers(bytes);
    });
}

fn reads_as_printed<T: FromStr<Err = Malformed> + Display + PartialEq + std::fmt::Debug>(text: &str) {
    match text.parse::<T>() {
        Ok(value) => assert_eq!(value.to_string().parse::<T>().as_ref(), Ok(&value)),
        Err(refusal) => assert!(refusal.to_string().chars().count() <= REASON_MAX, "{refusal}"),
    }
}

/// The calendar of ours, for times as we write them, against the library that reads all other spellings.
fn agrees_with_the_library(text: &str) {
    let ours = text.parse::<Timestamp>();
    let Ok(theirs) = text.parse::<jiff::Timestamp>() else { return };
    let theirs = Timestamp(theirs.as_microsecond());
    // The library knows years before the first that RFC 3339 can write.
    assert!(ours == Ok(theirs) || theirs < Timestamp::MIN, "{text}: {ours:?}, but the library says {theirs}");
}

fn as_json(text: &str) {
    fn holds<T>(text: &str)
    where
        T: serde::de::DeserializeOwned + serde::Serialize + PartialEq + std::fmt::Debug,
    {
        let Ok(value) = serde_json::from_str::<T>(text) else { return };
        let written = serde_json::to_string(&value).unwrap_or_default();
        assert_eq!(serde_json::from_str::<T>(&written).ok(), Some(value), "{text}");
    }
    holds::<Money>(text);
    holds::<Quantity>(text);
    holds::<EventId>(text);
    holds::<Token>(text);
    holds::<events_schema::Line>(text);
    holds::<events_schema::Payment>(text);
}

/// Times and amounts out of the way, and the names of places.
fn as_numbers(bytes: &[u8]) {
    let mut rest = bytes;
    let number = i64::from_le_bytes(std::array::from_fn(|_| byte(&mut rest)));
    let (time, partition) = (Timestamp(number), u16::from(byte(&mut rest)));
    let written = time.clamp(Timestamp::MIN, Timestamp::MAX);
    assert_eq!(time.to_string().parse(), Ok(written));
    let _ = (time.as_millis(), Timestamp::from_millis(number), Money::new(number, Currency::EUR).to_string());
    let _ = (time + time.until(Timestamp::MAX), time - Timestamp::MIN.until(time));
    for topic in Topic::ALL {
        let place = Place { topic, partition, offset: number };
        assert_eq!(place.to_string().parse(), Ok(place));
        assert_eq!(place.as_key().as_str().split('.').next(), Some(topic.name()));
    }
}

/// A reason stands in the log for ever: no number as long as a card's.
fn masks_long_numbers(text: &str) {
    let reason = Malformed::new(text).to_string();
    let longest = reason.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
    assert!(longest.unwrap_or(0) < 12 && reason.chars().count() <= REASON_MAX, "{reason}");
}
