//! The topics as they must be on a broker: made by one command, checked by another.

use std::time::Duration;

use events_schema::Topic;
use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::BaseConsumer,
    error::RDKafkaErrorCode,
};

use super::{client, layout};
use crate::Fatal;

pub use super::check::{Finding, Severity, check};

/// The largest batch a topic takes unless it says otherwise: Kafka's own default, in bytes.
const USUAL_BYTES: usize = 1_048_588;
/// A parked record is a record of the usual size and the headers that say why it was set aside.
const PARKED_BYTES: usize = 2_097_152;
/// What a batch needs besides keys, values and headers, in bytes; generous.
pub(super) const FRAMING_BYTES: usize = 512;

/// Where the topics are, and how to talk to the brokers.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Where to ask first: `host:port`, several with commas.
    pub brokers: &'a str,
    /// What the topics' names begin with.
    pub prefix: &'a str,
    /// Settings of librdkafka that win over ours: security, mostly.
    pub properties: &'a [(String, String)],
    /// How long to wait.
    pub timeout: Duration,
}

impl<'a> Target<'a> {
    /// Without settings of its own.
    pub fn plain(brokers: &'a str, prefix: &'a str, timeout: Duration) -> Target<'a> {
        Target { brokers, prefix, properties: &[], timeout }
    }
}

/// A topic that is there after [`create`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Created {
    /// Which one.
    pub topic: Topic,
    /// Its name on the broker, prefix included.
    pub name: String,
    /// Whether it was made now; false if it was there before, as it was.
    pub new: bool,
}

/// Creates the topics of the contract that are missing, and leaves the others alone ([`check`] looks at those).
///
/// # Errors
/// [`Fatal::Unreachable`] if no broker answers within `timeout`, [`Fatal::Misconfigured`] if a broker refuses a topic.
pub fn create(at: Target<'_>, partitions: u16, replication: u16) -> Result<Vec<Created>, Fatal> {
    let Target { brokers, prefix, timeout, .. } = at;
    let probe = probe(at)?;
    layout::reach(&probe, brokers, timeout)?;
    let admin = admin(at)?;
    let wanted = Topic::ALL.map(|topic| (topic, format!("{prefix}{topic}"), settings(topic, replication)));
    let topics: Vec<NewTopic<'_>> = wanted
        .iter()
        .map(|(_, name, settings)| {
            let copies = TopicReplication::Fixed(i32::from(replication));
            settings.iter().fold(NewTopic::new(name, i32::from(partitions), copies), |topic, (key, value)| {
                topic.set(key, value)
            })
        })
        .collect();
    let options = AdminOptions::new().request_timeout(Some(timeout)).operation_timeout(Some(timeout));
    let late =
        |why: String| Fatal::Unreachable(format!("{brokers} did not create the topics in time: {why}"));
    let results =
        wait_for(admin.create_topics(&topics, &options))?.map_err(|error| late(error.to_string()))?;
    let created = wanted.iter().zip(results).map(|((topic, name, _), result)| created(*topic, name, result));
    let created = created.collect::<Result<Vec<Created>, Fatal>>()?;
    match layout::appear(&probe, created.iter().map(|topic| topic.name.as_str()), timeout) {
        true => Ok(created),
        false => Err(late("the broker took them, but does not list them".to_owned())),
    }
}

fn created(topic: Topic, name: &str, result: rdkafka::admin::TopicResult) -> Result<Created, Fatal> {
    let new = match result {
        Ok(_) => true,
        Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => false,
        Err((_, RDKafkaErrorCode::InvalidReplicationFactor)) => {
            let text =
                format!("topic {name} cannot be created: fewer brokers than copies; lower --replication");
            return Err(Fatal::Misconfigured(text));
        }
        Err((_, code)) => {
            return Err(Fatal::Misconfigured(format!("topic {name} cannot be created: {code}")));
        }
    };
    Ok(Created { topic, name: name.to_owned(), new })
}

/// What a topic must be set to. Everything but what customers asked for is kept for ever, or as the newest of a key.
pub(super) fn settings(topic: Topic, replication: u16) -> Vec<(&'static str, String)> {
    let mut settings = vec![("max.message.bytes", max_message_bytes(topic).to_string())];
    if topic.is_compacted() {
        settings.push(("cleanup.policy", "compact".to_owned()));
        settings.push(("delete.retention.ms", Duration::from_secs(24 * 3600).as_millis().to_string()));
    } else {
        settings.push(("cleanup.policy", "delete".to_owned()));
        settings
            .push(("retention.ms", topic.retention().map_or(-1, |kept| kept.as_millis() as i64).to_string()));
        settings.push(("retention.bytes", "-1".to_owned()));
    }
    if replication >= 3 {
        settings.push(("min.insync.replicas", "2".to_owned()));
    }
    settings
}

/// The largest batch a topic takes, in bytes.
pub(super) fn max_message_bytes(topic: Topic) -> usize {
    if topic.is_parked() { PARKED_BYTES } else { USUAL_BYTES }
}

/// A client that only asks.
pub(super) fn probe(at: Target<'_>) -> Result<BaseConsumer<client::Context>, Fatal> {
    client::create(&client::probe(at.brokers, at.properties), client::Context::with(at.properties))
}

pub(super) fn admin(at: Target<'_>) -> Result<AdminClient<DefaultClientContext>, Fatal> {
    let mut config = client::base(at.brokers);
    config.extend(at.properties.iter().cloned());
    config.create().map_err(client::broken)
}

/// Runs one admin call to its end: the client is asynchronous here, we are not.
pub(super) fn wait_for<F: Future>(call: F) -> Result<F::Output, Fatal> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| Fatal::Client(format!("no runtime for an admin call: {error}")))?;
    Ok(runtime.block_on(call))
}
