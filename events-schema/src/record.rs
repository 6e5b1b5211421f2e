//! A record where the client left it: not copied, not parsed.

use std::{fmt, str::FromStr};

use crate::{Key, Malformed, Timestamp, Topic};

/// Where a record stands: the one name of a record that nobody can give twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The topic.
    pub topic: Topic,
    /// The partition number.
    pub partition: u16,
    /// The offset.
    pub offset: i64,
}

impl fmt::Display for Place {
    /// `checkout-3@1234`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}@{}", self.topic, self.partition, self.offset)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Place {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Place, Malformed> {
        let wrong = || Malformed::new(format!("{text:?} is not a place like checkout-3@1234"));
        let (log, offset) = text.split_once('@').ok_or_else(wrong)?;
        let (topic, partition) = log.rsplit_once('-').ok_or_else(wrong)?;
        Ok(Place {
            topic: Topic::from_name(topic).ok_or_else(wrong)?,
            partition: partition.parse().map_err(|_| wrong())?,
            offset: offset.parse().map_err(|_| wrong())?,
        })
    }
}

impl Place {
    /// The place as a subject, for a record whose own subject cannot be known: `checkout.3.1234`.
    pub fn as_key(&self) -> Key {
        let text = format!("{}.{}.{}", self.topic, self.partition, self.offset);
        Key::from_bytes(text.as_bytes())
            .unwrap_or_else(|_| unreachable!("topic names, digits and dots make a key"))
    }
}

/// A record's headers, asked for only when the fast path fails.
pub trait Headers {
    /// The value of the first header of this name.
    fn get(&self, name: &str) -> Option<&[u8]>;
    /// All headers in their order.
    fn each(&self, visit: &mut dyn FnMut(&str, &[u8]));
}

/// A record without headers.
pub struct NoHeaders;

impl Headers for NoHeaders {
    fn get(&self, _: &str) -> Option<&[u8]> {
        None
    }
    fn each(&self, _: &mut dyn FnMut(&str, &[u8])) {}
}

/// A record's own headers, in their order.
pub type OwnedHeaders = Vec<(String, Vec<u8>)>;

impl Headers for OwnedHeaders {
    fn get(&self, name: &str) -> Option<&[u8]> {
        self.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_slice())
    }
    fn each(&self, visit: &mut dyn FnMut(&str, &[u8])) {
        self.iter().for_each(|(name, value)| visit(name, value));
    }
}

/// A record that was copied out of the client's buffer.
#[derive(Clone, PartialEq, Debug)]
pub struct OwnedRecord {
    /// Where it stands.
    pub place: Place,
    /// When it was written, by the record's timestamp.
    pub appended: Timestamp,
    /// The key's bytes.
    pub key: Option<Vec<u8>>,
    /// The value's bytes; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
    /// The headers.
    pub headers: OwnedHeaders,
}

impl OwnedRecord {
    /// The record, borrowed.
    pub fn as_record(&self) -> Record<'_> {
        Record {
            place: self.place,
            appended: self.appended,
            key: self.key.as_deref(),
            value: self.value.as_deref(),
            headers: &self.headers,
        }
    }
}

impl From<&Record<'_>> for OwnedRecord {
    fn from(record: &Record<'_>) -> OwnedRecord {
        let mut headers = OwnedHeaders::new();
        record.headers.each(&mut |name, value| headers.push((name.to_owned(), value.to_owned())));
        OwnedRecord {
            place: record.place,
            appended: record.appended,
            key: record.key.map(<[u8]>::to_vec),
            value: record.value.map(<[u8]>::to_vec),
            headers,
        }
    }
}

/// A borrowed record, as long as the client's buffer lives.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// Where it stands.
    pub place: Place,
    /// When it was written, by the record's timestamp.
    pub appended: Timestamp,
    /// The key's bytes.
    pub key: Option<&'a [u8]>,
    /// The value's bytes; `None` is a tombstone.
    pub value: Option<&'a [u8]>,
    /// The headers.
    pub headers: &'a dyn Headers,
}
