//! A broker in this process: librdkafka's mock cluster, for the demo and for a first look.
//!
//! It keeps the last 5 MiB or 100,000 records of a partition, in memory. It knows no isolation: an aborted record is
//! visible, and it stores no positions of transactions. So it shows a saga, but cannot show a crash honestly.

use std::time::Duration;

use events_schema::Topic;
use rdkafka::{ClientConfig, config::FromClientConfig, producer::BaseProducer};

use super::ffi;
use crate::Fatal;

/// A running mock cluster of one broker; it ends when this is dropped.
pub struct Embedded {
    /// The client that carries the broker; it writes nothing.
    _carrier: BaseProducer,
    brokers: String,
}

impl Embedded {
    /// Starts a broker that has every topic of the contract.
    pub fn start(partitions: u16) -> Result<Embedded, Fatal> {
        let failed =
            |error: rdkafka::error::KafkaError| Fatal::Client(format!("the embedded broker: {error}"));
        let mut config = ClientConfig::new();
        config.set("test.mock.num.brokers", "1");
        let carrier = BaseProducer::from_config(&config).map_err(failed)?;
        // Its groups would wait 3 s for more members, which nobody who watches a demo understands.
        ffi::mock_rebalance_delay(&carrier, Duration::ZERO);
        let brokers = {
            use rdkafka::producer::Producer as _;
            let cluster = carrier.client().mock_cluster();
            let cluster =
                cluster.ok_or_else(|| Fatal::Client("the embedded broker did not start".to_owned()))?;
            for topic in Topic::ALL {
                cluster.create_topic(topic.name(), i32::from(partitions), 1).map_err(failed)?;
            }
            cluster.bootstrap_servers()
        };
        Ok(Embedded { _carrier: carrier, brokers })
    }

    /// Where it listens: `127.0.0.1:port`.
    pub fn brokers(&self) -> &str {
        &self.brokers
    }

    /// Settings of clients that read from it: it never ends an empty fetch early, so that fetches must be short.
    pub fn client_settings(&self) -> Vec<(String, String)> {
        vec![("fetch.wait.max.ms".to_owned(), "5".to_owned())]
    }
}
