//! A broker to play on, and the auditor to play with.

use std::{
    collections::BTreeMap,
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use events_schema::Topic;
use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, CommitMode, Consumer},
    mocking::MockCluster,
    producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer},
};
use serde_json::Value;

/// Partitions of every topic on stage.
pub const PARTITIONS: i32 = 2;
const PATIENCE: Duration = Duration::from_secs(20);

/// A broker, and a prefix of its own on it.
pub struct Stage {
    brokers: String,
    prefix: String,
    producer: BaseProducer,
    _mock: Option<MockCluster<'static, DefaultProducerContext>>,
}

/// How the program ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Stage {
    /// The broker embedded in librdkafka, with all topics.
    pub fn mock() -> Stage {
        Stage::mock_with(&Topic::ALL.map(|topic| (topic, PARTITIONS)))
    }

    /// The same with these topics only.
    pub fn mock_with(topics: &[(Topic, i32)]) -> Stage {
        let mock = MockCluster::new(1).unwrap();
        for (topic, partitions) in topics {
            mock.create_topic(topic.name(), *partitions, 1).unwrap();
        }
        Stage::on(mock.bootstrap_servers(), String::new(), Some(mock))
    }

    /// The broker of `ORDERS_TEST_BROKERS`, with all topics under a new prefix.
    pub fn kafka() -> Option<Stage> {
        static STAGES: AtomicU32 = AtomicU32::new(0);
        #[expect(clippy::disallowed_methods, reason = "how a test is told of a real broker")]
        let Ok(brokers) = std::env::var("ORDERS_TEST_BROKERS") else {
            println!("skipped: no ORDERS_TEST_BROKERS");
            return None;
        };
        #[expect(clippy::disallowed_methods, reason = "a name that no earlier run has used")]
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros();
        let prefix = format!("audit-{now}-{}.", STAGES.fetch_add(1, Ordering::Relaxed));
        let stage = Stage::on(brokers, prefix, None);
        stage.make_topics();
        Some(stage)
    }

    fn make_topics(&self) {
        let names = Topic::ALL.map(|topic| self.name_of(topic));
        let topics = names.iter().map(|name| NewTopic::new(name, PARTITIONS, TopicReplication::Fixed(1)));
        let admin: AdminClient<DefaultClientContext> =
            ClientConfig::new().set("bootstrap.servers", &self.brokers).create().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
        let topics: Vec<_> = topics.collect();
        let made = runtime.block_on(admin.create_topics(&topics, &options)).unwrap();
        made.into_iter().for_each(|made| drop(made.unwrap()));
    }

    fn on(
        brokers: String,
        prefix: String,
        mock: Option<MockCluster<'static, DefaultProducerContext>>,
    ) -> Stage {
        let producer =
            ClientConfig::new().set("bootstrap.servers", &brokers).set("linger.ms", "0").create().unwrap();
        Stage { brokers, prefix, producer, _mock: mock }
    }

    /// What its topics begin with, or that it is embedded: a name that no other has at the time.
    pub fn name(&self) -> &str {
        if self.prefix.is_empty() { "mock" } else { &self.prefix }
    }

    /// Runs the auditor to its end.
    pub fn audit(&self, args: &[&str]) -> Run {
        Run::from(self.command(args).output().unwrap())
    }

    /// Starts it and lets it run.
    pub fn start(&self, args: &[&str]) -> Child {
        self.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditor"));
        command.args(args).env("ORDERS_BROKERS", &self.brokers).env("ORDERS_PREFIX", &self.prefix);
        command
    }

    /// Writes one record on partition 0 and waits until the broker has it.
    pub fn write(&self, topic: Topic, key: &str, value: &[u8]) {
        let name = self.name_of(topic);
        let record = BaseRecord::to(&name).partition(0).payload(value).key(key);
        self.producer.send(record).map_err(|(error, _)| error).unwrap();
        self.producer.flush(PATIENCE).unwrap();
    }

    /// The services have taken all that is there now.
    pub fn all_taken(&self) {
        for service in ["order", "inventory", "payment"] {
            let group = format!("{}{service}", self.prefix);
            let mut config = ClientConfig::new();
            config.set("bootstrap.servers", &self.brokers).set("group.id", group);
            let consumer: BaseConsumer = config.create().unwrap();
            let mut list = TopicPartitionList::new();
            for topic in Topic::ALL {
                let name = self.name_of(topic);
                let end = consumer.fetch_watermarks(&name, 0, PATIENCE).unwrap().1;
                list.add_partition_offset(&name, 0, Offset::Offset(end)).unwrap();
            }
            consumer.commit(&list, CommitMode::Sync).unwrap();
        }
    }

    fn name_of(&self, topic: Topic) -> String {
        format!("{}{topic}", self.prefix)
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Run {
    /// Asserts the exit code.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// The promises by their numbers, and the summary as `summary`.
    #[track_caller]
    pub fn lines(&self) -> BTreeMap<String, Value> {
        let named = |line: &str| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            match line["promise"].as_str().map(str::to_owned) {
                Some(promise) => (promise, line),
                None => ("summary".to_owned(), line["summary"].take()),
            }
        };
        self.out.lines().map(named).collect()
    }
}
