//! [`Source`] on Kafka.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use events_schema::Record;
use rdkafka::{
    Offset, TopicPartitionList,
    consumer::Consumer,
    error::{KafkaError, RDKafkaErrorCode},
};

use super::{
    ffi, layout,
    lease::Lease,
    names::Names,
    reader::{Reader, Stopped},
    settings::Settings,
    watch::Watch,
};
use crate::{Bounds, Budget, Fatal, Input, Leases, Position, Source};

/// How long one question to a broker may take before it is asked again.
const QUESTION: Duration = Duration::from_secs(3);
/// How long to wait for records at a time while replaying: the lease is served in between.
const REPLAY_WAIT: Duration = Duration::from_millis(100);
/// How many records to hand out at a time while replaying.
const REPLAY_BATCH: usize = 1_000;
/// How often the lease is served while replaying.
const LEASE_EVERY: Duration = Duration::from_millis(200);
/// After so many records, memory is given back to the system as soon as there is nothing to do.
const MUCH: usize = 250_000;
/// How often to say that something takes long.
const PROGRESS: Duration = Duration::from_secs(5);

/// Records and leases of one worker, from Kafka.
pub struct KafkaSource {
    lease: Arc<Lease>,
    reader: Reader,
    names: Arc<Names>,
    watch: Watch,
    brokers: String,
    patience: Duration,
    /// Records since memory was given back.
    fetched: usize,
}

impl KafkaSource {
    pub(super) fn new(settings: &Settings, lease: Arc<Lease>, watch: Watch) -> Result<KafkaSource, Fatal> {
        let names = Arc::new(Names::new(&settings.prefix)?);
        let reader = Reader::new(settings, names.clone(), lease.partitions())?;
        let (brokers, patience) = (settings.brokers.clone(), settings.patience);
        Ok(KafkaSource { lease, reader, names, watch, brokers, patience, fetched: 0 })
    }

    /// Asks a broker until it answers, serving the lease in between. `None` means that it answered "not yet".
    fn ask<T>(
        &self,
        what: &'static str,
        mut question: impl FnMut() -> Result<Option<T>, KafkaError>,
    ) -> Result<T, Fatal> {
        let mut answered = now();
        let mut waiting = Every::new(PROGRESS);
        loop {
            match self.watch.call(what, &mut question) {
                Ok(Some(answer)) => return Ok(answer),
                Ok(None) => answered = now(),
                Err(error) => refused(what, &error)?,
            }
            self.lease.serve()?;
            if answered.elapsed() > self.patience {
                return Err(layout::unreachable(self.lease.consumer(), &self.brokers));
            }
            if waiting.is_due() {
                tracing::info!("still waiting for {what}");
            }
        }
    }

    fn take(&mut self, wait: Duration, most: usize, each: &mut dyn FnMut(Record<'_>)) -> Result<Took, Fatal> {
        let reader = &mut self.reader;
        match self.watch.call("fetch", || reader.take(wait, most, each)) {
            Ok(taken) => {
                self.fetched += taken.records;
                Ok(Took { records: taken.records, anything: taken.anything })
            }
            Err(Stopped::Forbidden(text)) => {
                Err(Fatal::Misconfigured(format!("{text}; allow it on the broker")))
            }
            Err(Stopped::OutOfRange { input, next }) => Err(self.out_of_range(input, next)),
        }
    }

    /// What records took, and what was open because of them: the allocator keeps it, if nobody asks.
    fn give_back_memory(&mut self) {
        self.fetched = 0;
        ffi::give_back_memory();
    }

    fn out_of_range(&mut self, input: Input, next: i64) -> Fatal {
        match self.bounds(input) {
            Ok(Bounds { start, .. }) if start > next => {
                Fatal::Gone { topic: input.topic, partition: input.partition, start, next }
            }
            Ok(Bounds { end, .. }) => Fatal::Misconfigured(format!(
                "{} ends at offset {end}, but {next} was the next to consume: it was deleted and created again, or a \
                 broker lost records. Restore the topic",
                self.names.log(input)
            )),
            Err(fatal) => fatal,
        }
    }
}

/// What it means that a question failed; what may pass by itself is asked again.
///
/// The client took a partition it does not know any more from brokers that were just changing, and will not ask them
/// again for minutes. A new client does, and finds out at its start whether the topic is gone indeed.
fn refused(what: &str, error: &KafkaError) -> Result<(), Fatal> {
    use RDKafkaErrorCode::{
        GroupAuthorizationFailed, TopicAuthorizationFailed, UnknownPartition, UnknownTopic,
        UnknownTopicOrPartition,
    };
    match error.rdkafka_error_code() {
        Some(GroupAuthorizationFailed | TopicAuthorizationFailed) => {
            Err(Fatal::Misconfigured(format!("{what}: {error}; allow it on the broker")))
        }
        Some(UnknownPartition | UnknownTopic | UnknownTopicOrPartition) => {
            Err(Fatal::Lost(format!("{what}: {error}")))
        }
        _ => {
            tracing::debug!(target: "kafka", "{what}: {error}");
            Ok(())
        }
    }
}

/// What one look at the reader brought.
struct Took {
    records: usize,
    anything: bool,
}

impl Source for KafkaSource {
    fn leases(&mut self) -> Result<Leases, Fatal> {
        self.lease.serve()?;
        Ok(self.lease.changes())
    }

    fn partitions(&self) -> u16 {
        self.lease.partitions()
    }

