//! A cluster that answers: who its brokers are, and which topics of the contract it has.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use events_schema::{Key, Topic, partition_of};
use rdkafka::{
    consumer::{BaseConsumer, Consumer},
    metadata::Metadata,
};

use super::{Shard, client, client::Quiet, probe};
use crate::{clock, exit::Failure, settings::Settings};

/// A cluster that was asked and has answered.
pub struct Cluster {
    /// Where it is, and how to talk to it.
    pub settings: Settings,
    /// The addresses its brokers advertise.
    pub advertised: Vec<String>,
    /// How long the first answer took.
    pub answered_in: Duration,
    pub(super) asker: BaseConsumer<Quiet>,
    topics: BTreeMap<Topic, u16>,
}

/// The longest wait for a mere connection.
const KNOCK: Duration = Duration::from_secs(3);

impl Cluster {
    /// Asks the brokers who they are. Fails with [`Failure::Unreachable`] and the reason.
    pub fn reach(settings: &Settings) -> Result<Cluster, Failure> {
        let since = clock::instant();
        let knock = KNOCK.min(settings.timeout);
        probe::any_listens(&settings.brokers, knock)
            .map_err(|reasons| nobody_listens(&settings.brokers, &reasons))?;
        let asker: BaseConsumer<Quiet> = client::consumer(settings)
            .create_with_context(Quiet)
            .map_err(|error| Failure::Layout(format!("the Kafka client refuses its settings: {error}")))?;
        let metadata =
            asker.fetch_metadata(None, settings.timeout.min(Duration::from_secs(10))).map_err(|error| {
                let what = "listens but does not answer as Kafka";
                Failure::Unreachable(format!(
                    "{} {what} ({error}); TLS or another service there?",
                    settings.brokers
                ))
            })?;
        let cluster = Cluster::answered(settings, asker, &metadata, since);
        cluster.check_advertised(knock)?;
        Ok(cluster)
    }

    fn answered(
        settings: &Settings,
        asker: BaseConsumer<Quiet>,
        metadata: &Metadata,
        since: Instant,
    ) -> Cluster {
        let advertised =
            metadata.brokers().iter().map(|broker| format!("{}:{}", broker.host(), broker.port()));
        let topics =
            metadata.topics().iter().filter(|topic| !topic.partitions().is_empty()).filter_map(|topic| {
                let name = topic.name().strip_prefix(settings.prefix.as_str())?;
                Some((Topic::from_name(name)?, u16::try_from(topic.partitions().len()).ok()?))
            });
        Cluster {
            settings: settings.clone(),
            advertised: advertised.collect(),
            answered_in: since.elapsed(),
            topics: topics.collect(),
            asker,
        }
    }

    fn check_advertised(&self, patience: Duration) -> Result<(), Failure> {
        let asked: Vec<String> =
            self.settings.brokers.split(',').map(|broker| probe::with_port(broker.trim())).collect();
        for address in self.advertised.iter().filter(|address| !asked.contains(address)) {
            if probe::knock(address, patience).is_err() {
                return Err(Failure::Unreachable(format!(
                    "{} advertises {address}, which this host cannot reach; use the external listener",
                    self.settings.brokers
                )));
            }
        }
        Ok(())
    }

    /// The topics of the contract that exist, with their numbers of partitions.
    pub fn topics(&self) -> &BTreeMap<Topic, u16> {
        &self.topics
    }

    /// The name of a topic on the broker.
    pub fn name_of(&self, topic: Topic) -> String {
        format!("{}{topic}", self.settings.prefix)
    }

    /// The number of partitions of a topic; fails with [`Failure::Layout`] if it is missing.
    pub fn partitions(&self, topic: Topic) -> Result<u16, Failure> {
        self.topics.get(&topic).copied().ok_or_else(|| {
            Failure::Layout(format!("topic {} is missing; create all: orderctl init", self.name_of(topic)))
        })
    }

    /// The partition a key lives on.
    pub fn home_of(&self, topic: Topic, key: &Key) -> Result<u16, Failure> {
        Ok(partition_of(key, self.partitions(topic)?))
    }

    /// All partitions of these topics.
    pub fn shards(&self, topics: &[Topic]) -> Result<Vec<Shard>, Failure> {
        let mut shards = Vec::new();
        for topic in topics {
            shards.extend((0..self.partitions(*topic)?).map(|partition| (*topic, partition)));
        }
        Ok(shards)
    }

    /// The client for questions that this type has no method for.
    pub fn client(&self) -> &BaseConsumer<Quiet> {
        &self.asker
    }
}

fn nobody_listens(brokers: &str, reasons: &[(String, String)]) -> Failure {
    let remedy = "Start one: docker compose up -d, or scripts/kafka up. Or try: orderctl demo";
    match reasons {
        [] => Failure::Usage(format!("--brokers {brokers:?} names no broker; give HOST:PORT")),
        [(address, reason)] => Failure::Unreachable(format!("no Kafka at {address} ({reason}). {remedy}")),
        several => {
            let each: Vec<String> =
                several.iter().map(|(address, reason)| format!("{address} ({reason})")).collect();
            Failure::Unreachable(format!("no Kafka at {}. {remedy}", each.join(" or ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_connection_is_told_with_the_ways_out() {
        let refused = [("localhost:19092".to_owned(), "connection refused".to_owned())];
        assert_eq!(
            nobody_listens("localhost:19092", &refused).to_string(),
            "no Kafka at localhost:19092 (connection refused). \
             Start one: docker compose up -d, or scripts/kafka up. Or try: orderctl demo"
        );
    }
}
