//! `Event` and `Fact`: one kind of event, and all kinds one service emits.

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Heard, Key, Malformed, Record, Topic};

/// One kind of event: its data, its name and the topics it stands on.
pub trait Event: Serialize + DeserializeOwned + JsonSchema + 'static {
    /// The name, as on the wire.
    const TYPE: &'static str;
    /// Where it is first written, then where copies of it go.
    const TOPICS: &'static [Topic];
    /// The newest version of its data; readers refuse later ones.
    const VERSION: u16 = 1;
}

/// Everything one writer says: an enum with one variant per event, named as the event.
pub trait Fact: Sized + 'static {
    /// The name of this fact's event.
    fn event(&self) -> &'static str;
    /// The topic this fact is first written to.
    fn topic(&self) -> Topic;
    /// Appends the fact's data as JSON.
    fn write_data(&self, out: &mut Vec<u8>);
    /// Reads a record whose type is `kind`; `None`: not a fact of this enum (a newer version of us may have said it).
    fn read(kind: &str, record: &Record<'_>) -> Result<Option<Heard<Self>>, Malformed>;
    /// The names of all facts.
    fn names() -> &'static [&'static str];
}

/// A fact and what it is about.
#[derive(Clone, PartialEq, Debug)]
pub struct Said<F> {
    /// The order, SKU or customer.
    pub subject: Key,
    /// What is said of it.
    pub fact: F,
}

/// Declares the events of one writer: `enum OrderFact { OrderAccepted on Orders, … }` over payload types of the same
/// names. It spares the fourth and fifth repetition of every name; the payloads are plain structs, found by search.
macro_rules! events {
    ($(#[$doc:meta])* pub enum $name:ident { $($event:ident on $($topic:ident),+;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Debug)]
        #[allow(clippy::large_enum_variant, reason = "facts are written at once; a box for each would cost more")]
        pub enum $name {
            $(#[doc = concat!("See [`", stringify!($event), "`].")] $event($event),)+
        }

        $(
            impl $crate::Event for $event {
                const TYPE: &'static str = stringify!($event);
                const TOPICS: &'static [$crate::Topic] = &[$($crate::Topic::$topic),+];
            }

            impl From<$event> for $name {
                fn from(event: $event) -> $name {
                    $name::$event(event)
                }
            }
        )+

        impl $crate::Fact for $name {
            fn event(&self) -> &'static str {
                match self { $($name::$event(_) => stringify!($event),)+ }
            }

            fn topic(&self) -> $crate::Topic {
                match self { $($name::$event(_) => <$event as $crate::Event>::TOPICS[0],)+ }
            }

            fn write_data(&self, out: &mut Vec<u8>) {
                // Writing our own types into memory fails only by running out of it.
                let _ = match self { $($name::$event(data) => serde_json::to_writer(out, data),)+ };
            }

            fn read(
                kind: &str,
                record: &$crate::Record<'_>,
            ) -> Result<Option<$crate::Heard<$name>>, $crate::Malformed> {
                match kind {
                    $(stringify!($event) => {
                        $crate::read::<$event>(record).map(|heard| Some(heard.map($name::$event)))
                    })+
                    _ => Ok(None),
                }
            }

            fn names() -> &'static [&'static str] {
                &[$(stringify!($event)),+]
            }
        }

        impl $name {
            /// Each event's name, topics and the JSON Schema of its data.
            pub(crate) fn schemas(to: &mut Vec<$crate::schema::Described>) {
                $(to.push($crate::schema::Described::of::<$event>());)+
            }
        }
    };
}
pub(crate) use events;
