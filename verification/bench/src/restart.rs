//! `restart`: what a long log, a kill and a take-over cost.

use anyhow::{Context, Result};
use events_schema::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    aims::Aim,
    crowd::{Back, Crowd},
    flags,
    mix::Mix,
    process,
    round::{Bench, Plan},
    shop::{Running, SERVICES, Shop},
    verdict::Verdict,
};
use rig::wait;

/// The session time-out of the services, in seconds: the default.
const SESSION: f64 = 10.0;

/// What it cost.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Found {
    /// Orders that had ended.
    pub orders: u64,
    /// Seconds from its start until a service was ready, on an empty log: the slowest of the three.
    pub empty_ready: f64,
    /// The same with that log.
    pub ready: f64,
    /// Facts folded a second, by each service while nobody else was at work.
    pub folded_per_second: Vec<(String, f64)>,
    /// The same while all three restored at once, by each of them on average.
    pub folded_at_once: f64,
    /// Memory of each service afterwards, MB.
    pub rss_mb: Vec<(String, f64)>,
    /// The same on an empty log.
    pub empty_rss_mb: Vec<(String, f64)>,
    /// Bytes of memory per order that has ended, all services.
    pub bytes_per_ended: f64,
    /// For each service: when orders ended after its return.
    pub killed: Vec<(String, Back)>,
    /// For each service: when orders ended after its death, by a neighbour's hand.
    pub taken_over: Vec<(String, Back)>,
    /// The machine's load at the end.
    pub load: f64,
    /// The auditor's word.
    pub verdict: Option<Verdict>,
}

/// Measures all of it.
pub fn run(bench: &Bench, flags: &flags::Restart) -> Result<Found> {
    let mut found = Found::default();
    empty(bench, &mut found)?;
    let plan = Plan::happy(flags.orders);
    eprintln!("{} orders are placed and worked off", flags.orders);
    let shop = bench.filled(&plan)?;
    let ground = shop.ground.clone();
    for service in SERVICES {
        let mut alone = shop.open_these(&[service], &[])?;
        alone.await_ready()?;
        found.folded_per_second.push((service.to_owned(), folded(&alone)?));
        alone.end()?;
    }
    let begun = wait::time();
    let mut running = shop.open(&[])?;
    found.ready = ready(&mut running, begun)?;
    found.rss_mb = rss(&running);
    found.folded_at_once = folded(&running)?;
    found.orders = u64::from(flags.orders);
    let grown: f64 =
        found.rss_mb.iter().zip(&found.empty_rss_mb).map(|((_, now), (_, then))| now - then).sum();
    found.bytes_per_ended = grown * 1e6 / f64::from(flags.orders.max(1));
    let mut crowd = Crowd::open(&ground, flags.orders)?;
    crowd.serve_all()?;
    for (at, service) in SERVICES.iter().enumerate() {
        let took = crowd.killed(&shop, &mut running, at).with_context(|| format!("{service} killed"))?;
        eprintln!(
            "{service} killed and started again: {:.2} s, everywhere {:.2} s",
            took.first, took.everywhere
        );
        found.killed.push(((*service).to_owned(), took));
    }
    for (at, service) in SERVICES.iter().enumerate() {
        let took =
            crowd.taken_over(&shop, &mut running, at).with_context(|| format!("{service} taken over"))?;
        eprintln!("{service} killed, taken over: {:.2} s", took.everywhere);
        found.taken_over.push(((*service).to_owned(), took));
    }
    found.verdict = Some(Verdict::pass(&bench.programs, &ground, &bench.folder)?);
    running.end()?;
    found.load = process::load();
    Ok(found)
}

fn empty(bench: &Bench, found: &mut Found) -> Result<()> {
    let ground = bench.ground(4);
    let shop = Shop::found(&bench.programs, &bench.folder, &ground)?;
    shop.supply(Mix::Happy.stock(0))?;
    let begun = wait::time();
    let mut running = shop.open(&[])?;
    found.empty_ready = ready(&mut running, begun)?;
    found.empty_rss_mb = rss(&running);
    running.end()
}

/// The longest time until a service said that it is ready, by its own clock.
fn ready(running: &mut Running, begun: Timestamp) -> Result<f64> {
    running.await_ready()?;
    let mut longest: f64 = 0.0;
    for service in &running.processes {
        let at = entries(&service.said(), "ready").first().and_then(time_of).unwrap_or(begun);
        longest = longest.max(begun.until(at).as_secs_f64());
    }
    Ok(longest)
}

/// Facts a second while tasks were restored, by the one worker of each service.
fn folded(running: &Running) -> Result<f64> {
    let facts = |said: &str| -> f64 {
        entries(said, "restored").iter().filter_map(|entry| entry["facts"].as_f64()).sum()
    };
    let all: f64 = running.processes.iter().map(|service| facts(&service.said())).sum();
    let seconds = running.figure("orders_restore_seconds_sum")?;
    Ok(all / seconds.max(0.001))
}

fn entries(said: &str, message: &str) -> Vec<Value> {
    let lines = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|entry| entry["message"] == message).collect()
}

fn time_of(entry: &Value) -> Option<Timestamp> {
    entry["timestamp"].as_str()?.parse().ok()
}

fn rss(running: &Running) -> Vec<(String, f64)> {
    let names = SERVICES.iter().map(|name| (*name).to_owned());
    names.zip(running.processes.iter().map(|service| process::rss_mb(service.pid()))).collect()
}

/// What this says of the aims.
pub fn aims(found: &Found) -> Vec<Aim> {
    let worst = |times: &[(String, Back)], of: fn(&Back) -> f64| {
        times.iter().map(|(_, back)| of(back)).fold(0.0, f64::max)
    };
    let folded = found.folded_per_second.iter().map(|(_, speed)| *speed);
    let slowest = folded.fold(f64::INFINITY, f64::min);
    let each = |(now, then): (&(String, f64), &(String, f64))| (now.1 - then.1) * 1e6 / found.orders as f64;
    let most = found.rss_mb.iter().zip(&found.empty_rss_mb).map(each).fold(0.0, f64::max);
    let rss: f64 = found.rss_mb.iter().map(|(_, megabytes)| megabytes).sum();
    vec![
        Aim::most(
            "started again at once: the first order ends ≤ 2 s after",
            2.0,
            worst(&found.killed, |back| back.first),
        ),
        Aim::most(
            "taken over: orders end on every partition ≤ session time-out + 2 s after",
            SESSION + 2.0,
            worst(&found.taken_over, |back| back.everywhere),
        ),
        Aim::most(format!("ready with {} ended orders < 5 s", found.orders), 5.0, found.ready),
        Aim::most("ready on an empty log < 1 s", 1.0, found.empty_ready),
        Aim::least("folding ≥ 300,000 facts/s, the slowest service", 300_000.0, slowest),
        Aim::most("memory of the three services < 150 MB", 150.0, rss),
        Aim::most("memory per ended order ≤ 32 bytes, the service that takes most", 32.0, most),
    ]
}
