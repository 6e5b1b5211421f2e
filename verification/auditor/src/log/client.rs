//! The Kafka client's settings, and where its own log goes.

use rdkafka::{
    ClientConfig, ClientContext,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, ConsumerContext},
    error::KafkaError,
};

use super::secrets;
use crate::{Connection, Failure};

/// Sends librdkafka's own log to tracing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
                tracing::warn!(facility, "{message}");
            }
            _ => tracing::debug!(facility, "{message}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "librdkafka");
    }
}

impl ConsumerContext for Quiet {}

/// What a consumer gets to see.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sees {
    /// What is committed.
    Committed,
    /// Where open transactions have written, too. For offsets only: nothing is ever read with it.
    Written,
}

/// A consumer that is told what to read. The client wants a group's name even so; the group is never joined, since that
/// would take partitions from a service.
pub(crate) fn consumer(at: &Connection, group: &str, sees: Sees) -> Result<BaseConsumer<Quiet>, Failure> {
    let isolation = match sees {
        Sees::Committed => "read_committed",
        Sees::Written => "read_uncommitted",
    };
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &at.brokers)
        .set("client.id", "auditor")
        .set("allow.auto.create.topics", "false")
        .set("enable.metrics.push", "false")
        .set("group.id", format!("{}{group}", at.prefix))
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("enable.partition.eof", "true")
        .set("auto.offset.reset", "earliest")
        .set("queued.max.messages.kbytes", "16384")
        .set("fetch.wait.max.ms", "20")
        .set("fetch.queue.backoff.ms", "5");
    config.extend(secrets::resolved(&at.properties)?);
    // Not for anybody to change: a judge that reads what was aborted judges what never happened.
    config.set("isolation.level", isolation);
    config
        .create_with_context(Quiet)
        .map_err(|error| Failure::Layout(format!("the Kafka client refuses its settings: {error}")))
}
