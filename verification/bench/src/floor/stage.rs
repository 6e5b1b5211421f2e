//! One stage of the floor: consumes what its service consumes, writes as many records of the same kind, commits both
//! in one transaction. Its clients are those of a service: the reader, the producer and the commit of
//! `choreography::kafka`, so that what lies above them is all that the saga has and the floor has not.

use std::{collections::BTreeMap, ops::AddAssign, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use choreography::{
    Budget, Input, Leases, Outgoing, Pace, Position, Sink, Source as _,
    kafka::{self, KafkaSink, KafkaSource, Settings},
};
use events_schema::{Key, Record, Source, Timestamp, Topic, peek_type};
use serde::{Deserialize, Serialize};

use super::Pool;
use crate::mix;
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

/// A record to be written in the next transaction: what an answer from outside, or from another partition, obliges to.
struct Due {
    partition: u16,
    key: Key,
    number: u32,
    /// Its place in the order's history.
    at: usize,
}

struct Stage {
    inputs: Vec<Topic>,
    pace: Pace,
    source: KafkaSource,
    writer: Writer,
    positions: BTreeMap<Input, i64>,
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
    let service =
        Source::from_name(&flags.stage).with_context(|| format!("no such stage: {}", flags.stage))?;
    let own = Topic::ALL.into_iter().find(|topic| topic.owner() == Some(service));
    let own = own.with_context(|| format!("{} owns no topic", flags.stage))?;
    let mut settings = Settings::new(&flags.brokers, format!("floor-{}", flags.stage), own);
    settings.prefix.clone_from(&flags.prefix);
    let (source, mut sink) = kafka::open(settings)?;
    sink.init()?;
    let writer = Writer { sink, pool: Pool::read(&flags.pool, service)?, tally: Tally::default() };
    let (positions, later, pace) = (BTreeMap::new(), Vec::new(), Pace::default());
    let inputs = service.inputs().collect();
    let mut stage = Stage { inputs, pace, source, writer, positions, later, committed: wait::time() };
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
        for Due { partition, key, number, at } in &answers {
            self.writer.write(*partition, key.as_bytes(), *number, *at)?;
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
        let Stage { pace, source, writer, positions, later, .. } = self;
        let budget = Budget { records: pace.records, wait, span: pace.span };
        let mut failed = None;
        let taken = source.poll(budget, &mut |record| {
            let place = record.place;
            positions.insert(Input { topic: place.topic, partition: place.partition }, place.offset + 1);
            let told = writer.answer(&record, later);
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
    /// Writes what the service wrote when it heard this, or keeps it for later.
    fn answer(&mut self, record: &Record<'_>, later: &mut Vec<Due>) -> Result<()> {
        self.tally.consumed += 1;
        let Some(kind) = record.value.and_then(peek_type) else { return Ok(()) };
        let (key, partition) = (record.key.unwrap_or_default(), record.place.partition);
        let Some(number) = mix::number_of(key) else { return Ok(()) };
        for at in 0..self.pool.history(number).len() {
            let said = &self.pool.history(number)[at];
            match said.later {
                _ if said.on != kind => {}
                true => later.push(Due { partition, key: Key::from_bytes(key)?, number, at }),
                false => self.write(partition, key, number, at)?,
            }
        }
        Ok(())
    }

    fn write(&mut self, partition: u16, key: &[u8], number: u32, at: usize) -> Result<()> {
        let said = &self.pool.history(number)[at];
        let to = Input { topic: said.topic(), partition };
        self.tally.written += 1;
        let value = Some(said.value.as_bytes());
        Ok(self.sink.append(Outgoing { to, time: wait::time(), key: Some(key), value, headers: &[] })?)
    }
}
