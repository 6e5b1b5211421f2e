//! The log as the auditor sees it: a cluster with all topics, a reader of everything, the services' positions.

mod client;
mod cluster;
mod groups;
mod reader;
mod secrets;

pub use cluster::Cluster;
pub(crate) use cluster::Ends;
pub(crate) use groups::{Groups, Taken};
pub use reader::Reader;
pub(crate) use secrets::Rotation;

/// One partition of one topic.
pub type Shard = (events_schema::Topic, u16);
