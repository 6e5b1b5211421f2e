//! The log as this program sees it: a cluster that answers, ranges to read, records to write.

mod client;
mod cluster;
mod probe;
mod progress;
mod range;
mod reader;
mod writer;

pub use client::{Quiet, admin, group_consumer};
pub use cluster::Cluster;
pub use range::{Begin, End, Range};
pub use reader::{Polled, Reader};
pub use writer::{Delivered, Writer};

/// One partition of one topic.
pub type Shard = (events_schema::Topic, u16);
