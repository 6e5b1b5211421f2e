//! Writing records: acknowledged by all replicas, on the partition we chose, never doubled by a retry.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use events_schema::{Key, Place, Topic};
use rdkafka::{
    ClientConfig, ClientContext,
    config::RDKafkaLogLevel,
    error::{KafkaError, RDKafkaErrorCode},
    message::{DeliveryResult, Header, Message, OwnedHeaders},
    producer::{BaseProducer, BaseRecord, Producer, ProducerContext},
};

use super::{Cluster, client};
use crate::{clock, exit::Failure};

/// A record that the brokers have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Delivered {
    /// Its key.
    pub key: Key,
    /// Where it stands.
    pub place: Place,
}

/// Writes to the cluster.
pub struct Writer<'a> {
    cluster: &'a Cluster,
    producer: BaseProducer<Reports>,
}

impl Cluster {
    /// A writer outside of transactions.
    pub fn writer(&self) -> Result<Writer<'_>, Failure> {
        self.start_writer(client::producer(&self.settings))
    }

    /// A writer of placements and cancellations: the order id makes a repeated one harmless.
    pub fn order_writer(&self) -> Result<Writer<'_>, Failure> {
        self.start_writer(client::hasty_producer(&self.settings))
    }

    /// Writes all records in one transaction.
    pub fn write_together(&self, records: &[(Topic, u16, Key, Vec<u8>)]) -> Result<Vec<Delivered>, Failure> {
        let mut config = client::producer(&self.settings);
        config.set("transactional.id", format!("{}orderctl-{}", self.settings.prefix, clock::new_order_id()));
        config.set("transaction.timeout.ms", "10000").set("message.timeout.ms", "10000");
        let writer = self.start_writer(config)?;
        let failed = |error| Failure::of_client("writing in one transaction", &error);
        let patience = self.settings.timeout;
        writer.producer.init_transactions(patience).map_err(failed)?;
        writer.producer.begin_transaction().map_err(failed)?;
        for (topic, partition, key, value) in records {
            writer.write(*topic, *partition, *key, value)?;
        }
        // Drained by hand: the client's own flush would wait a tenth of a second first.
        let delivered = writer.drain()?;
        writer.producer.commit_transaction(patience).map_err(failed)?;
        Ok(delivered)
    }

    fn start_writer(&self, config: ClientConfig) -> Result<Writer<'_>, Failure> {
        let reports = Reports { prefix: self.settings.prefix.clone(), done: Mutex::default() };
        let producer: BaseProducer<Reports> = config
            .create_with_context(reports)
            .map_err(|error| Failure::of_client("starting a writer", &error))?;
        Ok(Writer { cluster: self, producer })
    }
}

impl Writer<'_> {
    /// Hands one record to the client; waits while the client's queue is full.
    pub fn write(&self, topic: Topic, partition: u16, key: Key, value: &[u8]) -> Result<(), Failure> {
        self.send(topic, partition, key, value, None)
    }

    fn send(
        &self,
        topic: Topic,
        partition: u16,
        key: Key,
        value: &[u8],
        headers: Option<OwnedHeaders>,
    ) -> Result<(), Failure> {
        let name = self.cluster.name_of(topic);
        let mut record = BaseRecord::with_opaque_to(&name, Box::new(key))
            .partition(i32::from(partition))
            .key(key.as_bytes())
            .payload(value);
        record.headers = headers;
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    self.producer.poll(Duration::ZERO);
                    clock::pause(Duration::from_millis(1));
                }
                Err((error, _)) => return Err(Failure::of_client(&format!("writing to {name}"), &error)),
            }
        }
    }

    /// Writes one record with headers of its own and waits for it.
    pub fn write_with(
        &self,
        topic: Topic,
        partition: u16,
        key: Key,
        value: &[u8],
        headers: &[(&str, String)],
    ) -> Result<Place, Failure> {
        let own = |all: OwnedHeaders, (name, value): &(&str, String)| {
            all.insert(Header { key: name, value: Some(value) })
        };
        self.send(topic, partition, key, value, Some(headers.iter().fold(OwnedHeaders::new(), own)))?;
        self.delivered_one(topic, key)
    }

    /// What was delivered since the last call. Does not wait: the client's own waiting spins below a millisecond.
    pub fn delivered(&self) -> Result<Vec<Delivered>, Failure> {
        self.producer.poll(Duration::ZERO);
        let mut done = self.producer.context().done.lock().unwrap_or_else(PoisonError::into_inner);
        done.drain(..).collect()
    }

    /// Waits until everything written is delivered.
    pub fn drain(&self) -> Result<Vec<Delivered>, Failure> {
        let mut all = Vec::new();
        while self.producer.in_flight_count() > 0 {
            all.extend(self.delivered()?);
            clock::pause(Duration::from_millis(1));
        }
        all.extend(self.delivered()?);
        Ok(all)
    }

    /// Writes one record and waits for it.
    pub fn write_one(&self, topic: Topic, partition: u16, key: Key, value: &[u8]) -> Result<Place, Failure> {
        self.write(topic, partition, key, value)?;
        self.delivered_one(topic, key)
    }

    fn delivered_one(&self, topic: Topic, key: Key) -> Result<Place, Failure> {
        let delivered = self.drain()?;
        let lost = || Failure::Ours(format!("the client lost the report about {key} on {topic}"));
        delivered.last().map(|delivered| delivered.place).ok_or_else(lost)
    }
}

/// Collects what became of each record.
struct Reports {
    prefix: String,
    done: Mutex<Vec<Result<Delivered, Failure>>>,
}

impl ClientContext for Reports {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        client::log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "librdkafka");
    }
}

impl ProducerContext for Reports {
    type DeliveryOpaque = Box<Key>;

    fn delivery(&self, result: &DeliveryResult<'_>, key: Box<Key>) {
        let outcome = match result {
            Ok(message) => place(message, &self.prefix).map(|place| Delivered { key: *key, place }),
            Err((error, message)) => {
                let what = format!(
                    "writing {key} to {} (it may stand there all the same, look before you repeat it)",
                    message.topic()
                );
                Err(Failure::of_client(&what, error))
            }
        };
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
    }
}

fn place(message: &impl Message, prefix: &str) -> Result<Place, Failure> {
    let topic = message.topic().strip_prefix(prefix).and_then(Topic::from_name);
    let partition = u16::try_from(message.partition()).ok();
    let (Some(topic), Some(partition)) = (topic, partition) else {
        return Err(Failure::Ours(format!("a report about {} is not of the contract", message.topic())));
    };
    Ok(Place { topic, partition, offset: message.offset() })
}
