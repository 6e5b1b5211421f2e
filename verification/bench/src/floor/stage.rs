//! One stage of the floor: consumes what its service consumes, writes as many records of the same kind, commits both
//! in one transaction. The client's settings and the way to commit are those of the services.

use std::{
    ops::AddAssign,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use events_schema::{Topic, peek_type};
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    message::BorrowedMessage,
    producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer},
};
use serde::{Deserialize, Serialize};

use super::Pool;
use crate::wait;

/// At most so many records in one transaction, as in a service.
const BATCH: usize = 4_000;
/// Collect for at most so long, as in a service.
const SPAN: Duration = Duration::from_millis(20);
/// Wait so long for a first record.
const IDLE: Duration = Duration::from_millis(50);
/// Commit positions alone (nothing was written) at most this often, as a service does.
const LAZY: Duration = Duration::from_secs(1);
/// How long one call of the client may take.
const CALL: Duration = Duration::from_secs(30);

/// What a stage is told.
#[derive(clap::Args)]
pub struct Flags {
    #[arg(long)]
    stage: String,
    #[arg(long)]
    brokers: String,
    #[arg(long)]
    prefix: String,
    #[arg(long)]
    pool: PathBuf,
}

/// How much was done.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Transactions.
    pub commits: u64,
    /// Records consumed.
    pub consumed: u64,
    /// Records written.
    pub written: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.commits += other.commits;
        self.consumed += other.consumed;
        self.written += other.written;
    }
}

impl Tally {
    /// The last line of a stage.
    pub fn read(said: &str) -> Result<Tally> {
        serde_json::from_str(said.lines().last().unwrap_or_default()).context("a stage did not count")
    }
}

/// What follows on what, and where to; the second stands for an answer from outside, in a transaction of its own.
type Row = (&'static str, Topic, &'static str, Option<&'static str>);

fn rows(stage: &str) -> Option<(&'static [Topic], &'static [Row])> {
    use Topic::{Checkout, Inventory, Orders, Payments};
    match stage {
        "order" => Some((
            &[Checkout, Inventory, Payments],
            &[
                ("OrderPlaced", Orders, "OrderAccepted", None),
                ("PaymentCaptured", Orders, "OrderConfirmed", None),
                ("StockShipped", Orders, "OrderCompleted", None),
            ],
        )),
        "inventory" => Some((
            &[Orders, Payments],
            &[
                ("OrderAccepted", Inventory, "StockReserved", None),
                ("OrderConfirmed", Inventory, "StockShipped", None),
            ],
        )),
        "payment" => Some((
            &[Inventory, Orders],
            &[("StockReserved", Payments, "PaymentStarted", Some("PaymentCaptured"))],
        )),
        _ => None,
    }
}

/// A record to be written: where to, about what, which event.
struct Due {
    topic: Topic,
    partition: i32,
    key: Vec<u8>,
    event: &'static str,
}

struct Stage {
    rows: &'static [Row],
    prefix: String,
    producer: BaseProducer<DefaultProducerContext>,
    pool: Pool,
    now: Vec<Due>,
    /// What answers from outside oblige to, in the next transaction.
    next: Vec<Due>,
    positions: TopicPartitionList,
    committed: Instant,
    tally: Tally,
}

/// Runs until it is asked to end; then says how much it did.
pub fn run(flags: &Flags) -> Result<()> {
    let (inputs, rows) = rows(&flags.stage).with_context(|| format!("no such stage: {}", flags.stage))?;
    let mut stage = Stage {
        rows,
        prefix: flags.prefix.clone(),
        producer: producer(flags)?,
        pool: Pool::read(&flags.pool)?,
        now: Vec::new(),
        next: Vec::new(),
        positions: TopicPartitionList::new(),
        committed: wait::now(),
        tally: Tally::default(),
    };
    let names: Vec<String> = inputs.iter().map(|topic| format!("{}{topic}", flags.prefix)).collect();
    let consumer = consumer(flags)?;
    consumer.subscribe(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let mut ready = false;
    while !wait::is_over() {
        stage.turn(&consumer)?;
        if !ready && consumer.assignment()?.count() > 0 {
            ready = true;
            println!("ready");
        }
    }
    println!("{}", serde_json::to_string(&stage.tally)?);
    Ok(())
}

fn consumer(flags: &Flags) -> Result<BaseConsumer> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &flags.brokers);
    config.set("group.id", format!("{}floor-{}", flags.prefix, flags.stage));
    config.set("isolation.level", "read_committed").set("enable.auto.commit", "false");
    config.set("enable.auto.offset.store", "false").set("auto.offset.reset", "earliest");
    config.set("fetch.wait.max.ms", "50").set("fetch.queue.backoff.ms", "5").set("check.crcs", "false");
    Ok(config.create()?)
}

