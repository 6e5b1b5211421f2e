//! What happened to real processes on real brokers.

use std::{
    collections::BTreeMap,
    fmt::{Display, Formatter, Result},
    fs,
    path::Path,
};

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::table::{Table, count};

/// The report of a run, as far as the page tells of it.
#[derive(Deserialize)]
pub struct Run {
    passed: bool,
    revision: String,
    seed: u64,
    brokers: u64,
    orders: u64,
    rate: f64,
    events: u64,
    storm: f64,
    orders_after_last_fault: u64,
    settled: f64,
    latencies: [f64; 3],
    kills: u64,
    faults: BTreeMap<String, Faults>,
    provider: BTreeMap<String, u64>,
    /// What the auditor said of each promise.
    pub promises: Vec<Audited>,
}

#[derive(Deserialize)]
struct Faults {
    planned: u64,
    evidenced: u64,
    recovered_median: f64,
    recovered_worst: f64,
}

/// One promise, as the auditor found it.
#[derive(Deserialize)]
pub struct Audited {
    /// Its number.
    pub promise: String,
    /// How many things were judged by it.
    pub checked: u64,
    /// How many broke it.
    pub breaches: u64,
}

/// Reads a report; one of a run that did not pass proves nothing.
pub fn read(path: &Path) -> anyhow::Result<Run> {
    let named = || path.display().to_string();
    let run: Run = serde_json::from_slice(&fs::read(path).with_context(named)?).with_context(named)?;
    ensure!(run.passed, "{} is of a run that did not pass", path.display());
    Ok(run)
}

impl Run {
    /// What it is called in a column.
    pub fn name(&self) -> String {
        format!("chaos, {} orders", count(self.orders))
    }
}

impl Display for Run {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let [median, most, longest] = self.latencies;
        writeln!(
            f,
            "{} orders at {:.0} a second on {} brokers, {} events; faults for {:.0} s, {} orders after the last one; \
             {} service processes killed; settled {:.1} s after the last order. An order took {median:.2} s in the \
             middle, {most:.1} s at 99 in 100, {longest:.1} s at most. Seed {}, revision {}.\n",
            count(self.orders),
            self.rate,
            self.brokers,
            count(self.events),
            self.storm,
            count(self.orders_after_last_fault),
            self.kills,
            self.settled,
            self.seed,
            self.revision
        )?;
        let mut table =
            Table::of(&["fault", "-done", "-with evidence", "-back after, median s", "-back after, worst s"]);
        for (kind, of) in &self.faults {
            let seconds = |of: f64| format!("{of:.1}");
            table.row([
                kind.clone(),
                of.planned.to_string(),
                of.evidenced.to_string(),
                seconds(of.recovered_median),
                seconds(of.recovered_worst),
            ]);
        }
        let habits: Vec<String> =
            self.provider.iter().map(|(what, times)| format!("{what} {times}")).collect();
        writeln!(f, "{table}\nThe payment provider: {}.", habits.join(", "))
    }
}
