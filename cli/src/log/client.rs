//! The Kafka client's settings, and where its own log goes.

use rdkafka::{
    ClientConfig, ClientContext,
    admin::AdminClient,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, ConsumerContext},
    error::{KafkaError, KafkaResult},
};

use crate::{exit::Failure, settings::Settings};

/// Sends librdkafka's own log to tracing: our error lines already say what matters of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "librdkafka");
    }
}

impl ConsumerContext for Quiet {}

/// What librdkafka says of itself, at debug; only what it calls an emergency is a warning.
pub fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
            tracing::warn!(facility, "{message}");
        }
        _ => tracing::debug!(facility, "{message}"),
    }
}

/// Settings of every client of ours.
fn base(settings: &Settings) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &settings.brokers)
        .set("client.id", "orderctl")
        .set("allow.auto.create.topics", "false")
        .set("enable.metrics.push", "false");
    config
}

/// What was given with -X has the last word.
fn overridden(mut config: ClientConfig, settings: &Settings) -> ClientConfig {
    for (name, value) in &settings.properties {
        config.set(name, value);
    }
    config
}

/// A client that asks brokers about themselves.
pub fn admin(settings: &Settings) -> Result<AdminClient<Quiet>, Failure> {
    overridden(base(settings), settings)
        .create_with_context(Quiet)
        .map_err(|error| Failure::of_client("starting an admin client", &error))
}

/// A consumer that is told what to read. The client wants a group's name even so; the group is never joined.
pub fn consumer(settings: &Settings) -> ClientConfig {
    let mut config = base(settings);
    config
        .set("group.id", format!("{}orderctl", settings.prefix))
        .set("isolation.level", "read_committed")
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("enable.partition.eof", "true")
        .set("auto.offset.reset", "earliest")
        .set("fetch.wait.max.ms", "20")
        .set("fetch.queue.backoff.ms", "5");
    overridden(config, settings)
}

/// A consumer that may ask for a group's offsets. It must never subscribe: that would take partitions from a service.
pub fn group_consumer(settings: &Settings, group: &str) -> KafkaResult<BaseConsumer<Quiet>> {
    consumer(settings).set("group.id", group).create_with_context(Quiet)
}

/// A producer that may repeat a record when an answer is lost, but writes at once: the client of an idempotent one waits
/// half a second for its identity. For events of which a second one changes nothing.
pub fn hasty_producer(settings: &Settings) -> ClientConfig {
    let mut config = producer(settings);
    config.set("enable.idempotence", "false");
    overridden(config, settings)
}

/// A producer whose records are neither lost nor doubled by its own retries.
pub fn producer(settings: &Settings) -> ClientConfig {
    let mut config = base(settings);
    // However short the wait for an ending is, a record gets the time a busy broker may take.
    let patience = settings.timeout.as_millis().clamp(5_000, 300_000);
    config
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("compression.type", "lz4")
        .set("linger.ms", "1")
        .set("partitioner", "murmur2_random")
        .set("message.timeout.ms", patience.to_string());
    overridden(config, settings)
}
