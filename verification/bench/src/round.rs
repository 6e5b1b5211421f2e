//! One round: fresh topics, orders waiting at the checkout, then those who work them off; and what it took.

use std::time::Duration;

use anyhow::{Result, ensure};
use events_schema::{Topic, peek_type};
use rdkafka::Offset;
use serde::{Deserialize, Serialize};

use crate::{
    broker::Broker,
    client::{Eye, Ground, Pen},
    count::Count,
    floor::{self, Pool},
    latency::{self, Timed},
    meter::{Meter, Took},
    mix::{self, Mix},
    process,
    programs::Programs,
    shop::Shop,
    verdict::Verdict,
};
use rig::wait;

/// So many orders are open at once while a log is filled.
const OPEN: u32 = 4_000;
/// So long the services work before an outage.
const MID_WORK: Duration = Duration::from_millis(1_500);
/// So long no order may end while a log is filled.
const STANDSTILL: Duration = Duration::from_secs(60);

/// Everything a run stands on.
pub struct Bench {
    /// The broker, until the end of the run.
    pub broker: Broker,
    /// The services.
    pub programs: Programs,
    /// Where logs of processes go.
    pub folder: std::path::PathBuf,
    rounds: std::cell::Cell<u32>,
}

/// Which round.
#[derive(Clone)]
pub struct Plan {
    /// What is ordered.
    pub mix: Mix,
    /// How many orders.
    pub orders: u32,
    /// How many partitions.
    pub partitions: u16,
    /// Flags for the services besides.
    pub flags: Vec<String>,
}

/// What one round came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figures {
    /// `floor` or `saga`.
    pub what: String,
    /// The mix.
    pub mix: String,
    /// Orders that ended.
    pub orders: u64,
    /// Seconds from the first fact to the last.
    pub seconds: f64,
    /// Orders ended in a second.
    pub orders_per_second: f64,
    /// Processor milliseconds of the three processes per order.
    pub services_cpu_ms: f64,
    /// Processor milliseconds of the broker per order.
    pub broker_cpu_ms: f64,
    /// Memory of the three processes at the end, MB.
    pub rss_mb: f64,
    /// Facts per order.
    pub records: f64,
    /// Bytes of their keys and values per order.
    pub bytes: f64,
    /// Bytes the broker's files grew by per order.
    pub stored: f64,
    /// Transactions.
    pub commits: u64,
    /// Facts per transaction.
    pub records_per_commit: f64,
    /// Orders a second written to the checkout, plain.
    pub produced_per_second: f64,
    /// Facts a second read back, plain.
    pub read_per_second: f64,
    /// The machine's load over the last minute, at the beginning.
    pub load: f64,
    /// The auditor's word; the floor has nothing to judge.
    pub verdict: Option<Verdict>,
}

/// How long orders took on the floor, or in the saga.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Latency {
    /// `floor` or `saga`.
    pub what: String,
    /// Orders a second.
    pub rate: u32,
    /// At that rate.
    pub at_rate: Timed,
    /// One order at a time.
    pub idle: Timed,
    /// Transactions of all services.
    pub commits: u64,
    /// The mean time of one, in milliseconds.
    pub commit_ms: f64,
    /// The machine's load over the last minute, at the beginning.
    pub load: f64,
    /// The auditor's word; the floor has nothing to judge.
    pub verdict: Option<Verdict>,
}

