//! A cluster that answers and has every topic of the contract: how long its partitions are.

use std::{collections::BTreeMap, time::Duration};

use events_schema::Topic;
use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
    metadata::Metadata,
};

use super::{
    Shard,
    client::{self, Quiet, Sees},
};
use crate::{Connection, Failure, clock};

/// A broker that is there answers sooner.
const ANSWER: Duration = Duration::from_secs(10);

/// A cluster that was asked and has answered.
pub struct Cluster {
    pub(super) at: Connection,
    partitions: u16,
    committed: BaseConsumer<Quiet>,
    written: BaseConsumer<Quiet>,
}

/// How far the partitions reach, as asked at one moment.
pub(crate) struct Ends {
    /// What is committed, which is all that can be read.
    pub(crate) committed: BTreeMap<Shard, i64>,
    /// What was written, open transactions included.
    pub(crate) written: BTreeMap<Shard, i64>,
}

impl Ends {
    /// Partitions in which somebody has written what is not decided yet.
    pub(crate) fn hanging(&self) -> Vec<String> {
        let open = |(shard, end): &(&Shard, &i64)| self.committed.get(shard).is_none_or(|at| at < end);
        self.written
            .iter()
            .filter(open)
            .map(|((topic, partition), _)| format!("{topic}-{partition}"))
            .collect()
    }
}

impl Cluster {
    /// Asks the brokers who they are, and whether every topic is there. Fails with [`Failure::Unreachable`] or
    /// [`Failure::Layout`].
    pub fn reach(at: &Connection) -> Result<Cluster, Failure> {
        let committed = client::consumer(at, "auditor", Sees::Committed)?;
        let written = client::consumer(at, "auditor", Sees::Written)?;
        let metadata = committed
            .fetch_metadata(None, at.timeout.min(ANSWER))
            .map_err(|error| Failure::Unreachable(format!("no Kafka at {} ({error})", at.brokers)))?;
        let partitions = equal_partitions(&found(&metadata, &at.prefix), &at.prefix)?;
        Ok(Cluster { at: at.clone(), partitions, committed, written })
    }

    /// The same, asked by clients that are made anew.
    pub(crate) fn anew(&self) -> Result<Cluster, Failure> {
        Cluster::reach(&self.at)
    }

    /// Every partition of every topic.
    pub fn shards(&self) -> impl Iterator<Item = Shard> {
        let partitions = self.partitions;
        Topic::ALL.into_iter().flat_map(move |topic| (0..partitions).map(move |partition| (topic, partition)))
    }

    /// Where the partitions end now.
    pub(crate) fn ends(&self) -> Result<Ends, Failure> {
        let committed = self.offsets(&self.committed, Offset::End)?;
        Ok(Ends { committed, written: self.offsets(&self.written, Offset::End)? })
    }

    /// The oldest offsets that are still there.
    pub(crate) fn starts(&self) -> Result<BTreeMap<Shard, i64>, Failure> {
        self.offsets(&self.committed, Offset::Beginning)
    }

    /// One question to each broker, answering for all its partitions. Leaders move, so that it is asked again until all
    /// have answered.
    fn offsets(&self, asker: &BaseConsumer<Quiet>, at: Offset) -> Result<BTreeMap<Shard, i64>, Failure> {
        let since = clock::instant();
        loop {
            let asked = self.list(self.shards().map(|shard| (shard, at)))?;
            let answer = asker.offsets_for_times(asked, self.at.timeout).and_then(|found| {
                found.elements().iter().try_for_each(|element| element.error())?;
                Ok(found)
            });
            match answer {
                Ok(found) => return Ok(self.by_shard(&found)),
                Err(error) if is_leaderless(&error) && since.elapsed() < self.at.timeout => {
                    clock::pause(Duration::from_millis(50));
                }
                Err(error) => return Err(Failure::of_client("asking for offsets", &error)),
            }
        }
    }

    /// The offsets of a client's list; partitions without one are left out.
    pub(super) fn by_shard(&self, list: &TopicPartitionList) -> BTreeMap<Shard, i64> {
        let of = |shard: Shard| {
            let element = list.find_partition(&self.name_of(shard.0), i32::from(shard.1))?;
            match element.offset() {
                Offset::Offset(offset) => Some((shard, offset)),
                _ => None,
            }
        };
        self.shards().filter_map(of).collect()
    }

    /// A client's list of partitions, each with an offset.
    pub(super) fn list(
        &self,
        shards: impl Iterator<Item = (Shard, Offset)>,
    ) -> Result<TopicPartitionList, Failure> {
        let mut list = TopicPartitionList::new();
        for ((topic, partition), offset) in shards {
            list.add_partition_offset(&self.name_of(topic), i32::from(partition), offset)
                .map_err(|error| Failure::of_client("naming a partition", &error))?;
        }
        Ok(list)
    }

    /// The name of a topic on the broker.
    fn name_of(&self, topic: Topic) -> String {
        format!("{}{topic}", self.at.prefix)
    }
}

fn found(metadata: &Metadata, prefix: &str) -> BTreeMap<Topic, usize> {
    let topics = metadata.topics().iter().filter(|topic| !topic.partitions().is_empty());
    let ours = |name: &str| name.strip_prefix(prefix).and_then(Topic::from_name);
    topics.filter_map(|topic| Some((ours(topic.name())?, topic.partitions().len()))).collect()
}

fn equal_partitions(found: &BTreeMap<Topic, usize>, prefix: &str) -> Result<u16, Failure> {
    let missing: Vec<String> = Topic::ALL
        .into_iter()
        .filter(|topic| !found.contains_key(topic))
        .map(|topic| format!("{prefix}{topic}"))
        .collect();
    match missing.as_slice() {
        [] => {}
        [one] => return Err(Failure::Layout(format!("topic {one} is missing; create all: orderctl init"))),
        [first, ..] => {
            let what =
                format!("{} topics are missing, {first} for one; create all: orderctl init", missing.len());
            return Err(Failure::Layout(what));
        }
    }
    let (most, fewest) = (found.iter().max_by_key(|(_, n)| **n), found.iter().min_by_key(|(_, n)| **n));
    match (most, fewest) {
        (Some((_, most)), Some((_, fewest))) if most == fewest => {
            u16::try_from(*most).map_err(|_| Failure::Layout(format!("{most} partitions are too many")))
        }
        (Some((wide, most)), Some((narrow, fewest))) => Err(Failure::Layout(format!(
            "all topics need equally many partitions: {prefix}{narrow} has {fewest}, {prefix}{wide} has {most}"
        ))),
        _ => Err(Failure::Layout("there is no topic".to_owned())),
    }
}

fn is_leaderless(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::NotLeaderForPartition
                | Code::LeaderNotAvailable
                | Code::FencedLeaderEpoch
                | Code::UnknownLeaderEpoch
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_that_are_missing_or_unequal_are_told_with_the_remedy() {
        let all = |n: usize| Topic::ALL.map(|topic| (topic, n)).into_iter().collect::<BTreeMap<_, _>>();
        assert_eq!(equal_partitions(&all(4), ""), Ok(4));
        let mut few = all(4);
        few.remove(&Topic::Orders);
        let told = equal_partitions(&few, "a.").unwrap_err().to_string();
        assert_eq!(told, "topic a.orders is missing; create all: orderctl init");
        let mut odd = all(4);
        odd.insert(Topic::Payments, 8);
        let told = equal_partitions(&odd, "").unwrap_err().to_string();
        assert!(told.ends_with("has 4, payments has 8"), "{told}");
    }
}
