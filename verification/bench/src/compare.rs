//! `compare`: floor and saga by turns, in one run.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::{
    aims::{self, Aim, Ratio},
    contender::Contender,
    flags::{self, Common},
    mix::Mix,
    process,
    round::{Bench, Figures, Plan},
    table,
    timing::{Latency, Load},
};
use rig::wait;

/// The first rounds on a new broker are slow until its compiler has warmed up.
pub const WARM: u32 = 20_000;
/// How long each is timed at a rate.
const TIMED: Duration = Duration::from_secs(12);
/// How many orders are timed alone.
const ALONE: u32 = 100;

/// What a run found.
#[derive(Serialize, Deserialize)]
pub struct Found {
    /// What was measured.
    pub revision: String,
    /// And on what.
    pub machine: String,
    /// Every round, in its order.
    pub rounds: Vec<Figures>,
    /// Saga per floor.
    pub ratios: Vec<Ratio>,
    /// Times of orders.
    pub latencies: Vec<Latency>,
    /// What was aimed at.
    pub aims: Vec<Aim>,
}

/// Runs it.
pub fn run(bench: &Bench, flags: &flags::Compare) -> Result<Found> {
    warn_of_load();
    for mix in [Mix::Happy].iter().chain(&flags.mix) {
        if !bench.pool(*mix).exists() {
            bench.warm_up(*mix, WARM.min(flags.orders))?;
        }
    }
    // A round that does not count: the broker's compiler goes on for some hundred thousand records.
    bench.floor(&Plan::happy(flags.orders))?;
    let rounds = rounds(bench, flags, wait::now())?;
    let latencies = match flags.rate {
        0 => Vec::new(),
        rate => latencies(bench, rate, TIMED, &flags.common)?,
    };
    let ratios: Vec<Ratio> = flags.mix.iter().map(|mix| aims::ratio(mix.name(), &rounds)).collect();
    let aims = aims::of_throughput(&ratios).into_iter().chain(aims::of_latency(&latencies)).collect();
    Ok(Found { revision: rig::revision(), machine: rig::machine(), rounds, ratios, latencies, aims })
}

/// Says so if others are at work on this machine.
pub fn warn_of_load() {
    let load = process::load();
    if load > 1.0 {
        eprintln!("others are at work here (load {load:.1}): believe the ratios, not the numbers");
    }
}

fn rounds(bench: &Bench, flags: &flags::Compare, began: Instant) -> Result<Vec<Figures>> {
    let mut rounds = Vec::new();
    for _ in 0..flags.rounds {
        for mix in &flags.mix {
            if !rounds.is_empty() && began.elapsed() > Duration::from_secs(flags.within) {
                eprintln!("{} s are over: no further round", flags.within);
                return Ok(rounds);
            }
            let plan = Plan { mix: *mix, ..Plan::happy(flags.orders) };
            rounds.push(told(bench.floor(&plan)?));
            for flags in flags.common.variants() {
                rounds.push(told(bench.saga(&Plan { flags, ..plan.clone() })?));
            }
        }
    }
    Ok(rounds)
}

/// Floor and saga timed by turns.
pub fn times(bench: &Bench, flags: &flags::Latency) -> Result<Vec<Latency>> {
    warn_of_load();
    bench.warm_up(Mix::Happy, WARM)?;
    let mut found = Vec::new();
    for _ in 0..flags.rounds {
        found.extend(latencies(bench, flags.rate, Duration::from_secs(flags.span), &flags.common)?);
    }
    Ok(found)
}

fn latencies(bench: &Bench, rate: u32, span: Duration, flags: &Common) -> Result<Vec<Latency>> {
    let load = Load { warm_up: 0, alone: ALONE, rate, span };
    let mut found = vec![bench.timed(&Contender::Floor, load)?];
    for variant in flags.variants() {
        found.push(bench.timed(&Contender::Saga(&variant), load)?);
    }
    Ok(found)
}

fn told(figures: Figures) -> Figures {
    let speed = table::thousands(figures.orders_per_second);
    eprintln!("{} · {} · {speed} orders/s", figures.what, figures.mix);
    figures
}
