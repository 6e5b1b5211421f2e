//! Event ids: derived, never drawn, so that deciding the same input twice gives the same id.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use uuid::Uuid;

use crate::{Key, Place};

/// Who said an event.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Source {
    /// A person with `orderctl`.
    Cli,
    /// The gateway.
    Gateway,
    /// The order service.
    Order,
    /// The inventory service.
    Inventory,
    /// The payment service.
    Payment,
}

impl Source {
    /// All sources.
    pub const ALL: [Source; 5] =
        [Source::Cli, Source::Gateway, Source::Order, Source::Inventory, Source::Payment];

    /// The name on the wire: also the consumer group, container and metric label of a service.
    pub const fn name(self) -> &'static str {
        match self {
            Source::Cli => "cli",
            Source::Gateway => "gateway",
            Source::Order => "order",
            Source::Inventory => "inventory",
            Source::Payment => "payment",
        }
    }

    /// The source of this name.
    pub fn from_name(name: &str) -> Option<Source> {
        Source::ALL.into_iter().find(|source| source.name() == name)
    }

    /// The UUIDv5 namespace of the events it emits: UUIDv5 over the URL namespace and `urn:orders:<name>`.
    fn namespace(self) -> [u8; 16] {
        static SPACES: std::sync::OnceLock<[[u8; 16]; 5]> = std::sync::OnceLock::new();
        let spaces = SPACES.get_or_init(|| {
            Source::ALL.map(|source| {
                uuid_v5(Uuid::NAMESPACE_URL.as_bytes(), format!("urn:orders:{}", source.name()).as_bytes())
                    .into_bytes()
            })
        });
        spaces[self as usize]
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The id of an event, unique; ours are UUIDv5, an outsider's may be any [`Key`].
///
/// Ours is the UUIDv5 of the emitter's namespace and the UTF-8 of one of
/// - `<topic>/<partition>/<offset>/<type>/<ordinal>` for what a consumed record caused (place of the record, topic
///   without prefix, numbers in decimal),
/// - `<id>/<type>/<ordinal>` for what a deadline or a provider's answer caused (id of the own fact it belongs to),
///
/// where `type` is the emitted event's and `ordinal` counts the facts of one decision from 0. An outsider's event
/// without an id gets `<topic>/<partition>/<offset>` in the namespace of its consumer's source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct EventId(Key);

impl EventId {
    /// The id of the `ordinal`-th fact that `emitter` said about the record at `place`.
    pub fn of_record(emitter: Source, place: Place, event: &str, ordinal: usize) -> EventId {
        let Place { topic, partition, offset } = place;
        EventId::derived(emitter, format_args!("{topic}/{partition}/{offset}/{event}/{ordinal}"))
    }

    /// The id of the `ordinal`-th fact that `emitter` said when something its own fact `cause` awaited came about.
    pub fn of_fact(emitter: Source, cause: EventId, event: &str, ordinal: usize) -> EventId {
        EventId::derived(emitter, format_args!("{cause}/{event}/{ordinal}"))
    }

    /// The id of an outsider's record that brought none.
    pub fn of_place(place: Place) -> EventId {
        let Place { topic, partition, offset } = place;
        EventId::derived(Source::Cli, format_args!("{topic}/{partition}/{offset}"))
    }

    fn derived(emitter: Source, name: fmt::Arguments<'_>) -> EventId {
        let mut text = Name::default();
        let _ = fmt::Write::write_fmt(&mut text, name);
        EventId::from(uuid_v5(&emitter.namespace(), text.as_bytes()))
    }

    /// The id as a subject: what an order without any id is called.
    pub fn as_key(&self) -> Key {
        self.0
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl From<Uuid> for EventId {
    fn from(uuid: Uuid) -> EventId {
        let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
        uuid.hyphenated().encode_lower(&mut text);
        EventId(Key::from_bytes(&text).unwrap_or_else(|_| unreachable!("hex digits and dashes make a key")))
    }
}

impl From<Key> for EventId {
    fn from(key: Key) -> EventId {
        EventId(key)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A name under construction, on the stack: ids are made once per fact and must not allocate.
struct Name {
    text: [u8; 192],
    len: usize,
}

impl Default for Name {
    fn default() -> Name {
        Name { text: [0; 192], len: 0 }
    }
}

impl Name {
    fn as_bytes(&self) -> &[u8] {
        &self.text[..self.len]
    }
}

impl fmt::Write for Name {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.text.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// RFC 9562 version 5, over `sha1` because it uses the processor's SHA instructions.
fn uuid_v5(namespace: &[u8; 16], name: &[u8]) -> Uuid {
    let digest = Sha1::new().chain_update(namespace).chain_update(name).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_sha1_bytes(bytes).into_uuid()
}
