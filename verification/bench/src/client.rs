//! Plain clients of the broker: to place orders, and to look at what came of them.

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use events_schema::{Event, EventId, Key, Source, Topic, announce, partition_of};
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
    producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer},
};

use rig::wait;

/// How long the broker may take for an answer.
const ANSWER: Duration = Duration::from_secs(10);
/// How long it may take to take all that was written.
const DELIVERY: Duration = Duration::from_secs(60);

/// Topics of one round: their names begin with the prefix.
#[derive(Clone)]
pub struct Ground {
    /// The broker.
    pub brokers: String,
    /// What names of topics and groups begin with.
    pub prefix: String,
    /// How many partitions every topic has.
    pub partitions: u16,
}

impl Ground {
    /// A topic's name on the broker.
    pub fn name(&self, topic: Topic) -> String {
        format!("{}{topic}", self.prefix)
    }
}

/// Writes what customers and the warehouse say.
pub struct Pen {
    producer: BaseProducer<DefaultProducerContext>,
    ground: Ground,
}

impl Pen {
    /// Writes here, holding records back for at most so many milliseconds.
    pub fn open(ground: &Ground, linger_ms: u32) -> Result<Pen> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &ground.brokers).set("linger.ms", linger_ms.to_string());
        config.set("enable.idempotence", "true").set("compression.type", "lz4");
        config.set("batch.size", "1000000").set("queue.buffering.max.messages", "1000000");
        config.set("delivery.report.only.error", "true");
        Ok(Pen { producer: config.create()?, ground: ground.clone() })
    }

    /// Says an event of the warehouse.
    pub fn say<E: Event>(&self, subject: Key, event: &E, id: &str) -> Result<()> {
        let id = EventId::from(crate::mix::key(id));
        let value = announce(Source::Cli, id, subject, wait::time(), event);
        self.write(Topic::Warehouse, &subject, &value)
    }

    /// Writes a record where its key belongs.
    pub fn write(&self, topic: Topic, key: &Key, value: &[u8]) -> Result<()> {
        let name = self.ground.name(topic);
        let home = i32::from(partition_of(key, self.ground.partitions));
        let mut record = BaseRecord::to(&name).partition(home).key(key.as_bytes()).payload(value);
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    self.producer.poll(Duration::from_millis(1));
                }
                Err((error, _)) => return Err(anyhow!("{topic}: {error}")),
            }
        }
    }

    /// Lets the client work.
    pub fn serve(&self) {
        self.producer.poll(Duration::ZERO);
    }

    /// Waits until the broker has it all.
    pub fn drain(&self) -> Result<()> {
        wait::until("delivery of what was written", DELIVERY, || {
            self.producer.poll(Duration::ZERO);
            Ok(match self.producer.in_flight_count() {
                0 => Ok(()),
                many => Err(format!("{many} records are not delivered")),
            })
        })
    }
}

/// A reader of whole topics, committed records only, without a group.
pub struct Eye {
    consumer: BaseConsumer,
    ends: i32,
    open: i32,
}

impl Eye {
    /// Looks at all partitions of these topics, from there on.
    pub fn open(ground: &Ground, topics: &[Topic], from: Offset) -> Result<Eye> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &ground.brokers).set("group.id", "bench-eye");
        config.set("isolation.level", "read_committed").set("enable.auto.commit", "false");
        config.set("enable.partition.eof", "true").set("fetch.queue.backoff.ms", "5");
        config.set("auto.offset.reset", "earliest").set("fetch.wait.max.ms", "50");
        let consumer: BaseConsumer = config.create()?;
        let mut list = TopicPartitionList::new();
        for topic in topics {
            for partition in 0..ground.partitions {
                list.add_partition_offset(&ground.name(*topic), i32::from(partition), from)?;
            }
        }
        consumer.assign(&list)?;
        let ends = i32::try_from(list.count()).unwrap_or(i32::MAX);
        Ok(Eye { consumer, ends, open: ends })
    }

    /// Waits until it stands at the end of everything, so that whatever comes from now on is seen.
    pub fn settle(&mut self) -> Result<()> {
        self.read_all(|_, _| ())
    }

    /// Visits key and value of every record up to the end.
    pub fn read_all(&mut self, mut each: impl FnMut(&[u8], &[u8])) -> Result<()> {
        self.open = self.ends;
        let mut last = wait::now();
        while self.open > 0 {
            wait::go_on()?;
            if self.look(Duration::from_millis(100), &mut each)? {
                last = wait::now();
            } else if last.elapsed() > DELIVERY {
                return Err(anyhow!("the broker sent nothing for {DELIVERY:?}, and it is not the end"));
            }
        }
        Ok(())
    }

    /// Visits the next record, if one comes in time; whether anything came.
    pub fn look(&mut self, patience: Duration, each: &mut impl FnMut(&[u8], &[u8])) -> Result<bool> {
        match self.consumer.poll(patience) {
            None => Ok(false),
            Some(Ok(record)) => {
                each(record.key().unwrap_or_default(), record.payload().unwrap_or_default());
                Ok(true)
            }
            Some(Err(KafkaError::PartitionEOF(_))) => {
                self.open -= 1;
                Ok(true)
            }
            Some(Err(error)) => Err(error).context("reading"),
        }
    }
}

/// How many records and markers a topic holds, aborted ones included.
pub fn ends(ground: &Ground, topic: Topic) -> Result<i64> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &ground.brokers);
    let consumer: BaseConsumer = config.create()?;
    let mut sum = 0;
    for partition in 0..ground.partitions {
        let (low, high) = consumer.fetch_watermarks(&ground.name(topic), i32::from(partition), ANSWER)?;
        sum += high - low;
    }
    Ok(sum)
}
