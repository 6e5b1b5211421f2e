//! `Frame`: a record as bytes, so that a fuzzer can turn every part of it.
//!
//! `topic, parts, [key length, key], [count, (name length, name, value length, value)…], value…`, lengths of one byte;
//! whatever is missing is empty.

use events_schema::{OwnedHeaders, OwnedRecord, Place, Timestamp, Topic};

/// When a framed record was appended.
pub const APPENDED: Timestamp = Timestamp(1_800_000_000_000_000);

const KEY: u8 = 1;
const HEADERS: u8 = 2;
const TOMBSTONE: u8 = 4;

/// What can be said of a record before it stands anywhere.
#[derive(Clone, PartialEq, Debug)]
pub struct Frame {
    /// The topic.
    pub topic: Topic,
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The headers.
    pub headers: OwnedHeaders,
    /// The value; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
}

impl Frame {
    /// A record of a value alone.
    pub fn of(topic: Topic, value: &[u8]) -> Frame {
        Frame { topic, key: None, headers: OwnedHeaders::new(), value: Some(value.to_vec()) }
    }

    /// Reads any bytes as a record.
    pub fn read(bytes: &[u8]) -> Frame {
        let mut rest = bytes;
        let topic = Topic::ALL[usize::from(byte(&mut rest)) % Topic::ALL.len()];
        let parts = byte(&mut rest);
        let key = (parts & KEY != 0).then(|| piece(&mut rest).to_vec());
        let mut headers = OwnedHeaders::new();
        let count = if parts & HEADERS != 0 { byte(&mut rest) % 16 } else { 0 };
        for _ in 0..count {
            let name = String::from_utf8_lossy(piece(&mut rest)).into_owned();
            headers.push((name, piece(&mut rest).to_vec()));
        }
        let value = (parts & TOMBSTONE == 0).then(|| rest.to_vec());
        Frame { topic, key, headers, value }
    }

    /// The bytes that are read as this record.
    pub fn write(&self) -> Vec<u8> {
        let parts = [(self.key.is_some(), KEY), (!self.headers.is_empty(), HEADERS)];
        let parts = parts.into_iter().chain([(self.value.is_none(), TOMBSTONE)]);
        let parts = parts.filter(|(is, _)| *is).fold(0, |all, (_, bit)| all | bit);
        let mut out = vec![self.topic as u8, parts];
        let put = |out: &mut Vec<u8>, piece: &[u8]| {
            out.push(piece.len().min(255) as u8);
            out.extend_from_slice(&piece[..piece.len().min(255)]);
        };
        self.key.iter().for_each(|key| put(&mut out, key));
        if !self.headers.is_empty() {
            out.push(self.headers.len().min(15) as u8);
        }
        for (name, value) in self.headers.iter().take(15) {
            put(&mut out, name.as_bytes());
            put(&mut out, value);
        }
        out.extend_from_slice(self.value.as_deref().unwrap_or_default());
        out
    }

    /// The record at this place.
    pub fn at(self, partition: u16, offset: i64) -> OwnedRecord {
        let Frame { topic, key, headers, value } = self;
        OwnedRecord { place: Place { topic, partition, offset }, appended: APPENDED, key, value, headers }
    }
}

/// The next byte; 0 when there is none.
pub(crate) fn byte(rest: &mut &[u8]) -> u8 {
    let Some((first, tail)) = rest.split_first() else { return 0 };
    *rest = tail;
    *first
}

/// The next piece: one byte says how long it is.
pub(crate) fn piece<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let long = usize::from(byte(rest)).min(rest.len());
    let (piece, tail) = rest.split_at(long);
    *rest = tail;
    piece
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let whole = Frame {
            topic: Topic::Operations,
            key: Some(b"o-1".to_vec()),
            headers: vec![("ce_type".to_owned(), b"OrderPlaced".to_vec())],
            value: Some(b"{}".to_vec()),
        };
        let tombstone = Frame { key: None, value: None, headers: Vec::new(), ..whole.clone() };
        for frame in [whole, tombstone, Frame::of(Topic::Checkout, b"")] {
            assert_eq!(Frame::read(&frame.write()), frame);
        }
    }
}
