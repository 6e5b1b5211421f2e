//! librdkafka's mock broker as a tier.

use choreography::{
    Fatal, Input,
    kafka::{self, Settings},
};
use events_schema::Topic;
use rdkafka::{
    mocking::MockCluster,
    producer::{BaseProducer, DefaultProducerContext},
};

use crate::{
    member::Member,
    outsider,
    tier::{Features, PARTITIONS, Tier},
};

/// It writes no markers, hides nothing, stores no positions of transactions and fences nobody.
pub const FEATURES: Features = Features {
    isolation: false,
    stored_positions: false,
    waits: false,
    stale_members: false,
    fencing: false,
    markers: false,
};

/// A broker of its own, in this process.
pub struct MockTier {
    brokers: String,
    producer: BaseProducer,
    _cluster: MockCluster<'static, DefaultProducerContext>,
}

impl MockTier {
    pub fn new() -> MockTier {
        let cluster = MockCluster::new(1).unwrap();
        for topic in Topic::ALL {
            cluster.create_topic(topic.name(), PARTITIONS.into(), 1).unwrap();
        }
        let brokers = cluster.bootstrap_servers();
        let producer = outsider::producer(&brokers);
        MockTier { brokers, producer, _cluster: cluster }
    }
}

impl Tier for MockTier {
    fn name(&self) -> &'static str {
        "librdkafka's mock broker"
    }

    fn features(&self) -> Features {
        FEATURES
    }

    fn open(&self, group: &str, instance: &str) -> Result<Member, Fatal> {
        let settings = Settings::new(&self.brokers, group, Topic::Orders);
        let (source, sink) = kafka::open(Settings { instance: instance.to_owned(), ..settings })?;
        Ok(Member::new(source, sink))
    }

    fn produce(&self, to: Input, values: &[&str]) {
        outsider::produce(&self.producer, to.topic.name(), to.partition, values);
    }

    fn raw(&self, input: Input) -> Vec<String> {
        outsider::raw(&self.brokers, input.topic.name(), input.partition)
    }

    fn hold_open(&self, _: &str, _: Input, _: Input, _: i64) -> Box<dyn FnOnce()> {
        unreachable!("no case that waits is run on it")
    }

    fn oust(&self, _: &str, _: &str) {
        unreachable!("no case with stale members is run on it")
    }
}
