//! Reading records: a bounded range to its end, or what comes from now on. Read-committed, without a group.

use std::{collections::BTreeMap, time::Duration};

use events_schema::{Headers, Place, Record, Timestamp, Topic};
use rdkafka::{
    Message, Offset,
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
    message::{BorrowedMessage, Headers as _},
};

use super::{Cluster, Range, Shard, client, client::Quiet, progress::Progress};
use crate::{clock, exit::Failure};

/// Reads the partitions it was given, in the order of each.
pub struct Reader<'a> {
    cluster: &'a Cluster,
    consumer: BaseConsumer<Quiet>,
}

/// What one poll brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Polled {
    /// A record, which the visitor has seen.
    Record,
    /// The end of some partition.
    End,
    /// Nothing within the time given.
    Nothing,
}

impl Cluster {
    /// A reader of these partitions from these offsets.
    pub fn reader(&self, starts: &BTreeMap<Shard, i64>) -> Result<Reader<'_>, Failure> {
        let consumer: BaseConsumer<Quiet> = client::consumer(&self.settings)
            .create_with_context(Quiet)
            .map_err(|error| Failure::of_client("starting a reader", &error))?;
        let list = self.list(starts.iter().map(|(shard, offset)| (*shard, Offset::Offset(*offset))))?;
        consumer.assign(&list).map_err(|error| Failure::of_client("starting a reader", &error))?;
        Ok(Reader { cluster: self, consumer })
    }

    /// Shows every record of the ranges to `visit`, each partition in its order.
    pub fn read(&self, ranges: &[Range], visit: &mut dyn FnMut(&Record<'_>)) -> Result<(), Failure> {
        if ranges.is_empty() {
            return Ok(());
        }
        let reader = self.reader(&ranges.iter().map(|range| (range.shard, range.from)).collect())?;
        let mut open: BTreeMap<Shard, i64> = ranges.iter().map(|range| (range.shard, range.to)).collect();
        // The clock is asked in silence only: a record takes less than a microsecond.
        let mut silent = None;
        let mut progress = Progress::of(ranges);
        while !open.is_empty() {
            let polled = reader.poll(Duration::from_millis(100), &mut |record| {
                let shard = (record.place.topic, record.place.partition);
                let Some(end) = open.get(&shard).copied() else { return };
                if record.place.offset < end {
                    visit(record);
                }
                if record.place.offset + 1 >= end {
                    open.remove(&shard);
                }
            })?;
            if polled == Polled::Record {
                silent = None;
                progress.step();
                continue;
            }
            reader.close_passed(&mut open)?;
            if silent.get_or_insert_with(clock::instant).elapsed() > self.settings.timeout {
                return Err(Failure::Unreachable(format!(
                    "{} has sent nothing for {:?}; look closer: orderctl doctor",
                    self.settings.brokers, self.settings.timeout
                )));
            }
        }
        Ok(())
    }
}

impl Reader<'_> {
    /// Waits for one record at most and shows it to `visit`.
    pub fn poll(&self, wait: Duration, visit: &mut dyn FnMut(&Record<'_>)) -> Result<Polled, Failure> {
        match self.consumer.poll(wait) {
            None => Ok(Polled::Nothing),
            Some(Ok(message)) => {
                self.show(&message, visit);
                Ok(Polled::Record)
            }
            Some(Err(KafkaError::PartitionEOF(_))) => Ok(Polled::End),
            Some(Err(error)) => match Failure::of_client("reading", &error) {
                // The client reconnects by itself; whoever waits has a time limit of its own.
                Failure::Unreachable(line) => {
                    tracing::debug!("{line}");
                    Ok(Polled::Nothing)
                }
                failure => Err(failure),
            },
        }
    }

    fn show(&self, message: &BorrowedMessage<'_>, visit: &mut dyn FnMut(&Record<'_>)) {
        let name = message.topic().strip_prefix(self.cluster.settings.prefix.as_str());
        let (Some(topic), Ok(partition)) =
            (name.and_then(Topic::from_name), u16::try_from(message.partition()))
        else {
            return;
        };
        let headers = Lazy(message);
        visit(&Record {
            place: Place { topic, partition, offset: message.offset() },
            appended: Timestamp::from_millis(message.timestamp().to_millis().unwrap_or(0)),
            key: message.key(),
            value: message.payload(),
            headers: &headers,
        });
    }

    /// Closes the ranges whose end the position has passed: their last offset may be a transaction's marker, which
    /// is never shown.
    pub fn close_passed(&self, open: &mut BTreeMap<Shard, i64>) -> Result<(), Failure> {
        let positions = self.consumer.position().map_err(|error| Failure::of_client("reading", &error))?;
        open.retain(|(topic, partition), end| {
            let element = positions.find_partition(&self.cluster.name_of(*topic), i32::from(*partition));
            element.and_then(|element| element.offset().to_raw()).is_none_or(|position| position < *end)
        });
        Ok(())
    }
}

/// A message's headers, which the client decodes when they are asked for.
struct Lazy<'a>(&'a BorrowedMessage<'a>);

impl Headers for Lazy<'_> {
    fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.headers()?.iter().find(|header| header.key == name)?.value
    }

    fn each(&self, visit: &mut dyn FnMut(&str, &[u8])) {
        for header in self.0.headers().iter().flat_map(|headers| headers.iter()) {
            visit(header.key, header.value.unwrap_or_default());
        }
    }
}
