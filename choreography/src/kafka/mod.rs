//! The log on Apache Kafka or whatever speaks its protocol: the ports [`Source`](crate::Source) and
//! [`Sink`](crate::Sink) over librdkafka.
//!
//! A worker has three clients. The **lease** is a group consumer that subscribes to the service's own topic only,
//! paused: owning partition *p* of it is the lease on task *p*. The **reader** has no subscription and is assigned
//! whatever the machine says. The **producer** is transactional, and commits offsets of all inputs under the lease's
//! membership, which is what the broker checks.

mod check;
mod client;
mod embedded;
mod ffi;
mod layout;
mod lease;
mod names;
mod producer;
mod reader;
pub mod secrets;
mod settings;
mod sink;
mod source;
mod statistics;
pub mod topics;
mod trouble;
mod watch;

pub use embedded::Embedded;
pub use settings::Settings;
pub use sink::KafkaSink;
pub use source::KafkaSource;
pub use watch::Watch;

use std::sync::Arc;

use crate::Fatal;

/// Connects one worker: checks that a broker answers and that the topics are as the contract wants them, then joins.
///
/// # Errors
/// [`Fatal::Unreachable`] if no broker answers within [`Settings::patience`], [`Fatal::Misconfigured`] if a topic is
/// missing or has another number of partitions, or if the client refuses a setting.
pub fn open(settings: Settings) -> Result<(KafkaSource, KafkaSink), Fatal> {
    let settings = Arc::new(Settings { overrides: secrets::resolved(&settings.overrides)?, ..settings });
    let watch = Watch::ending_the_process(settings.call_bound);
    let lease = Arc::new(lease::Lease::join(&settings, watch.clone())?);
    let source = KafkaSource::new(&settings, lease.clone(), watch.clone())?;
    Ok((source, KafkaSink::new(settings, lease, watch)?))
}
