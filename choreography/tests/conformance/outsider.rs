//! Plain clients that know nothing of the adapters: what front ends and onlookers do.

use std::time::Duration;

use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
    producer::{BaseProducer, BaseRecord, Producer},
};

use crate::member::{BOUND, eventually};

pub fn client(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("allow.auto.create.topics", "false");
    config
}

pub fn producer(brokers: &str) -> BaseProducer {
    client(brokers).set("linger.ms", "0").create().unwrap()
}

pub fn produce(producer: &BaseProducer, topic: &str, partition: u16, values: &[&str]) {
    for value in values {
        let record = BaseRecord::<(), str>::to(topic).partition(partition.into()).payload(*value);
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    // Not `flush`: it takes a tenth of a second in rdkafka.
    eventually("delivery", || {
        producer.poll(Duration::ZERO);
        producer.in_flight_count() == 0
    });
}

/// Every value of a partition to its end, those of open and aborted transactions included.
pub fn raw(brokers: &str, topic: &str, partition: u16) -> Vec<String> {
    let mut config = client(brokers);
    config
        .set("group.id", "onlooker")
        .set("isolation.level", "read_uncommitted")
        .set("enable.partition.eof", "true");
    let consumer: BaseConsumer = config.set("fetch.wait.max.ms", "10").create().unwrap();
    let mut at = TopicPartitionList::new();
    at.add_partition_offset(topic, partition.into(), Offset::Beginning).unwrap();
    consumer.assign(&at).unwrap();
    let mut values = Vec::new();
    eventually("end of the log", || match consumer.poll(Duration::from_millis(100)) {
        Some(Ok(message)) => {
            values.push(String::from_utf8(message.payload().unwrap().to_vec()).unwrap());
            false
        }
        Some(Err(KafkaError::PartitionEOF(_))) => true,
        Some(Err(error)) => panic!("{error}"),
        None => false,
    });
    values
}

/// A transaction with a record and a position of a group nobody has joined yet, left open.
pub fn hold_open(
    brokers: &str,
    id: &str,
    group: &str,
    to: (&str, u16),
    consumed: (&str, u16, i64),
) -> BaseProducer {
    let mut config = client(brokers);
    config.set("transactional.id", id).set("transaction.timeout.ms", "30000").set("linger.ms", "0");
    let producer: BaseProducer = config.create().unwrap();
    producer.init_transactions(BOUND).unwrap();
    producer.begin_transaction().unwrap();
    produce(&producer, to.0, to.1, &["held"]);
    let consumer: BaseConsumer = client(brokers).set("group.id", group).create().unwrap();
    let mut offsets = TopicPartitionList::new();
    offsets.add_partition_offset(consumed.0, consumed.1.into(), Offset::Offset(consumed.2)).unwrap();
    let nobody = consumer.group_metadata().unwrap();
    producer.send_offsets_to_transaction(&offsets, &nobody, BOUND).unwrap();
    producer
}
