//! One stage of the floor: consumes what its service consumes, writes as many records of the same kind, commits both
//! in one transaction. Its clients are those of a service: the reader, the producer and the commit of
//! `choreography::kafka`, so that what lies above them is all that the saga has and the floor has not.

use std::{collections::BTreeMap, ops::AddAssign, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use choreography::{
    Budget, Input, Leases, Outgoing, Pace, Position, Sink, Source,
    kafka::{self, KafkaSink, KafkaSource, Settings},
};
use events_schema::{Key, Record, Timestamp, Topic, peek_type};
use serde::{Deserialize, Serialize};

use super::Pool;
use rig::wait;

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
    to: Input,
    key: Key,
    event: &'static str,
}

struct Stage {
    rows: &'static [Row],
    inputs: &'static [Topic],
    pace: Pace,
    source: KafkaSource,
    writer: Writer,
    positions: BTreeMap<Input, i64>,
    /// What answers from outside oblige to, in the next transaction.
    later: Vec<Due>,
    committed: Timestamp,
}

struct Writer {
    sink: KafkaSink,
    pool: Pool,
    tally: Tally,
}

/// Runs until it is asked to end; then says how much it did.
pub fn run(flags: &Flags) -> Result<()> {
    let (inputs, rows) = rows(&flags.stage).with_context(|| format!("no such stage: {}", flags.stage))?;
    let mut settings = Settings::new(&flags.brokers, format!("floor-{}", flags.stage), rows[0].1);
    settings.prefix.clone_from(&flags.prefix);
    let (source, mut sink) = kafka::open(settings)?;
    sink.init()?;
    let writer = Writer { sink, pool: Pool::read(&flags.pool)?, tally: Tally::default() };
    let (positions, later, pace) = (BTreeMap::new(), Vec::new(), Pace::default());
    let mut stage = Stage { rows, inputs, pace, source, writer, positions, later, committed: wait::time() };
    while !wait::is_over() {
        stage.turn()?;
    }
    println!("{}", serde_json::to_string(&stage.writer.tally)?);
    Ok(())
}

impl Stage {
    /// One transaction, if there is anything to do.
    fn turn(&mut self) -> Result<()> {
        self.follow_leases()?;
        let answers = std::mem::take(&mut self.later);
        let written = self.writer.tally.written;
        for Due { to, key, event } in &answers {
            self.writer.write(*to, key.as_bytes(), event)?;
        }
        let consumed = self.collect(if answers.is_empty() { self.pace.idle } else { self.pace.expecting })?;
        let lazy = consumed > 0 && self.committed.until(wait::time()) > self.pace.lazy;
        if self.writer.tally.written > written || lazy {
            self.commit()?;
        }
        Ok(())
    }

    fn follow_leases(&mut self) -> Result<()> {
        let leases = self.source.leases()?;
        if leases == Leases::default() {
            return Ok(());
        }
        self.positions.retain(|input, _| !leases.lost.contains(&input.partition));
        for partition in leases.gained {
            self.positions.extend(self.inputs.iter().map(|topic| (Input { topic: *topic, partition }, 0)));
        }
        self.source.assign(&self.places())?;
        println!("ready");
        Ok(())
    }

    fn places(&self) -> Vec<Position> {
        self.positions.iter().map(|(input, next)| Position { input: *input, next: *next }).collect()
    }

    fn collect(&mut self, wait: Duration) -> Result<usize> {
        let Stage { rows, pace, source, writer, positions, later, .. } = self;
        let budget = Budget { records: pace.records, wait, span: pace.span };
        let mut failed = None;
        let taken = source.poll(budget, &mut |record| {
            let place = record.place;
            positions.insert(Input { topic: place.topic, partition: place.partition }, place.offset + 1);
            let told = writer.answer(rows, &record, later);
            failed = failed.take().or(told.err());
        })?;
        failed.map_or(Ok(taken), Err)
    }

    fn commit(&mut self) -> Result<()> {
        let places = self.places();
        self.writer.sink.commit(&places)?;
        self.writer.tally.commits += 1;
        self.committed = wait::time();
        Ok(())
    }
}

impl Writer {
    fn answer(&mut self, rows: &[Row], record: &Record<'_>, later: &mut Vec<Due>) -> Result<()> {
        self.tally.consumed += 1;
        let Some(kind) = record.value.and_then(peek_type) else { return Ok(()) };
        let Some((_, topic, event, answer)) = rows.iter().find(|row| row.0 == kind) else { return Ok(()) };
        let to = Input { topic: *topic, partition: record.place.partition };
        let key = record.key.unwrap_or_default();
        if let Some(event) = answer {
            later.push(Due { to, key: Key::from_bytes(key)?, event });
        }
        self.write(to, key, event)
    }

    fn write(&mut self, to: Input, key: &[u8], event: &str) -> Result<()> {
        let (time, value) = (wait::time(), Some(self.pool.next(event)?));
        self.tally.written += 1;
        Ok(self.sink.append(Outgoing { to, time, key: Some(key), value, headers: &[] })?)
    }
}
