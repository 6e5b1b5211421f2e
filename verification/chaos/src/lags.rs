//! How far every service is: what it has consumed of what there is, and which transactions are open.

use std::{collections::BTreeMap, time::Duration};

use events_schema::{Source, Topic};
use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
};

use crate::{cluster::Cluster, onlooker::client, wishes::GOODS};
use rig::wait;

/// How long one question to a broker may take.
const QUESTION: Duration = Duration::from_secs(20);

type Partition = (Topic, u16);

/// Where one group is on one partition, and where that ends.
pub struct Lag {
    /// The group and the partition.
    pub name: String,
    /// The offset it will read next; 0 where it has committed none.
    pub next: i64,
    /// The end for readers of what is committed.
    pub stable: i64,
    /// The end.
    pub end: i64,
    at: Partition,
}

/// Where every group is.
pub fn all(cluster: &Cluster) -> Result<Vec<Lag>, String> {
    let ends = [true, false].map(|committed| ends(cluster, committed));
    let [stable, ends] = ends;
    let (stable, ends) = (stable.map_err(text)?, ends.map_err(text)?);
    let mut lags = Vec::new();
    for group in Source::SERVICES {
        let committed = positions(cluster, group).map_err(text)?;
        for (at, next) in committed {
            let (topic, partition) = at;
            let name = format!("{group} of {topic}-{partition}");
            lags.push(Lag { name, next, stable: stable[&at], end: ends[&at], at });
        }
    }
    Ok(lags)
}

/// Whether no transaction is open and every group has consumed every record; else who is behind.
pub fn settled(cluster: &Cluster) -> Result<(), String> {
    let lags = all(cluster)?;
    if let Some(open) = lags.iter().find(|lag| lag.stable < lag.end) {
        return Err(format!(
            "a transaction is open: {} is stable to {} of {}",
            open.name, open.stable, open.end
        ));
    }
    // Between a position and the end there may be markers of transactions, which nobody consumes.
    let consumer = client(&cluster.direct(), "chaos-lags", true).map_err(|error| error.to_string())?;
    for lag in lags.iter().filter(|lag| lag.next < lag.end) {
        if let Some(offset) = first_record(&consumer, lag).map_err(text)? {
            return Err(format!("{} is at {}, and there is a record at {offset}", lag.name, lag.next));
        }
    }
    Ok(())
}

fn first_record(consumer: &BaseConsumer, lag: &Lag) -> Result<Option<i64>, KafkaError> {
    let mut from = TopicPartitionList::new();
    let (topic, partition) = lag.at;
    from.add_partition_offset(topic.name(), partition.into(), Offset::Offset(lag.next))?;
    consumer.assign(&from)?;
    let since = wait::now();
    while since.elapsed() < QUESTION {
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => return Ok(Some(message.offset())),
            Some(Err(KafkaError::PartitionEOF(_))) => return Ok(None),
            Some(Err(error)) => return Err(error),
            None => {}
        }
    }
    Ok(Some(lag.next))
}

/// Whether all goods are published on every partition of the catalog.
pub fn published(cluster: &Cluster) -> Result<(), String> {
    let ends = ends(cluster, true).map_err(text)?;
    let catalog: i64 =
        ends.iter().filter(|((topic, _), _)| *topic == Topic::Catalog).map(|(_, end)| end).sum();
    let least = GOODS.len() as i64 * i64::from(cluster.partitions);
    if catalog >= least { Ok(()) } else { Err(format!("{catalog} of {least} products are in the catalog")) }
}

fn ends(cluster: &Cluster, committed: bool) -> Result<BTreeMap<Partition, i64>, KafkaError> {
    let consumer = client(&cluster.direct(), "chaos-lags", committed).map_err(|_| KafkaError::Canceled)?;
    let end = |(topic, partition): Partition| {
        let (_, end) = consumer.fetch_watermarks(topic.name(), partition.into(), QUESTION)?;
        Ok(((topic, partition), end))
    };
    everywhere(cluster, &Topic::ALL).map(end).collect()
}

fn positions(cluster: &Cluster, group: Source) -> Result<Vec<(Partition, i64)>, KafkaError> {
    let topics: Vec<Topic> = group.inputs().collect();
    let consumer = client(&cluster.direct(), group.name(), true).map_err(|_| KafkaError::Canceled)?;
    let mut asked = TopicPartitionList::new();
    for (topic, partition) in everywhere(cluster, &topics) {
        asked.add_partition(topic.name(), partition.into());
    }
    let found = consumer.committed_offsets(asked, QUESTION)?;
    let next = |(topic, partition): Partition| {
        let offset = found.find_partition(topic.name(), partition.into()).map(|element| element.offset());
        let next = if let Some(Offset::Offset(next)) = offset { next } else { 0 };
        ((topic, partition), next)
    };
    Ok(everywhere(cluster, &topics).map(next).collect())
}

fn everywhere(cluster: &Cluster, topics: &[Topic]) -> impl Iterator<Item = Partition> {
    let partitions = cluster.partitions;
    topics.iter().flat_map(move |topic| (0..partitions).map(move |partition| (*topic, partition)))
}

fn text(error: KafkaError) -> String {
    error.to_string()
}
