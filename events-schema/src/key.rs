//! `Key`: the subject of an event, and the key of its record.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Malformed;

/// An order id, SKU or customer id: 1 to 64 of `A-Z a-z 0-9 . _ -`.
///
/// Inline and `Copy`, so that neither a lifetime nor the heap reaches a service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    text: [u8; Key::MAX],
    len: u8,
}

impl Key {
    /// The longest key, in bytes.
    pub const MAX: usize = 64;

    /// Reads a key from bytes as they stand on the wire.
    pub fn from_bytes(bytes: &[u8]) -> Result<Key, Malformed> {
        if bytes.is_empty() || bytes.len() > Key::MAX {
            return Err(Malformed::new(format!(
                "a key has 1 to {} characters, this one has {}",
                Key::MAX,
                bytes.len()
            )));
        }
        if !bytes.iter().fold(true, |all, byte| all & MAY_STAND[usize::from(*byte)]) {
            return Err(Malformed::new(format!("a key is made of A-Z a-z 0-9 . _ - only{}", unlike(bytes))));
        }
        let mut text = [0; Key::MAX];
        text[..bytes.len()].copy_from_slice(bytes);
        Ok(Key { text, len: bytes.len() as u8 })
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The key as the bytes of a record's key.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text[..usize::from(self.len)]
    }
}

/// Whether a byte may stand in a key. A table: keys are read several times an event.
const MAY_STAND: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'.' | b'_' | b'-');
        byte += 1;
    }
    table
};

/// What may not stand there: the character alone, since the rest may be a secret in the wrong place.
fn unlike(bytes: &[u8]) -> String {
    let stranger = |c: &char| !c.is_ascii() || !MAY_STAND[*c as usize];
    let first = std::str::from_utf8(bytes).ok().and_then(|text| text.chars().find(stranger));
    first.map(|c| format!(", not {c:?}")).unwrap_or_else(|| ", and this is not even UTF-8".to_owned())
}

impl FromStr for Key {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Key, Malformed> {
        Key::from_bytes(text.as_bytes())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Key, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Key;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("1 to 64 of A-Z a-z 0-9 . _ -")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Key, E> {
                text.parse().map_err(E::custom)
            }
        }
        from.deserialize_str(Text)
    }
}

impl JsonSchema for Key {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Key".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$",
            "description": "An order id, SKU or customer id."
        })
    }
}
