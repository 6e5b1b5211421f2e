//! What all our clients have in common: settings, and where librdkafka's own log goes.

use std::{
    collections::HashSet,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rdkafka::{
    ClientConfig, ClientContext, TopicPartitionList,
    config::{FromClientConfigAndContext, RDKafkaLogLevel},
    consumer::{BaseConsumer, Consumer, ConsumerContext},
    error::{KafkaError, RDKafkaErrorCode},
    message::{DeliveryResult, Message},
    producer::ProducerContext,
    types::RDKafkaRespErr,
};

use super::{
    lease::Change,
    settings::{Settings, principal},
    statistics,
};
use crate::{Fatal, Metrics};

/// So many different lines of librdkafka are remembered as said.
const REMEMBERED_LINES: usize = 64;

/// What every client of ours starts from.
pub(super) fn base(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers);
    config.set("client.id", "orders");
    config.set("enable.metrics.push", "false");
    config.set("allow.auto.create.topics", "false");
    config.set("reconnect.backoff.max.ms", "2000");
    config.set_log_level(RDKafkaLogLevel::Info);
    config
}

/// A consumer that only asks for metadata and offsets, those of open transactions included.
pub(super) fn probe(brokers: &str, properties: &[(String, String)]) -> ClientConfig {
    let mut config = base(brokers);
    config.set("isolation.level", "read_uncommitted");
    config.extend(properties.iter().cloned());
    config
}

/// The group consumer that holds the leases. It never fetches, so its isolation matters only for the ends of logs it
/// is asked for: those must include open transactions.
pub(super) fn lease(settings: &Settings) -> ClientConfig {
    let mut config = consumer(settings);
    config.set("group.instance.id", settings.identity());
    config.set("isolation.level", "read_uncommitted");
    config.set("partition.assignment.strategy", "cooperative-sticky");
    config.set("session.timeout.ms", millis(settings.session_timeout));
    config.set("heartbeat.interval.ms", (settings.session_timeout.as_millis() / 5).max(100).to_string());
    // Also how long a join is waited for, by us and by the coordinator. One that was under way when a broker died may
    // never be answered: five minutes, as by default, are too long for the orders.
    config.set("max.poll.interval.ms", millis(settings.session_timeout * 3));
    config.set("auto.offset.reset", "earliest");
    with_overrides(config, settings)
}

/// The consumer that reads. It names the group only to ask for its offsets, and to be allowed to be assigned.
pub(super) fn reader(settings: &Settings) -> ClientConfig {
    let mut config = consumer(settings);
    config.set("isolation.level", "read_committed");
    config.set("enable.partition.eof", "true");
    // A log that begins after the offset we want is for an operator to see, not to be stepped over.
    config.set("auto.offset.reset", "error");
    // A few turns ahead: what lies longer is cold when it is taken, and memory.
    config.set("queued.min.messages", "10000");
    config.set("fetch.wait.max.ms", "50");
    config.set("fetch.queue.backoff.ms", "5");
    config.set("fetch.error.backoff.ms", "50");
    config.set("check.crcs", "false");
    with_overrides(config, settings)
}

/// The transactional producer.
pub(super) fn producer(settings: &Settings) -> ClientConfig {
    let mut config = base(&settings.brokers);
    config.set("transactional.id", settings.identity());
    config.set("transaction.timeout.ms", millis(settings.transaction_timeout));
    config.set("delivery.report.only.error", "true");
    config.set("linger.ms", "5");
    config.set("batch.size", "1000000");
    config.set("queue.buffering.max.messages", "1000000");
    config.set("retry.backoff.ms", "5");
    config.set("message.max.bytes", "4194304");
    config.set("compression.type", "lz4");
    if settings.metrics.are_read() {
        config.set("statistics.interval.ms", statistics::EVERY_MS);
    }
    with_overrides(config, settings)
}

fn consumer(settings: &Settings) -> ClientConfig {
    let mut config = base(&settings.brokers);
    config.set("group.id", settings.group_id());
    config.set("group.protocol", "classic");
    config.set("enable.auto.commit", "false");
    config.set("enable.auto.offset.store", "false");
    config
}

fn with_overrides(mut config: ClientConfig, settings: &Settings) -> ClientConfig {
    config.extend(settings.overrides.iter().cloned());
    config
}

fn millis(span: Duration) -> String {
    span.as_millis().to_string()
}

/// Makes a client.
pub(super) fn create<T: FromClientConfigAndContext<Context>>(
    config: &ClientConfig,
    context: Context,
) -> Result<T, Fatal> {
    config.create_with_context(context).map_err(broken)
}

