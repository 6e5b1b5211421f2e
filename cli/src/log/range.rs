//! Which stretch of a partition to read: decided before reading, so that a busy log cannot keep a reader for ever.

use std::{collections::BTreeMap, time::Duration};

use events_schema::Timestamp;
use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
};

use super::{
    Cluster, Shard,
    client::{Quiet, consumer},
};
use crate::{clock, exit::Failure};

/// A stretch of one partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    /// Of which partition.
    pub shard: Shard,
    /// The first offset to read.
    pub from: i64,
    /// Where to stop: the end of what was committed when the range was asked for.
    pub to: i64,
}

/// Where to begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Begin {
    /// With the oldest record.
    Oldest,
    /// With what was written at this time or later.
    At(Timestamp),
    /// With so many of the newest records of each partition.
    Newest(i64),
}

/// Where to stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// At the end of what is committed now.
    Now,
    /// Before what was written at this time or later.
    At(Timestamp),
}

/// Partitions shorter than this are read from their oldest record: cheaper than asking where a time lies.
const SHORT: i64 = 10_000;

impl Cluster {
    /// The ranges from `begin` to the present end.
    pub fn ranges(&self, shards: &[Shard], begin: Begin) -> Result<Vec<Range>, Failure> {
        self.stretches(shards, begin, End::Now)
    }

    /// The ranges from `begin` to `end`. Times are those of the records, and short partitions are taken whole.
    pub fn stretches(&self, shards: &[Shard], begin: Begin, end: End) -> Result<Vec<Range>, Failure> {
        let ends = self.offsets(shards, |_| Offset::End)?;
        let oldest = self.offsets(shards, |_| Offset::Beginning)?;
        let at =
            |offsets: &BTreeMap<Shard, i64>, shard: &Shard| offsets.get(shard).copied().unwrap_or(0).max(0);
        let mut ranges: Vec<Range> = Vec::new();
        for shard in shards {
            ranges.push(Range { shard: *shard, from: at(&oldest, shard), to: at(&ends, shard) });
        }
        if let End::At(time) = end {
            self.cut(&mut ranges, time)?;
        }
        match begin {
            Begin::Oldest => {}
            Begin::At(time) => self.narrow(&mut ranges, time)?,
            Begin::Newest(records) => {
                ranges.iter_mut().for_each(|range| range.from = range.from.max(range.to - records));
            }
        }
        ranges.retain(|range| range.from < range.to);
        Ok(ranges)
    }

    /// The ends of what is committed, now.
    pub fn ends(&self, shards: &[Shard]) -> Result<BTreeMap<Shard, i64>, Failure> {
        self.offsets(shards, |_| Offset::End)
    }

    /// The ends of what is written, whether its transaction is committed or still open.
    pub fn written_ends(&self, shards: &[Shard]) -> Result<BTreeMap<Shard, i64>, Failure> {
        let asker: BaseConsumer<Quiet> = consumer(&self.settings)
            .set("isolation.level", "read_uncommitted")
            .create_with_context(Quiet)
            .map_err(|error| Failure::of_client("asking for offsets", &error))?;
        let found = self.asked_until_led(&asker, shards, |_| Offset::End)?;
        Ok(self.by_shard(&found, shards))
    }

    fn narrow(&self, ranges: &mut [Range], time: Timestamp) -> Result<(), Failure> {
        let long: Vec<Shard> = ranges.iter().filter(|r| r.to - r.from > SHORT).map(|r| r.shard).collect();
        let starts = self.offsets(&long, |_| Offset::Offset(time.as_millis()))?;
        for range in ranges {
            match starts.get(&range.shard) {
                Some(start) if *start >= 0 => range.from = range.from.max(*start),
                // Nothing is that young by its timestamp. Clocks err: the last records are looked at all the same.
                Some(_) => range.from = range.from.max(range.to - SHORT),
                None => {}
            }
        }
        Ok(())
    }

    fn cut(&self, ranges: &mut [Range], time: Timestamp) -> Result<(), Failure> {
        let long: Vec<Shard> = ranges.iter().filter(|r| r.to - r.from > SHORT).map(|r| r.shard).collect();
        let stops = self.offsets(&long, |_| Offset::Offset(time.as_millis()))?;
        for range in ranges {
            if let Some(stop) = stops.get(&range.shard).filter(|stop| **stop >= 0) {
                range.to = range.to.min(*stop);
            }
        }
        Ok(())
    }

    /// One question to each broker, answering for all its partitions; -1 where the broker knows no such offset.
    fn offsets(
        &self,
        shards: &[Shard],
        of: impl Fn(&Shard) -> Offset,
    ) -> Result<BTreeMap<Shard, i64>, Failure> {
        if shards.is_empty() {
            return Ok(BTreeMap::new());
        }
        let found = self.asked_until_led(&self.asker, shards, of)?;
        Ok(self.by_shard(&found, shards))
    }

    fn by_shard(&self, found: &TopicPartitionList, shards: &[Shard]) -> BTreeMap<Shard, i64> {
        let mut offsets = BTreeMap::new();
        for shard in shards {
            let name = self.name_of(shard.0);
            let Some(element) = found.find_partition(&name, i32::from(shard.1)) else { continue };
            offsets.insert(*shard, element.offset().to_raw().unwrap_or(-1));
        }
        offsets
    }

    /// Leaders move, and a new topic has none for a moment: asks again until all partitions have answered.
    fn asked_until_led(
        &self,
        asker: &BaseConsumer<Quiet>,
        shards: &[Shard],
        of: impl Fn(&Shard) -> Offset,
    ) -> Result<TopicPartitionList, Failure> {
        let (since, patience) = (clock::instant(), self.settings.timeout);
        loop {
            let asked = self.list(shards.iter().map(|shard| (*shard, of(shard))))?;
            let found = asker.offsets_for_times(asked, patience);
            let answer = found.and_then(|found| {
                found.elements().iter().try_for_each(|element| element.error())?;
                Ok(found)
            });
            match answer {
                Ok(found) => return Ok(found),
                Err(error) if is_leaderless(&error) && since.elapsed() < patience => {
                    clock::pause(Duration::from_millis(50));
                }
                Err(error) => return Err(Failure::of_client("asking for offsets", &error)),
            }
        }
    }

    /// A client's list of partitions, each with an offset.
    pub fn list(&self, shards: impl Iterator<Item = (Shard, Offset)>) -> Result<TopicPartitionList, Failure> {
        let mut list = TopicPartitionList::new();
        for ((topic, partition), offset) in shards {
            list.add_partition_offset(&self.name_of(topic), i32::from(partition), offset)
                .map_err(|error| Failure::of_client("naming a partition", &error))?;
        }
        Ok(list)
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
