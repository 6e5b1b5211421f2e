//! One round: fresh topics, orders waiting at the checkout, then those who work them off; and what it took.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use crate::{
    broker::Broker,
    client::Ground,
    count::Count,
    filling,
    floor::{self, Pool},
    meter::{Meter, Took},
    mix::Mix,
    process,
    programs::Programs,
    shop::Shop,
    verdict::Verdict,
};
use rig::wait;

/// So long the services work before an outage.
const MID_WORK: Duration = Duration::from_millis(1_500);

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
    /// All services in one process, not each in its own.
    pub one_process: bool,
}

impl Plan {
    /// So many orders that complete, on four partitions.
    pub fn happy(orders: u32) -> Plan {
        Plan { mix: Mix::Happy, orders, partitions: 4, flags: Vec::new(), one_process: false }
    }
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

    /// Where the histories are kept that the floor writes for this mix.
    pub fn pool(&self, mix: Mix) -> std::path::PathBuf {
        self.folder.join(format!("pool-{}.json", mix.plain().name()))
    }

    /// A small saga first: it wakes the broker, and what it writes is what the floor will write.
    pub fn warm_up(&self, mix: Mix, orders: u32) -> Result<()> {
        let ground = self.ground(4);
        self.saga_on(&ground, &Plan { mix: mix.plain(), ..Plan::happy(orders) })?;
        Pool::keep(&ground, &self.pool(mix))
    }

    /// A round of the services.
    pub fn saga(&self, plan: &Plan) -> Result<Figures> {
        self.saga_on(&self.ground(plan.partitions), plan)
    }

    fn saga_on(&self, ground: &Ground, plan: &Plan) -> Result<Figures> {
        let load = process::load();
        let shop = Shop::found(&self.programs, &self.folder, ground)?;
        shop.supply(plan.mix.stock(plan.orders))?;
        let produced_per_second = filling::prefill(ground, plan.mix, 0..plan.orders)?;
        let before = match plan.mix {
            Mix::Backlog => self.outage(&shop, plan)?,
            _ => Count::default(),
        };
        let mut meter = Meter::start(&self.broker, ground);
        let mut running =
            if plan.one_process { shop.open_in_one(&plan.flags)? } else { shop.open(&plan.flags)? };
        let mut count = Count::default();
        let took =
            meter.watch(&mut running.processes, || filling::all_ended(ground, plan.orders, &mut count))?;
        let commits = running.figure("orders_commit_seconds_count")? as u64;
        let verdict = Verdict::pass(&self.programs, ground, &self.folder)?;
        running.end()?;
        let count = count.since(&before);
        let figures = figures(&name(&plan.flags), plan, &took, &count, commits);
        Ok(Figures { load, produced_per_second, verdict: Some(verdict), ..figures })
    }

    /// Lets the services begin and kills them all in mid-work; counts what they have done.
    fn outage(&self, shop: &Shop<'_>, plan: &Plan) -> Result<Count> {
        let mut meter = Meter::start(&self.broker, &shop.ground);
        let mut running = shop.open(&plan.flags)?;
        wait::until("services in mid-work", filling::STANDSTILL, || {
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
        filling::work_off(&ground, plan.mix, plan.orders)?;
        running.end()?;
        Ok(shop)
    }

    /// A round of the floor.
    pub fn floor(&self, plan: &Plan) -> Result<Figures> {
        let (load, mix) = (process::load(), plan.mix.plain());
        let ground = self.ground(plan.partitions);
        Shop::found(&self.programs, &self.folder, &ground)?;
        let produced_per_second = filling::prefill(&ground, mix, 0..plan.orders)?;
        let mut meter = Meter::start(&self.broker, &ground);
        let mut stages = floor::start(&ground, &self.pool(mix), &self.folder)?;
        let mut count = Count::default();
        let took = meter.watch(&mut stages, || filling::all_ended(&ground, plan.orders, &mut count))?;
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

/// The figures of a round that took so much and left so much on the log.
pub fn figures(what: &str, plan: &Plan, took: &Took, count: &Count, commits: u64) -> Figures {
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

/// What a saga with these flags is called.
pub fn name(flags: &[String]) -> String {
    [&["saga".to_owned()], flags].concat().join(" ")
}
