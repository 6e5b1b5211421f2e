//! A real broker as a tier.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use choreography::{
    Fatal, Input,
    kafka::{
        self, Settings,
        topics::{self, Target},
    },
};
use events_schema::Topic;
use rdkafka::{
    consumer::{BaseConsumer, Consumer},
    producer::{BaseProducer, Producer},
};

use crate::{
    member::{BOUND, Member, eventually},
    outsider,
    tier::{Features, PARTITIONS, Tier},
};

/// It has everything.
pub const FEATURES: Features = Features {
    isolation: true,
    stored_positions: true,
    waits: true,
    stale_members: true,
    fencing: true,
    markers: true,
};

/// Topics of its own, under a prefix of its own.
pub struct KafkaTier {
    pub brokers: String,
    pub prefix: String,
    producer: BaseProducer,
}

/// The broker to test with, if there is one.
#[expect(clippy::disallowed_methods, reason = "whether there is a broker is told by the environment")]
pub fn brokers() -> Option<String> {
    let brokers = std::env::var("ORDERS_TEST_BROKERS").ok();
    if brokers.is_none() {
        println!("skipped: no ORDERS_TEST_BROKERS");
    }
    brokers
}

/// A prefix no other test and no earlier run had.
pub fn fresh_prefix() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
    format!("t{now}-{}-{}-", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst))
}

impl KafkaTier {
    pub fn new() -> Option<KafkaTier> {
        let (brokers, prefix) = (brokers()?, fresh_prefix());
        let created =
            topics::create(Target::plain(&brokers, &prefix, Duration::from_secs(30)), PARTITIONS, 1).unwrap();
        assert!(created.iter().all(|created| created.new));
        let producer = outsider::producer(&brokers);
        Some(KafkaTier { brokers, prefix, producer })
    }

    pub fn settings(&self, group: &str, instance: &str) -> Settings {
        Settings {
            prefix: self.prefix.clone(),
            instance: instance.to_owned(),
            ..Settings::new(&self.brokers, group, Topic::Orders)
        }
    }

    pub fn connect(&self, settings: Settings) -> Result<Member, Fatal> {
        let (source, sink) = kafka::open(settings)?;
        Ok(Member::new(source, sink))
    }

    pub fn topic(&self, topic: Topic) -> String {
        format!("{}{topic}", self.prefix)
    }
}

impl Tier for KafkaTier {
    fn name(&self) -> &'static str {
        "Kafka"
    }

    fn features(&self) -> Features {
        FEATURES
    }

    fn open(&self, group: &str, instance: &str) -> Result<Member, Fatal> {
        self.connect(self.settings(group, instance))
    }

    fn produce(&self, to: Input, values: &[&str]) {
        outsider::produce(&self.producer, &self.topic(to.topic), to.partition, values);
    }

    fn raw(&self, input: Input) -> Vec<String> {
        outsider::raw(&self.brokers, &self.topic(input.topic), input.partition)
    }

    fn hold_open(&self, group: &str, to: Input, consumed: Input, next: i64) -> Box<dyn FnOnce()> {
        let (id, group) = (format!("{}holder", self.prefix), format!("{}{group}", self.prefix));
        let (to, consumed) =
            ((self.topic(to.topic), to.partition), (self.topic(consumed.topic), consumed.partition));
        let consumed = (consumed.0.as_str(), consumed.1, next);
        let producer = outsider::hold_open(&self.brokers, &id, &group, (&to.0, to.1), consumed);
        Box::new(move || producer.commit_transaction(BOUND).unwrap())
    }

    /// Another client takes the member's place in the group: its membership is stale from then on.
    fn oust(&self, group: &str, instance: &str) {
        let mut config = outsider::client(&self.brokers);
        config.set("group.id", format!("{}{group}", self.prefix));
        config.set("group.instance.id", format!("{}{group}-{instance}-0", self.prefix));
        config.set("partition.assignment.strategy", "cooperative-sticky");
        let usurper: BaseConsumer = config.create().unwrap();
        usurper.subscribe(&[&self.topic(Topic::Orders)]).unwrap();
        eventually("usurpation", || {
            usurper.poll(Duration::from_millis(10));
            usurper.assignment().unwrap().count() == usize::from(PARTITIONS)
        });
    }
}