/// Why a client could not be made: a setting it refuses, mostly an operator's.
pub(super) fn broken(error: KafkaError) -> Fatal {
    Fatal::Misconfigured(format!("the Kafka client refuses its settings: {error}"))
}

/// What a client tells us outside its answers.
#[derive(Default)]
pub(super) struct Context {
    said: Mutex<HashSet<String>>,
    failure: Mutex<Option<(String, Instant)>>,
    undelivered: Mutex<Option<String>>,
    changes: Mutex<Vec<Change>>,
    told: Option<Told>,
    /// Who we are to the broker.
    principal: String,
    /// What the broker does not let us do, in its words; and why it does not let us in.
    denied: Mutex<Option<String>>,
    refused: Mutex<Option<String>>,
    closing: AtomicBool,
    answered: AtomicBool,
}

/// Where a worker's client tells its figures.
struct Told {
    client: &'static str,
    worker: u16,
    metrics: Metrics,
}

impl Context {
    /// Of a worker's lease, reader or producer.
    pub(super) fn of(client: &'static str, settings: &Settings) -> Context {
        let told = Told { client, worker: settings.worker, metrics: settings.metrics.clone() };
        Context { told: Some(told), ..Context::with(&settings.overrides) }
    }

    /// Of a client with these settings.
    pub(super) fn with(properties: &[(String, String)]) -> Context {
        Context { principal: principal(properties), ..Context::default() }
    }

    /// The broker does not let us do something.
    pub(super) fn deny(&self, what: &str) {
        *locked(&self.denied) = Some(what.to_owned());
    }

    /// What the broker does not let us do, with what helps.
    pub(super) fn take_denied(&self) -> Option<Fatal> {
        let what = locked(&self.denied).take()?;
        Some(Fatal::Misconfigured(format!(
            "{}: {what}. Whoever owns a topic writes it; the rules a broker needs: orderctl topics acl",
            self.principal
        )))
    }

    /// Why the broker does not let us in.
    pub(super) fn refused(&self) -> Option<Fatal> {
        let why = locked(&self.refused).clone()?;
        let who = &self.principal;
        Some(Fatal::Misconfigured(format!(
            "the broker does not let {who} in: {why}. Set -X sasl.*, or ssl.*"
        )))
    }

    /// Why the last connection failed, in the system's words.
    pub(super) fn last_failure(&self) -> Option<String> {
        locked(&self.failure).as_ref().map(|(reason, _)| reason.clone())
    }

    /// Whether a connection failed within this span.
    pub(super) fn failed_within(&self, span: Duration) -> bool {
        locked(&self.failure).as_ref().is_some_and(|(_, at)| at.elapsed() < span)
    }

    /// Why the first record since the last call was not delivered.
    pub(super) fn take_undelivered(&self) -> Option<String> {
        locked(&self.undelivered).take()
    }

    /// How the leases changed since the last call.
    pub(super) fn take_changes(&self) -> Vec<Change> {
        std::mem::take(&mut *locked(&self.changes))
    }

    /// Whether leases were lost that nobody has taken note of.
    pub(super) fn has_lost(&self) -> bool {
        locked(&self.changes).iter().any(|change| matches!(change, Change::Lost(_)))
    }

    /// The group consumer is about to be dropped.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
    }

    /// Says a line of librdkafka, at its level the first time and at debug when it is said again.
    pub(super) fn say(&self, level: RDKafkaLogLevel, line: &str) {
        if let Some(what) = denied_in(line) {
            self.deny(what);
        }
        if let Some(reason) = failure_in(line) {
            #[expect(clippy::disallowed_methods, reason = "how long ago a connection failed, at the edge")]
            let now = Instant::now();
            *locked(&self.failure) = Some((reason, now));
        }
        let mut said = locked(&self.said);
        if said.len() >= REMEMBERED_LINES {
            said.clear();
        }
        // Without digits: ports, durations and counts differ from one repetition to the next.
        if !said.insert(line.chars().filter(|c| !c.is_ascii_digit()).collect()) {
            tracing::debug!(target: "kafka", "{line}");
        } else if level as i32 <= RDKafkaLogLevel::Warning as i32 {
            tracing::warn!(target: "kafka", "{line} (said once)");
        } else {
            tracing::debug!(target: "kafka", "{line}");
        }
    }
}

/// The system's reason in a line like `…: Connect to ipv4#127.0.0.1:9 failed: Connection refused (after 0ms…)`.
fn failure_in(line: &str) -> Option<String> {
    // A broker that dies disconnects; where others stand in, or a proxy stands before it, nothing is refused then.
    let disconnected = || line.find("Disconnected").map(|at| &line[at..]);
    let rest = match line.split_once(" failed: ").map(|(_, rest)| rest).or_else(disconnected) {
        Some(rest) => rest,
        None => line.split_once("Failed to resolve '")?.1.split_once("': ")?.1,
    };
    let reason = rest.split(" (").next().unwrap_or(rest).trim_end_matches('.');
    Some(reason.to_lowercase())
}

