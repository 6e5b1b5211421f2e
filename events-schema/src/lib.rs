//! The contract: every event, value and topic of the order system, how they are written and how they are read.
//!
//! Nothing here does I/O, looks at a clock or knows a service. A record's value is one CloudEvents 1.0 event in
//! structured JSON; its key is the event's subject.
//!
//! # Writing
//! Strict, one way: [`Envelope`]. `type` stands first, so that a reader can step over what it does not consume without
//! parsing it. Absent attributes are left out. Ids are derived ([`EventId`]), times have six decimals ([`Timestamp`]).
//! No headers.
//!
//! # Reading
//! - [`kind`] tells the type, in most cases by comparing bytes ([`peek_type`]), and says nothing about the rest: what
//!   is not consumed is not judged. An unknown type is no error.
//! - [`read()`] takes what we write in one typed pass. Anything else goes a slower way with the same outcome: other
//!   field orders, blanks, escapes, and on the topics of outsiders ([`Topic::is_outsiders`]) also binary mode (`ce_*`
//!   headers) and the least a person types, `{"type":"OrderPlaced","data":{…}}`. There an id is made from the record's
//!   place, the subject is the key, else `data.order_id`, else the id, and the time is the record's.
//! - Unknown attributes and fields are stepped over. A known one that stands there twice is refused. A malformed
//!   `traceparent`, `source` or `causationid` is none: they explain, but decide nothing.
//! - `dataschema` `urn:orders:<type>:<version>` of a version we do not know is refused; other schemas are ignored.
//! - In binary mode data must not begin with a field `type`: such a value is taken for a structured event.
//! - [`open()`] reads the envelope of any event, known or not, for tools. [`forwarded`] copies one to where it belongs.
//!
//! # Refusing
//! [`Malformed`] says for a person where it is wrong and what belongs there. It repeats no value that was found, since
//! reasons are kept for ever and a value in the wrong place may be a secret.
//!
//! # Changing
//! Add events and optional fields; never rename, retype or remove. `schemas/` holds every event's JSON Schema, made from
//! these types; `samples/` one event each, byte for byte as written. A sample is never changed: it stands for all that
//! is in the logs already. `released/` holds both as each version shipped them; the crate `contract` compares.
#![forbid(unsafe_code)]

pub mod catalog;
pub mod checkout;
mod civil;
pub mod customers;
mod event;
pub mod flow;
mod id;
pub mod inventory;
mod json;
mod key;
mod malformed;
mod open;
pub mod operations;
pub mod orders;
pub mod parking;
mod partition;
pub mod payments;
mod read;
mod record;
pub mod schema;
mod time;
mod topic;
mod trace;
mod values;
pub mod warehouse;
mod write;

pub use event::{Event, Fact, Said};
pub use id::{EventId, Source};
pub use key::Key;
pub use malformed::Malformed;
pub use open::{Opened, open};
pub use partition::{murmur2, partition_of};
pub use read::{Heard, kind, peek_type, read};
pub use record::{Headers, NoHeaders, OwnedHeaders, OwnedRecord, Place, Record};
pub use time::Timestamp;
pub use topic::{Routing, Topic};
pub use trace::TraceParent;
pub use values::{Currency, Customer, Line, Money, Payment, PaymentMethod, Quantity, Token};
pub use write::{Envelope, announce, forwarded, untraced};
