//! `Reader`: every partition of every topic, from the oldest record on, as far as it is told.

use std::{collections::BTreeMap, time::Duration};

use events_schema::{Headers, Place, Record, Timestamp, Topic};
use rdkafka::{
    Message, Offset,
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
    message::{BorrowedHeaders, BorrowedMessage, Headers as _},
};

use super::{
    Cluster, Shard,
    client::{self, Quiet, Sees},
};
use crate::{Failure, clock};

/// Reads what is committed. It belongs to no group, so that it takes nothing from anybody.
pub struct Reader {
    consumer: BaseConsumer<Quiet>,
    prefix: String,
    patience: Duration,
    starts: BTreeMap<Shard, i64>,
    /// Where the next record of each partition will be looked for.
    next: BTreeMap<Shard, i64>,
}

impl Reader {
    /// A reader at the oldest record of every partition.
    pub fn new(cluster: &Cluster) -> Result<Reader, Failure> {
        let starts = cluster.starts()?;
        let consumer = at(cluster, &starts)?;
        let (prefix, patience) = (cluster.at.prefix.clone(), cluster.at.timeout);
        Ok(Reader { consumer, prefix, patience, next: starts.clone(), starts })
    }

    /// Goes on where it is with a client made anew.
    pub(crate) fn renew(&mut self, cluster: &Cluster) -> Result<(), Failure> {
        self.consumer = at(cluster, &self.next)?;
        Ok(())
    }

    /// Shows every record before these ends to `visit`, each partition in its order, and goes on from there the next
    /// time. What lies beyond an end may be shown too; `false` from `goes_on` ends it early.
    ///
    /// Fails with [`Failure::Unreachable`] when nothing has come for as long as the connection's time-out.
    pub fn read(
        &mut self,
        ends: &BTreeMap<Shard, i64>,
        goes_on: &mut dyn FnMut() -> bool,
        visit: &mut dyn FnMut(&Record<'_>),
    ) -> Result<(), Failure> {
        let is_open = |next: &BTreeMap<Shard, i64>, (shard, end): (&Shard, &i64)| {
            next.get(shard).is_some_and(|at| at < end)
        };
        let mut open = ends.iter().filter(|end| is_open(&self.next, *end)).count();
        let mut heard = clock::instant();
        while open > 0 {
            match self.consumer.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => {
                    heard = clock::instant();
                    let Some(shard) = show(&message, &self.prefix, visit) else { continue };
                    self.next.insert(shard, message.offset() + 1);
                    open -= usize::from(ends.get(&shard) == Some(&(message.offset() + 1)));
                }
                Some(Err(KafkaError::PartitionEOF(_))) | None => {
                    self.pass_markers()?;
                    open = ends.iter().filter(|end| is_open(&self.next, *end)).count();
                    if !goes_on() {
                        return Ok(());
                    }
                }
                Some(Err(error)) => match Failure::of_client("reading", &error) {
                    // The client reconnects by itself; we have a time limit of our own.
                    Failure::Unreachable(line) => tracing::debug!("{line}"),
                    failure => return Err(failure),
                },
            }
            if heard.elapsed() > self.patience {
                return Err(Failure::Unreachable(format!(
                    "nothing has come for {:?}, and {open} partitions have not been read to their end",
                    self.patience
                )));
            }
        }
        Ok(())
    }

    /// The last offsets of a partition may be markers of transactions, which are never shown: the client's position
    /// tells that they were passed.
    fn pass_markers(&mut self) -> Result<(), Failure> {
        let positions = self.consumer.position().map_err(|error| Failure::of_client("reading", &error))?;
        for element in positions.elements() {
            let (Some(shard), Offset::Offset(at)) =
                (shard_of(element.topic(), element.partition(), &self.prefix), element.offset())
            else {
                continue;
            };
            let next = self.next.entry(shard).or_insert(at);
            *next = at.max(*next);
        }
        Ok(())
    }

    /// Offsets behind us.
    pub fn passed(&self) -> i64 {
        self.next.iter().map(|(shard, next)| next - self.starts.get(shard).unwrap_or(next)).sum()
    }

    /// Offsets between us and these ends, for each partition where there are any.
    pub fn left(&self, ends: &BTreeMap<Shard, i64>) -> i64 {
        ends.iter().map(|(shard, end)| (end - self.next.get(shard).unwrap_or(end)).max(0)).sum()
    }

    /// Partitions whose oldest records had been deleted when reading began. A compacted topic is made for that.
    pub fn cut(&self) -> Vec<Shard> {
        let cut = |(shard, start): &(&Shard, &i64)| **start > 0 && !shard.0.is_compacted();
        self.starts.iter().filter(cut).map(|(shard, _)| *shard).collect()
    }
}

/// A consumer that stands at these offsets.
fn at(cluster: &Cluster, offsets: &BTreeMap<Shard, i64>) -> Result<BaseConsumer<Quiet>, Failure> {
    let consumer = client::consumer(&cluster.at, "auditor", Sees::Committed)?;
    let list = cluster.list(offsets.iter().map(|(shard, offset)| (*shard, Offset::Offset(*offset))))?;
    consumer.assign(&list).map_err(|error| Failure::of_client("starting a reader", &error))?;
    Ok(consumer)
}

fn shard_of(name: &str, partition: i32, prefix: &str) -> Option<Shard> {
    Some((name.strip_prefix(prefix).and_then(Topic::from_name)?, u16::try_from(partition).ok()?))
}

fn show(message: &BorrowedMessage<'_>, prefix: &str, visit: &mut dyn FnMut(&Record<'_>)) -> Option<Shard> {
    let (topic, partition) = shard_of(message.topic(), message.partition(), prefix)?;
    visit(&Record {
        place: Place { topic, partition, offset: message.offset() },
        appended: Timestamp::from_millis(message.timestamp().to_millis().unwrap_or(0)),
        key: message.key(),
        value: message.payload(),
        headers: &Carried(message.headers()),
    });
    Some((topic, partition))
}

/// The headers a message carries.
struct Carried<'a>(Option<&'a BorrowedHeaders>);

impl Headers for Carried<'_> {
    fn get(&self, name: &str) -> Option<&[u8]> {
        self.0?.iter().find(|header| header.key == name)?.value
    }

    fn each(&self, visit: &mut dyn FnMut(&str, &[u8])) {
        for header in self.0.iter().flat_map(|headers| headers.iter()) {
            visit(header.key, header.value.unwrap_or_default());
        }
    }
}
