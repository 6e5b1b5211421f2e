//! Act two of a demo: thousands of orders under faults, the same services on a log in memory, in simulated time.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::Serialize;
use simulator::{Broken, Ran, Tally};

use crate::{exit::Failure, session::Session};

/// Histories: some 5,000 orders, about a second on two cores.
const HISTORIES: u64 = 100;
/// The classes of faults in plain words, in the order they are told.
const FAULTS: [(&str, &str); 13] = [
    ("F4-F5 crash", "crashes"),
    ("F6 commit in doubt", "commits aborted or in doubt"),
    ("F7 zombie", "zombies"),
    ("F8 rebalance", "rebalances and lost sessions"),
    ("F9 positions lost", "losses of positions"),
    ("F1 delivered again", "duplicate deliveries"),
    ("F16 asked again", "orders placed again"),
    ("F2 out of place", "records on a wrong partition"),
    ("F3 delay, burst, backlog", "delays, bursts, backlogs"),
    ("F10 poison", "poisonings"),
    ("F11 clock", "wrong clocks"),
    ("F12 provider", "late, double or lost bank answers"),
    ("F13 produce error", "refused writes"),
];
/// What nobody wants, and the promises that say it does not happen.
const BOOKS: [(&str, &[&str]); 3] =
    [("sold twice", &["S1", "S3"]), ("charged twice", &["S4"]), ("stranded", &["S7", "L1"])];

/// What became of act two.
#[derive(Serialize)]
pub struct Storm {
    /// The first history.
    seed: u32,
    histories: u64,
    orders: u64,
    events: u64,
    faults: BTreeMap<String, u64>,
    promises_held: usize,
    promises_judged: usize,
    broken: Vec<Breach>,
    elapsed_ms: u128,
    /// How many things were judged, by promise.
    #[serde(skip)]
    checked: BTreeMap<&'static str, u64>,
}

/// A history that broke a promise.
#[derive(Serialize)]
struct Breach {
    seed: u64,
    promise: String,
    what: String,
}

/// Lets the storm pass and judges what it left.
pub fn pass(seed: u32, session: &mut Session) -> Result<Storm, Failure> {
    if !session.out.is_json() {
        session
            .out
            .line("\nAct two: the same services under faults, in simulated time on a log in memory")?;
        session.out.flush()?;
    }
    let storm = Storm::of(seed, &simulator::show(u64::from(seed), HISTORIES));
    if !session.out.is_json() {
        for line in storm.lines() {
            session.out.line(line)?;
        }
        session.out.flush()?;
    }
    Ok(storm)
}

impl Storm {
    fn of(seed: u32, ran: &Ran) -> Storm {
        let Tally { seeds, orders, events, faults, promises, .. } = &ran.tally;
        // A promise that nothing was judged by has not been kept.
        let checked: BTreeMap<&str, u64> =
            promises.iter().filter(|(_, times)| **times > 0).map(|(name, times)| (*name, *times)).collect();
        let breach = |one: &Broken| Breach {
            seed: one.seed,
            promise: one.promise().to_owned(),
            what: one.what.clone(),
        };
        let broken: BTreeSet<&str> = ran.broken.iter().map(Broken::promise).collect();
        let judged: BTreeSet<&str> = checked.keys().copied().chain(broken.iter().copied()).collect();
        Storm {
            seed,
            histories: *seeds,
            orders: *orders,
            events: *events,
            faults: faults.iter().map(|(name, struck)| (name.clone(), struck.times)).collect(),
            promises_held: judged.len() - broken.len(),
            promises_judged: judged.len(),
            broken: ran.broken.iter().map(breach).collect(),
            elapsed_ms: ran.took.as_millis(),
            checked,
        }
    }

    fn lines(&self) -> Vec<String> {
        let Storm { histories, orders, events, promises_held, promises_judged, .. } = self;
        let (faults, checks): (u64, u64) = (self.faults.values().sum(), self.checked.values().sum());
        let took = Duration::from_millis(u64::try_from(self.elapsed_ms).unwrap_or(u64::MAX)).as_secs_f64();
        let mut lines = vec![format!(
            "  {orders} orders in {histories} histories, {events} events, {faults} faults, {took:.1} s"
        )];
        lines.extend(self.struck());
        lines.push("\nTheir books, added up by the same code".to_owned());
        lines.extend(BOOKS.iter().map(|(name, promises)| self.book(name, promises)));
        lines.push(format!("  promises {promises_held} of {promises_judged} hold, {checks} checks"));
        lines.extend(self.broken.iter().map(|breach| format!("  {breach}")));
        lines.push(self.again());
        lines
    }

    /// How often each class struck, in two columns.
    fn struck(&self) -> Vec<String> {
        let times = |(class, words): &(&str, &'static str)| Some((*self.faults.get(*class)?, *words));
        let struck: Vec<(u64, &str)> = FAULTS.iter().filter_map(times).collect();
        let (left, right) = struck.split_at(struck.len().div_ceil(2));
        let line = |at: usize, (times, words): &(u64, &str)| match right.get(at) {
            Some((others, more)) => format!("  {times:>6} {words:<32}{others:>6} {more}"),
            None => format!("  {times:>6} {words}"),
        };
        left.iter().enumerate().map(|(at, one)| line(at, one)).collect()
    }

    fn book(&self, name: &str, promises: &[&str]) -> String {
        let broken = self.broken.iter().filter(|breach| promises.contains(&breach.promise.as_str())).count();
        let checks: u64 = promises.iter().filter_map(|promise| self.checked.get(promise)).sum();
        format!("  {name:<13} {broken} · {} · {checks} checks", promises.join(" and "))
    }

    fn again(&self) -> String {
        let (seed, next) = (self.seed, u64::from(self.seed) + HISTORIES);
        format!("  again: orderctl demo --seed {seed} · the next {HISTORIES} histories: --seed {next}")
    }

    /// Whether every promise held.
    pub fn verdict(&self) -> Result<(), Failure> {
        match self.broken.first() {
            None => Ok(()),
            Some(breach) => Err(Failure::Broken(breach.to_string())),
        }
    }
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Breach { seed, what, .. } = self;
        let first = what.lines().next().unwrap_or_default();
        write!(
            f,
            "act two, seed {seed}: {first}; its story: cargo run --release -p simulator -- --seed {seed}"
        )
    }
}

#[cfg(test)]
mod tests;
