//! Is a broker there, and are the topics laid out so that a task can be a partition number?

use std::{
    collections::BTreeMap,
    net::{TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

use events_schema::Topic;
use rdkafka::{
    consumer::{BaseConsumer, Consumer},
    metadata::Metadata,
};

use super::{client::Context, names::Names};
use crate::Fatal;

/// How long one question for metadata may take.
const QUESTION: Duration = Duration::from_secs(2);

/// Waits until a broker answers, at most so long, and says once that it waits.
pub(super) fn reach(client: &BaseConsumer<Context>, brokers: &str, patience: Duration) -> Result<(), Fatal> {
    let end = now() + patience;
    let mut said = false;
    loop {
        let left = end.saturating_duration_since(now());
        if let Ok(metadata) = client.fetch_metadata(None, left.min(QUESTION)) {
            return advertised(brokers, &metadata);
        }
        serve(client);
        if let Some(refused) = client.client().context().refused() {
            return Err(refused);
        }
        if now() >= end {
            return Err(unreachable(client, brokers));
        }
        if !said {
            tracing::warn!("no answer from Kafka at {brokers} yet; waiting for {} s", patience.as_secs());
            said = true;
        }
    }
}

/// The line for a broker that does not answer.
pub(super) fn unreachable(client: &BaseConsumer<Context>, brokers: &str) -> Fatal {
    let reason = client.client().context().last_failure().unwrap_or_else(|| "no answer".to_owned());
    Fatal::Unreachable(format!(
        "no Kafka at {brokers} ({reason}). Start one: docker compose up -d, or scripts/kafka up. Or try: orderctl demo"
    ))
}

/// A broker answers at one address and may send us to another that is not for us: the classic first failure.
fn advertised(brokers: &str, metadata: &Metadata) -> Result<(), Fatal> {
    let advertised: Vec<String> =
        metadata.brokers().iter().map(|b| format!("{}:{}", b.host(), b.port())).collect();
    let reachable = |address: &String| brokers.contains(address.as_str()) || connects(address);
    if advertised.is_empty() || advertised.iter().any(reachable) {
        return Ok(());
    }
    let (first, others) = (brokers.split(',').next().unwrap_or(brokers), advertised.join(", "));
    let text =
        format!("{first} advertises {others}, which this host cannot reach; use the external listener");
    Err(Fatal::Unreachable(text))
}

fn connects(address: &str) -> bool {
    let Ok(addresses) = address.to_socket_addrs() else { return false };
    addresses.into_iter().any(|address| TcpStream::connect_timeout(&address, QUESTION).is_ok())
}

/// Whether these topics are listed within so long, each partition with a leader: a broker that took a topic needs a
/// moment to tell it.
pub(super) fn appear<'a>(
    client: &BaseConsumer<Context>,
    names: impl Iterator<Item = &'a str> + Clone,
    patience: Duration,
) -> bool {
    let end = now() + patience;
    let led = |metadata: &Metadata, name: &str| {
        let found = metadata.topics().iter().find(|topic| topic.name() == name);
        found.is_some_and(|topic| topic.partitions().iter().all(|partition| partition.leader() >= 0))
    };
    loop {
        if client
            .fetch_metadata(None, QUESTION)
            .is_ok_and(|listed| names.clone().all(|name| led(&listed, name)))
        {
            return true;
        }
        if now() >= end {
            return false;
        }
        // Logs and errors of the client are served, and the broker is not asked again at once.
        client.poll(Duration::from_millis(20));
    }
}

/// The number of partitions that all topics have.
pub(super) fn partitions(
    client: &BaseConsumer<Context>,
    names: &Names,
    brokers: &str,
    patience: Duration,
) -> Result<u16, Fatal> {
    let metadata = client.fetch_metadata(None, patience).map_err(|_| unreachable(client, brokers))?;
    let counts: BTreeMap<&str, usize> =
        metadata.topics().iter().map(|topic| (topic.name(), topic.partitions().len())).collect();
    equal(&Topic::ALL.map(|topic| (names.of(topic), counts.get(names.of(topic)).copied())))
}

/// The first topic is the measure: it is the one that customers write to.
fn equal(topics: &[(&str, Option<usize>)]) -> Result<u16, Fatal> {
    let wrong = |text: String| Err(Fatal::Misconfigured(text));
    if let Some((name, _)) = topics.iter().find(|(_, count)| count.is_none_or(|count| count == 0)) {
        return wrong(format!("topic {name} is missing; create all: orderctl init"));
    }
    let Some((measure, Some(wanted))) = topics.first() else { return Ok(0) };
    for (name, count) in topics {
        let count = count.unwrap_or_default();
        if count != *wanted {
            return wrong(format!(
                "topic {name} has {count} partitions, {measure} has {wanted}; all must be equal"
            ));
        }
    }
    u16::try_from(*wanted)
        .or_else(|_| wrong(format!("topic {measure} has {wanted} partitions, more than 65535")))
}

/// Lets the client's log and its errors through, so that a failure has a reason.
fn serve(client: &BaseConsumer<Context>) {
    for _ in 0..32 {
        client.poll(Duration::ZERO);
    }
}

#[expect(clippy::disallowed_methods, reason = "an edge: how long a broker is waited for")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_topic_and_unequal_partitions_are_each_one_line_with_the_remedy() {
        let missing = equal(&[("checkout", Some(4)), ("orders", None)]).unwrap_err();
        assert_eq!(missing.to_string(), "topic orders is missing; create all: orderctl init");
        let unequal = equal(&[("checkout", Some(4)), ("payments", Some(6))]).unwrap_err();
        assert_eq!(unequal.to_string(), "topic payments has 6 partitions, checkout has 4; all must be equal");
        assert_eq!(equal(&[("checkout", Some(4)), ("orders", Some(4))]), Ok(4));
    }
}
