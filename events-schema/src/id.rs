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
                let mut digest = Digesting(Sha1::new().chain_update(Uuid::NAMESPACE_URL.as_bytes()));
                digest.0.update(format!("urn:orders:{source}"));
                digest.into_uuid().into_bytes()
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
/// without an id gets `<topic>/<partition>/<offset>` in the namespace of `cli`, so that all its readers agree on it.
/// No name can be taken for one of another shape: no part holds a slash, and no event is called a number.
///
/// `order` about `checkout-3@1234`: `checkout/3/1234/OrderAccepted/0` in `58e4d3bb-8a4b-5551-8b55-2ae3839cb02f`, which
/// is `afb4b072-6d4f-5fb2-969b-3b425bdab562`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(description = "The id of an event, unique; those of the services are UUIDv5.")]
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
        let mut digest = Digesting(Sha1::new().chain_update(emitter.namespace()));
        // The digest takes whatever is written; names, numbers and ids cannot fail to be formatted.
        let _ = fmt::Write::write_fmt(&mut digest, name);
        EventId::from(digest.into_uuid())
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

/// RFC 9562 version 5 of a name as it is formatted: no buffer, so no name is too long and nothing is allocated. Over
/// `sha1` because it uses the processor's SHA instructions.
struct Digesting(Sha1);

impl Digesting {
    fn into_uuid(self) -> Uuid {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0.finalize()[..16]);
        uuid::Builder::from_sha1_bytes(bytes).into_uuid()
    }
}

impl fmt::Write for Digesting {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}
