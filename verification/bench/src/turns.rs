//! `streams`: floor, our saga and the same saga on Kafka Streams by turns, in one run.
//!
//! Each is measured cold, from processes just started to the last of the orders that waited for them, and then warm: as
//! many orders again, for the same processes.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use crate::{
    aims::{self, Aim},
    compare,
    contender::Contender,
    count::Count,
    filling, flags,
    meter::Meter,
    mix::Mix,
    round::{self, Bench, Figures, Plan},
    shop::Shop,
    streams::{DEFAULT, OFTEN, Streams},
    timing::{Latency, Load},
    verdict::Verdict,
};
use rig::wait;

/// The events of a happy order that services say.
const EVENTS: [&str; 7] = [
    "OrderAccepted",
    "StockReserved",
    "PaymentStarted",
    "PaymentCaptured",
    "OrderConfirmed",
    "StockShipped",
    "OrderCompleted",
];
/// Orders before anything is timed: a Java program compiles what it runs often.
const WARM_UP: u32 = 40_000;
/// How long each is timed at a rate.
const TIMED: Duration = Duration::from_secs(12);
/// Orders that are timed alone: few, since each takes Kafka Streams most of a second by default.
const ALONE: u32 = 20;

/// What a run found.
#[derive(Serialize, Deserialize)]
pub struct Found {
    /// What was measured.
    pub revision: String,
    /// How Kafka Streams was set.
    pub how: String,
    /// Every round, in its order.
    pub rounds: Vec<Figures>,
    /// Times of orders.
    pub latencies: Vec<Latency>,
}

impl Found {
    /// What was aimed at.
    pub fn aims(&self) -> Vec<Aim> {
        aims::against_streams(&self.rounds, &self.latencies)
    }
}

/// Runs it.
pub fn run(bench: &Bench, flags: &flags::Streams) -> Result<Found> {
    let streams = Streams::build(&flags.heap, flags.store.name(), flags.together)?;
    compare::warn_of_load();
    bench.warm_up(Mix::Happy, compare::WARM)?;
    let rounds = rounds(bench, flags, &streams, wait::now())?;
    let mut latencies = Vec::new();
    if flags.rate > 0 {
        let load = Load { warm_up: WARM_UP, alone: ALONE, rate: flags.rate, span: TIMED };
        for who in [
            Contender::Floor,
            Contender::Saga(&[]),
            Contender::Streams(&streams, DEFAULT),
            Contender::Streams(&streams, OFTEN),
        ] {
            eprintln!("{} · {} orders/s", who.name(), flags.rate);
            latencies.push(bench.timed(&who, load)?);
        }
    }
    let processes = if flags.together { "one process" } else { "three processes" };
    let how = format!("{processes}, {} of heap each at most, stores: {}", flags.heap, flags.store.name());
    Ok(Found { revision: rig::revision(), how, rounds, latencies })
}

fn rounds(bench: &Bench, flags: &flags::Streams, streams: &Streams, began: Instant) -> Result<Vec<Figures>> {
    let mut rounds = Vec::new();
    for _ in 0..flags.rounds {
        if !rounds.is_empty() && began.elapsed() > Duration::from_secs(flags.within) {
            eprintln!("{} s are over: no further round", flags.within);
            break;
        }
        for who in [Contender::Floor, Contender::Saga(&[]), Contender::Streams(streams, DEFAULT)] {
            rounds.extend(twice(bench, &who, flags.orders)?);
        }
    }
    Ok(rounds)
}

/// The same processes, cold and warm.
fn twice(bench: &Bench, who: &Contender<'_>, orders: u32) -> Result<Vec<Figures>> {
    let plan = Plan::happy(orders);
    let ground = bench.ground(plan.partitions);
    let shop = Shop::found(&bench.programs, &bench.folder, &ground)?;
    who.supply(&shop, plan.mix.stock(orders))?;
    filling::prefill(&ground, plan.mix, 0..orders)?;
    let mut meter = Meter::start(&bench.broker, &ground);
    let mut running = who.start(bench, &shop)?;
    let mut cold = Count::default();
    let took = meter.watch(&mut running.processes, || filling::all_ended(&ground, orders, &mut cold))?;
    let commits = running.figure("orders_commit_seconds_count")? as u64;
    let first = round::figures(&format!("{}, cold", who.name()), &plan, &took, &cold, commits);
    let mut meter = Meter::start(&bench.broker, &ground);
    filling::prefill(&ground, plan.mix, orders..2 * orders)?;
    let mut all = Count::default();
    let took = meter.watch(&mut running.processes, || filling::all_ended(&ground, 2 * orders, &mut all))?;
    let commits = running.figure("orders_commit_seconds_count")? as u64 - commits;
    let once = EVENTS.iter().all(|event| all.events.get(*event) == Some(&u64::from(2 * orders)));
    ensure!(once, "{} did not say each event once for each order: {:?}", who.name(), all.events);
    let name = format!("{}, warm", who.name());
    let mut found = vec![first, round::figures(&name, &plan, &took, &all.since(&cold), commits)];
    if let Contender::Saga(_) = who {
        let verdict = Verdict::pass(&bench.programs, &ground, &bench.folder)?;
        found.iter_mut().for_each(|figures| figures.verdict = Some(verdict.clone()));
    }
    running.end()?;
    for figures in &found {
        eprintln!("{} · {:.0} orders/s", figures.what, figures.orders_per_second);
    }
    Ok(found)
}
