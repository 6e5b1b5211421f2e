//! A broker to play on, and the program to play with.

use std::{
    io::Write,
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use events_schema::{Key, Topic, partition_of};
use rdkafka::{
    ClientConfig,
    message::{Header, OwnedHeaders},
    mocking::MockCluster,
    producer::DefaultProducerContext,
    producer::{BaseProducer, BaseRecord, Producer},
};
use serde_json::Value;

/// Partitions of every topic on stage.
pub const PARTITIONS: u16 = 4;

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
        let mock = MockCluster::new(1).unwrap();
        for topic in Topic::ALL {
            mock.create_topic(topic.name(), i32::from(PARTITIONS), 1).unwrap();
        }
        Stage::on(mock.bootstrap_servers(), String::new(), Some(mock))
    }

    /// The broker of `ORDERS_TEST_BROKERS`, with all topics under a new prefix.
    pub fn kafka() -> Option<Stage> {
        let stage = Stage::bare_kafka()?;
        stage.ctl(&["init"]).ends_with(0);
        Some(stage)
    }

    /// The same without topics.
    pub fn bare_kafka() -> Option<Stage> {
        static STAGES: AtomicU32 = AtomicU32::new(0);
        #[expect(clippy::disallowed_methods, reason = "how a test is told of a real broker")]
        let Ok(brokers) = std::env::var("ORDERS_TEST_BROKERS") else {
            println!("skipped: no ORDERS_TEST_BROKERS");
            return None;
        };
        let (process, number) = (std::process::id(), STAGES.fetch_add(1, Ordering::Relaxed));
        let since = started().elapsed().as_nanos();
        Some(Stage::on(brokers, format!("ctl-{process}-{number}-{since}."), None))
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

    /// The program on this stage, not yet started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = orderctl(args);
        command.env("ORDERS_BROKERS", &self.brokers).env("ORDERS_PREFIX", &self.prefix);
        command
    }

    /// Runs the program to its end.
    pub fn ctl(&self, args: &[&str]) -> Run {
        Run::from(self.command(args).output().unwrap())
    }

    /// The same, and how long it took.
    pub fn ctl_timed(&self, args: &[&str]) -> (Run, Duration) {
        let begun = started().elapsed();
        let run = self.ctl(args);
        (run, started().elapsed() - begun)
    }

    /// Runs it with something to read on standard input.
    pub fn ctl_reading(&self, args: &[&str], input: &str) -> Run {
        let mut child = self.start(args);
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Run::from(child.wait_with_output().unwrap())
    }

    /// Starts it and lets it run.
    pub fn start(&self, args: &[&str]) -> Child {
        let piped = || Stdio::piped();
        self.command(args).stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap()
    }

    /// Writes one record and waits until the broker has it.
    pub fn write(&self, topic: Topic, partition: u16, key: &str, value: &[u8], headers: &[(&str, &str)]) {
        let headers = headers
            .iter()
            .fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(*value) }));
        let name = format!("{}{topic}", self.prefix);
        let record =
            BaseRecord::to(&name).partition(i32::from(partition)).payload(value).key(key).headers(headers);
        self.producer.send(record).map_err(|(error, _)| error).unwrap();
        self.producer.flush(Duration::from_secs(20)).unwrap();
    }

    /// What stands on a topic.
    pub fn records(&self, topic: &str) -> Vec<Value> {
        let run = self.ctl(&["tail", topic, "--from-beginning", "--until-end", "--output", "json"]);
        run.ends_with(0).out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Waits until so many records stand on a topic.
    pub fn await_records(&self, topic: &str, count: usize) -> Vec<Value> {
        let since = started();
        let deadline = since.elapsed() + Duration::from_secs(30);
        loop {
            let records = self.records(topic);
            if records.len() >= count {
                return records;
            }
            assert!(since.elapsed() < deadline, "{topic}: {} of {count} records after 30 s", records.len());
        }
    }

    /// A producer with a transaction of its own, for what must not be seen.
    pub fn transactional(&self) -> BaseProducer {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("transactional.id", format!("{}test", self.prefix));
        let producer: BaseProducer = config.create().unwrap();
        producer.init_transactions(Duration::from_secs(20)).unwrap();
        producer
    }

    /// A topic's name on the broker.
    pub fn name_of(&self, topic: Topic) -> String {
        format!("{}{topic}", self.prefix)
    }
}

/// The program without any broker.
pub fn orderctl(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orderctl"));
    command.args(args).env_remove("ORDERS_BROKERS").env_remove("ORDERS_PREFIX").env_remove("ORDERS_TIMEOUT");
    command
}

/// The partition of a key on stage.
pub fn home(key: &str) -> u16 {
    partition_of(&key.parse::<Key>().unwrap(), PARTITIONS)
}

/// How long a test waits for something at most.
pub struct Patience {
    span: Duration,
}

impl Patience {
    /// So long.
    pub fn of(span: Duration) -> Patience {
        Patience { span }
    }

    /// Looks again until it is so.
    #[track_caller]
    pub fn until(&self, what: &str, so: impl Fn() -> bool) {
        let since = started();
        let deadline = since.elapsed() + self.span;
        while !so() {
            assert!(since.elapsed() < deadline, "not within {:?}: {what}", self.span);
        }
    }
}

fn started() -> Instant {
    static STARTED: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    #[expect(clippy::disallowed_methods, reason = "bounds how long a test waits")]
    let now = Instant::now;
    *STARTED.get_or_init(now)
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

    /// Standard output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}