impl Bench {
    /// Builds what is needed and starts the broker.
    pub fn open() -> Result<Bench> {
        eprintln!("building the services");
        let programs = Programs::build()?;
        let folder = rig::workspace().join(format!("target/bench/{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        eprintln!("starting the broker; logs of this run: {}", folder.display());
        let broker = Broker::start(&folder)?;
        Ok(Bench { broker, programs, folder, rounds: std::cell::Cell::new(0) })
    }

    /// A name for topics that nobody has used.
    pub fn ground(&self, partitions: u16) -> Ground {
        let round = self.rounds.get() + 1;
        self.rounds.set(round);
        Ground { brokers: self.broker.address.clone(), prefix: format!("r{round}-"), partitions }
    }

    /// Where the floor's events are kept.
    pub fn pool(&self) -> std::path::PathBuf {
        self.folder.join("pool.json")
    }

    /// A small saga first: it wakes the broker, and its events are what the floor will write.
    pub fn warm_up(&self, mix: Mix, orders: u32) -> Result<()> {
        let plan = Plan { mix, orders, partitions: 4, flags: Vec::new() };
        let (_, count) = self.saga_and_count(&plan)?;
        Pool::keep(&count, &self.pool())
    }

    /// A round of the services.
    pub fn saga(&self, plan: &Plan) -> Result<Figures> {
        Ok(self.saga_and_count(plan)?.0)
    }

    fn saga_and_count(&self, plan: &Plan) -> Result<(Figures, Count)> {
        let load = process::load();
        let ground = self.ground(plan.partitions);
        let shop = Shop::found(&self.programs, &self.folder, &ground)?;
        shop.supply(plan.mix.stock(plan.orders))?;
        let produced_per_second = prefill(&ground, plan)?;
        let before = match plan.mix {
            Mix::Backlog => self.outage(&shop, plan)?,
            _ => Count::default(),
        };
        let mut meter = Meter::start(&self.broker, &ground);
        let mut running = shop.open(&plan.flags)?;
        let mut count = Count::default();
        let took = meter.watch(&mut running.processes, || all_ended(&ground, plan, &mut count))?;
        let commits = running.figure("orders_commit_seconds_count")? as u64;
        let verdict = Verdict::pass(&self.programs, &ground, &self.folder)?;
        running.end()?;
        let count = count.since(&before);
        let figures = figures(&name(&plan.flags), plan, &took, &count, commits);
        Ok((Figures { load, produced_per_second, verdict: Some(verdict), ..figures }, count))
    }

    /// Lets the services begin and kills them all in mid-work; counts what they have done.
    fn outage(&self, shop: &Shop<'_>, plan: &Plan) -> Result<Count> {
        let mut meter = Meter::start(&self.broker, &shop.ground);
        let mut running = shop.open(&plan.flags)?;
        wait::until("services in mid-work", STANDSTILL, || {
            meter.look(&mut running.processes)?;
            Ok(if meter.at_work() > MID_WORK { Ok(()) } else { Err("they have not begun".to_owned()) })
        })?;
        running.processes.iter_mut().try_for_each(process::Process::kill)?;
        Count::read(&shop.ground)
    }

    /// A ground on which all of these orders have ended, and nobody is at work.
    pub fn filled(&self, plan: &Plan) -> Result<Shop<'_>> {
        let ground = self.ground(plan.partitions);
        let shop = Shop::found(&self.programs, &self.folder, &ground)?;
        shop.supply(plan.mix.stock(plan.orders))?;
        let running = shop.open(&plan.flags)?;
        work_off(&ground, plan)?;
        running.end()?;
        Ok(shop)
    }

    /// A round of the floor.
    pub fn floor(&self, plan: &Plan) -> Result<Figures> {
        let load = process::load();
        let ground = self.ground(plan.partitions);
        Shop::found(&self.programs, &self.folder, &ground)?;
        let produced_per_second = prefill(&ground, plan)?;
        let mut meter = Meter::start(&self.broker, &ground);
        let mut stages = floor::start(&ground, &self.pool(), &self.folder)?;
        let mut count = Count::default();
        let took = meter.watch(&mut stages, || all_ended(&ground, plan, &mut count))?;
        let tally = floor::end(stages)?;
        ensure!(
            tally.written == count.records,
            "the floor wrote {}, and {} are there",
            tally.written,
            count.records
        );
        Ok(Figures { load, produced_per_second, ..figures("floor", plan, &took, &count, tally.commits) })
    }
}

impl Bench {
    /// Times orders on the floor or in the saga: at a rate, and one at a time.
    pub fn timed(&self, saga: Option<&[String]>, rate: u32, span: Duration, idle: u32) -> Result<Latency> {
        let load = process::load();
        let ground = self.ground(4);
        let shop = Shop::found(&self.programs, &self.folder, &ground)?;
        let what = saga.map_or("floor".to_owned(), name);
        let mut latency = Latency { what, rate, load, ..Latency::default() };
        let mut time = || -> Result<()> {
            latency.idle = latency::one_by_one(&ground, idle)?;
            latency.at_rate = latency::open_loop(&ground, rate, span)?;
            Ok(())
        };
        if let Some(flags) = saga {
            shop.supply(Mix::Happy.stock(0))?;
            let mut running = shop.open(flags)?;
            running.await_ready()?;
            time()?;
            latency.commits = running.figure("orders_commit_seconds_count")? as u64;
            latency.commit_ms =
                running.figure("orders_commit_seconds_sum")? * 1e3 / latency.commits.max(1) as f64;
            latency.verdict = Some(Verdict::pass(&self.programs, &ground, &self.folder)?);
            running.end()?;
        } else {
            let mut stages = floor::start(&ground, &self.pool(), &self.folder)?;
            floor::await_ready(&mut stages)?;
            time()?;
            floor::end(stages)?;
        }
        Ok(latency)
    }
}

/// Writes all orders; returns how many a second.
fn prefill(ground: &Ground, plan: &Plan) -> Result<f64> {
    let pen = Pen::open(ground, 5)?;
    let since = wait::now();
    for number in 0..plan.orders {
        let (key, value) = mix::record(plan.mix, number, wait::time());
        for _ in 0..plan.mix.copies(number) {
            pen.write(Topic::Checkout, &key, &value)?;
        }
        if number % 4_096 == 0 {
            wait::go_on()?;
        }
    }
    pen.drain()?;
    Ok(f64::from(plan.orders) / since.elapsed().as_secs_f64())
}

/// Places orders while so many at most are open, until all have ended: memory then tells of ended orders, not of a
/// backlog that was.
fn work_off(ground: &Ground, plan: &Plan) -> Result<()> {
    let (pen, mut eye) = (Pen::open(ground, 5)?, Eye::open(ground, &[Topic::Orders], Offset::Beginning)?);
    let (mut placed, mut ended, mut last) = (0, 0, wait::now());
    while ended < plan.orders {
        wait::go_on()?;
        while placed < plan.orders && placed - ended < OPEN {
            let (key, value) = mix::record(plan.mix, placed, wait::time());
            pen.write(Topic::Checkout, &key, &value)?;
            placed += 1;
        }
        pen.serve();
        let before = ended;
        for _ in 0..OPEN / 10 {
            let ends =
                &mut |_: &[u8], value: &[u8]| ended += u32::from(peek_type(value) == Some("OrderCompleted"));
            if !eye.look(Duration::from_millis(5), ends)? {
                break;
            }
        }
        if ended > before {
            last = wait::now();
        }
        ensure!(
            last.elapsed() < STANDSTILL,
            "no order has ended for {STANDSTILL:?}; {ended} of {placed} have"
        );
    }
    pen.drain()
}

fn all_ended(ground: &Ground, plan: &Plan, into: &mut Count) -> Result<Result<(), String>> {
    *into = Count::read(ground)?;
    let ended = into.ended();
    Ok(if ended >= u64::from(plan.orders) {
        Ok(())
    } else {
        Err(format!("{ended} of {} orders ended", plan.orders))
    })
}

fn figures(what: &str, plan: &Plan, took: &Took, count: &Count, commits: u64) -> Figures {
    let orders = count.ended().max(1) as f64;
    Figures {
        what: what.to_owned(),
        mix: plan.mix.name().to_owned(),
        orders: count.ended(),
        seconds: took.seconds,
        orders_per_second: orders / took.seconds.max(0.001),
        services_cpu_ms: took.services_cpu * 1e3 / orders,
        broker_cpu_ms: took.broker_cpu * 1e3 / orders,
        rss_mb: took.rss_mb,
        records: count.records as f64 / orders,
        bytes: count.bytes as f64 / orders,
        stored: took.stored as f64 / orders,
        commits,
        records_per_commit: count.records as f64 / commits.max(1) as f64,
        produced_per_second: 0.0,
        read_per_second: count.records as f64 / count.took.as_secs_f64().max(0.001),
        load: 0.0,
        verdict: None,
    }
}

fn name(flags: &[String]) -> String {
    [&["saga".to_owned()], flags].concat().join(" ")
}