    fn committed(&mut self, inputs: &[Input]) -> Result<Vec<Option<i64>>, Fatal> {
        if inputs.is_empty() {
            return Ok(Vec::new());
        }
        let list = self.names.inputs(inputs);
        let consumer = self.reader.consumer();
        let answer = self.ask("committed positions (an open transaction may have to end first)", || {
            stable(consumer.committed_offsets(list.clone(), QUESTION))
        })?;
        self.reader.serve_log();
        let of = |input: &Input| {
            let found = answer.find_partition(self.names.of(input.topic), i32::from(input.partition))?;
            match found.offset() {
                Offset::Offset(next) => Some(next),
                _ => None,
            }
        };
        Ok(inputs.iter().map(of).collect())
    }

    /// One question for each log, though librdkafka's `offsets_for_times` would ask for all at once: that one goes on
    /// asking the broker that led a partition before. After a broker's death a service waited for its answer for ever,
    /// and the orders with it.
    fn bounds(&mut self, input: Input) -> Result<Bounds, Fatal> {
        let (topic, partition) = (self.names.of(input.topic), i32::from(input.partition));
        let consumer = self.lease.consumer();
        let (start, end) = self
            .ask("the ends of a log", || consumer.fetch_watermarks(topic, partition, QUESTION).map(Some))?;
        Ok(Bounds { start, end })
    }

    /// The reader's assignment is replaced; whatever else the client fetched ahead is dropped.
    fn replay(&mut self, input: Input, from: i64, each: &mut dyn FnMut(Record<'_>)) -> Result<i64, Fatal> {
        let Bounds { start, end } = self.bounds(input)?;
        let from = from.max(start);
        if from >= end {
            return Ok(from);
        }
        self.assign(&[Position { input, next: from }])?;
        let (mut progress, mut lease) = (Every::new(PROGRESS), Every::new(LEASE_EVERY));
        loop {
            let mut before_end = |record: Record<'_>| {
                if record.place.offset < end {
                    each(record);
                }
            };
            self.take(Duration::ZERO, REPLAY_BATCH, &mut before_end)?;
            let at = self.position(input)?;
            if at >= end {
                self.assign(&[])?;
                self.give_back_memory();
                return Ok(end);
            }
            // One at a time while there is nothing, since a batch is waited for until it is full.
            self.take(REPLAY_WAIT, 1, &mut before_end)?;
            if lease.is_due() {
                self.lease.serve()?;
            }
            if progress.is_due() {
                let (done, all) = (at - from, end - from);
                tracing::info!(
                    "replaying {}: {done} of {all}; open transactions are waited for",
                    self.names.log(input)
                );
            }
        }
    }

    fn assign(&mut self, positions: &[Position]) -> Result<(), Fatal> {
        let reader = &mut self.reader;
        self.watch.call("assign", || reader.assign(positions))
    }

    fn poll(&mut self, budget: Budget, each: &mut dyn FnMut(Record<'_>)) -> Result<usize, Fatal> {
        let begun = now();
        let mut records = 0;
        while records == 0 {
            let took = self.take(Duration::ZERO, budget.records, each)?;
            records += took.records;
            if took.anything {
                continue;
            }
            let left = budget.wait.saturating_sub(begun.elapsed());
            if left.is_zero() {
                if self.fetched > MUCH {
                    self.give_back_memory();
                }
                return Ok(0);
            }
            records += self.take(left, 1, each)?.records;
        }
        let first = now();
        while records < budget.records && first.elapsed() < budget.span {
            let took = self.take(Duration::ZERO, budget.records - records, each)?;
            if !took.anything {
                break;
            }
            records += took.records;
        }
        Ok(records)
    }

    fn position(&mut self, input: Input) -> Result<i64, Fatal> {
        let unassigned =
            || Fatal::Client(format!("{} is not assigned, so it has no position", self.names.log(input)));
        self.reader.position(input).ok_or_else(unassigned)
    }
}

/// Whether no open transaction can change these any more.
fn stable(answer: Result<TopicPartitionList, KafkaError>) -> Result<Option<TopicPartitionList>, KafkaError> {
    let list = match answer {
        Err(KafkaError::MetadataFetch(RDKafkaErrorCode::UnstableOffsetCommit)) => return Ok(None),
        answer => answer?,
    };
    for element in list.elements() {
        match element.error() {
            Err(error) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::UnstableOffsetCommit) => {
                return Ok(None);
            }
            checked => checked?,
        }
    }
    Ok(Some(list))
}

/// Something to be done now and then.
struct Every {
    span: Duration,
    last: Instant,
}

impl Every {
    fn new(span: Duration) -> Every {
        Every { span, last: now() }
    }

    fn is_due(&mut self) -> bool {
        let due = self.last.elapsed() >= self.span;
        if due {
            self.last = now();
        }
        due
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
    fn a_partition_that_a_client_lost_sight_of_is_looked_for_by_a_new_one() {
        let of = |code| refused("the ends of a log", &KafkaError::MetadataFetch(code));
        assert!(matches!(of(RDKafkaErrorCode::UnknownPartition), Err(Fatal::Lost(_))));
        assert!(matches!(of(RDKafkaErrorCode::OperationTimedOut), Ok(())));
        assert!(matches!(of(RDKafkaErrorCode::TopicAuthorizationFailed), Err(Fatal::Misconfigured(_))));
    }
}