fn producer(flags: &Flags) -> Result<BaseProducer<DefaultProducerContext>> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &flags.brokers);
    config.set("transactional.id", format!("{}floor-{}", flags.prefix, flags.stage));
    config.set("transaction.timeout.ms", "10000").set("delivery.report.only.error", "true");
    // The commit waits until nothing is in flight: whatever lingers would be waited for.
    config.set("linger.ms", "0").set("batch.size", "1000000").set("queue.buffering.max.messages", "1000000");
    config.set("retry.backoff.ms", "5").set("compression.type", "lz4");
    let producer: BaseProducer<DefaultProducerContext> = config.create()?;
    producer.init_transactions(CALL)?;
    Ok(producer)
}

impl Stage {
    /// One transaction, if there is anything to do.
    fn turn(&mut self, consumer: &BaseConsumer) -> Result<()> {
        self.now = std::mem::take(&mut self.next);
        self.collect(consumer)?;
        let lazy = self.positions.count() > 0 && self.committed.elapsed() > LAZY;
        if self.now.is_empty() && !lazy {
            return Ok(());
        }
        self.producer.begin_transaction()?;
        self.write()?;
        self.drain()?;
        if self.positions.count() > 0 {
            let group = consumer.group_metadata().context("in no group")?;
            self.producer.send_offsets_to_transaction(&self.positions, &group, CALL)?;
            self.positions = TopicPartitionList::new();
        }
        self.producer.commit_transaction(CALL)?;
        self.tally.commits += 1;
        self.committed = wait::now();
        Ok(())
    }

    /// Takes what there is, and waits for a first record only if nothing else is to be done.
    fn collect(&mut self, consumer: &BaseConsumer) -> Result<()> {
        let first = consumer.poll(if self.now.is_empty() { IDLE } else { Duration::ZERO });
        let Some(first) = first else { return Ok(()) };
        self.take(&first?)?;
        let (mut taken, since) = (1, wait::now());
        while taken < BATCH && since.elapsed() < SPAN {
            let Some(record) = consumer.poll(Duration::ZERO) else { break };
            self.take(&record?)?;
            taken += 1;
        }
        Ok(())
    }

    fn take(&mut self, record: &BorrowedMessage<'_>) -> Result<()> {
        self.tally.consumed += 1;
        self.pass(record)?;
        let Some(event) = record.payload().and_then(peek_type) else { return Ok(()) };
        let Some((_, topic, event, later)) = self.rows.iter().find(|row| row.0 == event) else {
            return Ok(());
        };
        let key = record.key().unwrap_or_default();
        let due = |event| Due { topic: *topic, partition: record.partition(), key: key.to_owned(), event };
        self.now.push(due(event));
        self.next.extend(later.map(due));
        Ok(())
    }

    fn pass(&mut self, record: &BorrowedMessage<'_>) -> Result<()> {
        let (topic, partition) = (record.topic(), record.partition());
        let next = Offset::Offset(record.offset() + 1);
        match self.positions.find_partition(topic, partition) {
            Some(mut position) => position.set_offset(next)?,
            None => self.positions.add_partition_offset(topic, partition, next)?,
        }
        Ok(())
    }

    fn write(&mut self) -> Result<()> {
        for due in std::mem::take(&mut self.now) {
            let name = format!("{}{}", self.prefix, due.topic);
            let value = self.pool.next(due.event)?;
            let record = BaseRecord::to(&name).partition(due.partition).key(&due.key).payload(value);
            self.producer.send(record).map_err(|(error, _)| anyhow!("{name}: {error}"))?;
            self.tally.written += 1;
        }
        Ok(())
    }

    /// Until nothing is in flight. rdkafka's own flush would sleep for 100 ms.
    fn drain(&self) -> Result<()> {
        let since = wait::now();
        while self.producer.in_flight_count() > 0 {
            self.producer.poll(Duration::ZERO);
            if since.elapsed() > CALL {
                return Err(anyhow!("records were not delivered within {CALL:?}"));
            }
            wait::pause(Duration::from_micros(100));
        }
        Ok(())
    }
}