/// What is denied in a line like `[thrd:…]: …: Failed to add partition "orders" [0] to transaction: Broker: Topic
/// authorization failed`: the transaction's own error does not name the topic.
fn denied_in(line: &str) -> Option<&str> {
    line.contains("authorization failed").then_some(())?;
    line.find("Failed to add partition \"").map(|at| &line[at..])
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, _facility: &str, line: &str) {
        self.say(level, line);
    }

    fn stats_raw(&self, json: &[u8]) {
        let Some(Told { worker, metrics, .. }) = &self.told else { return };
        match statistics::read(json) {
            Ok(queued) => metrics.queued(*worker, queued),
            Err(error) => tracing::debug!(target: "kafka", "statistics: {error}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        if let Some(Told { client, metrics, .. }) = &self.told {
            metrics.kafka_error(client);
        }
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::Authentication) {
            *locked(&self.refused) = Some(reason.to_owned());
        }
        self.say(RDKafkaLogLevel::Warning, &format!("{error}: {reason}"));
    }
}

impl ProducerContext for Context {
    type DeliveryOpaque = ();

    fn delivery(&self, delivery: &DeliveryResult<'_>, (): ()) {
        if let Err((error, message)) = delivery {
            let text = format!("a record for {}-{}: {error}", message.topic(), message.partition());
            if error.rdkafka_error_code() == Some(RDKafkaErrorCode::TopicAuthorizationFailed) {
                self.deny(&text);
            }
            locked(&self.undelivered).get_or_insert(text);
        }
    }
}

impl ConsumerContext for Context {
    /// Answers the group by itself instead of through the default, which asks the client for its protocol (always the
    /// cooperative one here) and then waits for ever if the group is closed already. Closing may leave two events, one
    /// from before; the first answer to either lets go of everything, and a second would wait for ever, too.
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Context>,
        event: RDKafkaRespErr,
        list: &mut TopicPartitionList,
    ) {
        if self.closing.load(Ordering::SeqCst) && self.answered.swap(true, Ordering::SeqCst) {
            return;
        }
        let (answer, change) = match event {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => {
                let answer = consumer.incremental_assign(list).and_then(|()| consumer.pause(list));
                (answer, Change::Gained(numbers(list)))
            }
            _ => (consumer.incremental_unassign(list), Change::Lost(numbers(list))),
        };
        if let Err(error) = answer {
            tracing::debug!(target: "kafka", "answer to a rebalance: {error}");
        }
        locked(&self.changes).push(change);
    }
}

fn numbers(partitions: &TopicPartitionList) -> Vec<u16> {
    partitions.elements().iter().filter_map(|element| u16::try_from(element.partition()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{denied_in, failure_in};

    #[test]
    fn a_topic_that_may_not_be_written_is_found_in_what_librdkafka_says() {
        let line = "[thrd:TxnCoordinator]: TxnCoordinator/1: Failed to add partition \"orders\" [0] to transaction: \
                    Broker: Topic authorization failed";
        let found =
            "Failed to add partition \"orders\" [0] to transaction: Broker: Topic authorization failed";
        assert_eq!(denied_in(line), Some(found));
        let other = "Failed to add partition \"orders\" [0] to transaction: Broker: Not coordinator";
        assert_eq!(denied_in(other), None);
    }

    #[test]
    fn the_systems_reason_is_found_in_what_librdkafka_says() {
        let refused = "[thrd:localhost:1/bootstrap]: localhost:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: \
                       Connection refused (after 0ms in state CONNECT)";
        let unresolved =
            "x:9092/bootstrap: Failed to resolve 'x:9092': Name or service not known (after 3ms)";
        assert_eq!(failure_in(refused).as_deref(), Some("connection refused"));
        assert_eq!(failure_in(unresolved).as_deref(), Some("name or service not known"));
        assert_eq!(failure_in("all is well"), None);
    }

    #[test]
    fn a_broker_that_disconnects_is_an_absence_too() {
        let closed = "[thrd:127.0.0.1:22703/1]: 127.0.0.1:22703/1: Disconnected: connection closed by peer: \
                      receive 0 after POLLIN (after 2164ms in state UP)";
        let reason = failure_in(closed);
        assert_eq!(
            reason.as_deref(),
            Some("disconnected: connection closed by peer: receive 0 after pollin")
        );
        let plain = "GroupCoordinator/1: Disconnected (after 812ms in state UP)";
        assert_eq!(failure_in(plain).as_deref(), Some("disconnected"));
    }
}
