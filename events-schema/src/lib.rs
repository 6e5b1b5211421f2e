//! The contract: every event, value and topic of the order system, how they are written and how they are read.
//!
//! Nothing here does I/O, looks at a clock or knows a service. A record's value is one CloudEvents 1.0 event in
//! structured JSON; its key is the event's subject. What is written is strict ([`Envelope`]); what is read from topics
//! that people and other programs write is generous ([`read`](fn@read)).
#![forbid(unsafe_code)]

pub mod catalog;
pub mod checkout;
pub mod customers;
mod event;
mod id;
pub mod inventory;
mod key;
mod malformed;
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
mod values;
pub mod warehouse;
mod write;

pub use event::{Event, Fact, Said};
pub use id::{EventId, Source};
pub use key::Key;
pub use malformed::Malformed;
pub use partition::{murmur2, partition_of};
pub use read::{Heard, Opened, kind, open, peek_type, read};
pub use record::{Headers, NoHeaders, OwnedHeaders, OwnedRecord, Place, Record};
pub use time::Timestamp;
pub use topic::{Routing, Topic};
pub use values::{Currency, Line, Money, Payment, PaymentMethod, Quantity, Token, TraceParent};
pub use write::{Envelope, announce, forwarded};
