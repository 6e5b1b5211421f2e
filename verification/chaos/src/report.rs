//! What a run was: a table for people, a document for whoever writes the proof down.

use std::{collections::BTreeMap, fs::File, path::Path, time::Duration};

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

use crate::{flags::Size, fleet::Fall, plan::Kind, steps::Step};

/// One fault, as it was seen.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    number: usize,
    kind: Kind,
    /// Seconds into the run.
    at: f64,
    /// Seconds until it was healed.
    took: f64,
    /// Seconds from then until an order placed later had ended on every partition.
    recovered: f64,
    evidence: Vec<String>,
}

impl Hit {
    /// Of this kind, at this second.
    pub fn new(
        number: usize,
        kind: Kind,
        at: f64,
        took: Duration,
        recovered: Duration,
        evidence: Vec<String>,
    ) -> Hit {
        Hit { number, kind, at, took: took.as_secs_f64(), recovered: recovered.as_secs_f64(), evidence }
    }

    /// How many processes of services were killed by it.
    pub fn kills(&self) -> usize {
        let killed = |line: &&String| self.kind == Kind::Kill && line.contains(" is gone, ");
        self.evidence.iter().filter(killed).count()
    }
}

/// All faults of one kind.
#[derive(Clone, Debug, Default, Serialize)]
struct Row {
    planned: usize,
    evidenced: usize,
    kills: usize,
    took_median: f64,
    recovered_median: f64,
    recovered_worst: f64,
}

/// What a run was.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Whether the run counts, and every promise held.
    pub passed: bool,
    /// Why not.
    pub failure: Option<String>,
    /// The revision of the repository.
    pub revision: String,
    /// The machine.
    pub machine: String,
    /// The seed.
    pub seed: u64,
    /// Brokers.
    pub brokers: u8,
    /// Orders placed; all were acknowledged.
    pub orders: usize,
    /// Orders a second while they were placed.
    pub rate: f64,
    /// Events the auditor read.
    pub events: u64,
    /// Seconds of faults.
    pub storm: f64,
    /// Orders placed after the last fault was over.
    pub orders_after_last_fault: usize,
    /// Seconds from the last order placed until nothing was under way.
    pub settled: f64,
    /// Seconds from placing to ending: median, 99 in 100, longest.
    pub latencies: [f64; 3],
    /// Processes of services that were killed.
    pub kills: usize,
    faults: BTreeMap<&'static str, Row>,
    /// The steps of a drill, in which nothing was broken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// How often the provider misbehaved, by how.
    pub provider: BTreeMap<String, usize>,
    /// Processes that ended by themselves and were started again.
    pub falls: Vec<Fall>,
    /// One line of the auditor for each promise.
    pub promises: Vec<Value>,
    /// The auditor's summary.
    pub audit: Value,
    hits: Vec<Hit>,
}

impl Report {
    /// A run of this size, of which nothing is known yet.
    pub fn new(size: &Size) -> Report {
        let (revision, machine) = (rig::revision(), rig::machine());
        Report { revision, machine, seed: size.seed, brokers: size.brokers, ..Report::default() }
    }

    /// Adds up the faults; `planned` counts those that were begun.
    pub fn count(&mut self, planned: &BTreeMap<Kind, usize>, hits: &[Hit]) {
        self.hits = hits.to_vec();
        self.kills = hits.iter().map(Hit::kills).sum();
        for (kind, planned) in planned {
            let of: Vec<&Hit> = hits.iter().filter(|hit| hit.kind == *kind).collect();
            let sorted = |of: fn(&Hit) -> f64, hits: &[&Hit]| {
                let mut all: Vec<f64> = hits.iter().map(|hit| of(hit)).collect();
                all.sort_by(f64::total_cmp);
                all
            };
            let (took, recovered) = (sorted(|hit| hit.took, &of), sorted(|hit| hit.recovered, &of));
            let middle = |all: &[f64]| all.get(all.len() / 2).copied().unwrap_or_default();
            let row = Row {
                planned: *planned,
                evidenced: of.len(),
                kills: of.iter().map(|hit| hit.kills()).sum(),
                took_median: middle(&took),
                recovered_median: middle(&recovered),
                recovered_worst: recovered.last().copied().unwrap_or_default(),
            };
            self.faults.insert(kind.name(), row);
        }
    }

    /// Writes it beside everything else of the run.
    pub fn write(&self, folder: &Path) -> Result<()> {
        Ok(serde_json::to_writer_pretty(File::create(folder.join("report.json"))?, self)?)
    }

    fn write_faults(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{:18}{:>8}{:>10}{:>10}{:>14}{:>10}",
            "FAULT", "PLANNED", "EVIDENCED", "TOOK s", "RECOVERED s", "WORST s"
        )?;
        for (kind, row) in &self.faults {
            let Row { planned, evidenced, took_median, recovered_median, recovered_worst, .. } = row;
            writeln!(
                f,
                "{kind:18}{planned:8}{evidenced:10}{took_median:10.1}{recovered_median:14.1}{recovered_worst:10.1}"
            )?;
        }
        Ok(())
    }

    fn write_steps(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{:42}{:>10}{:>10}{:>12}{:>8}", "STEP", "OWNED s", "PAUSE s", "SLOWEST s", "ORDERS")?;
        for Step { what, owned, pause, slowest, placed, .. } in &self.steps {
            writeln!(f, "{what:42}{owned:10.1}{pause:10.1}{slowest:12.1}{placed:8}")?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.steps.is_empty() {
            self.write_faults(f)?
        } else {
            self.write_steps(f)?
        }
        writeln!(f, "processes killed: {}; ended by themselves: {}", self.kills, self.falls.len())?;
        for fall in &self.falls {
            writeln!(
                f,
                "  {} at {:.0} s during {}: {}: {}",
                fall.process, fall.at, fall.during, fall.ended, fall.said
            )?;
        }
        writeln!(f, "the provider misbehaved: {:?}", self.provider)?;
        for promise in &self.promises {
            let text = |name: &str| promise[name].as_str().unwrap_or_default().to_owned();
            let number = |name: &str| promise[name].as_u64().unwrap_or_default();
            writeln!(
                f,
                "{:4} {:9} checked, {} broken: {}",
                text("promise"),
                number("checked"),
                number("breaches"),
                text("says")
            )?;
        }
        let [median, most, worst] = self.latencies;
        writeln!(
            f,
            "{} orders at {:.0}/s, {} events, {} broker(s), seed {}; an order took {median:.2} s in the middle, {most:.2} s \
             at 99 %, {worst:.1} s at most",
            self.orders, self.rate, self.events, self.brokers, self.seed
        )?;
        writeln!(
            f,
            "{} for {:.0} s, {} orders after the last one, settled in {:.1} s; {}; {}",
            if self.steps.is_empty() { "faults" } else { "steps" },
            self.storm,
            self.orders_after_last_fault,
            self.settled,
            self.revision,
            self.machine
        )?;
        match &self.failure {
            None => write!(f, "passed"),
            Some(why) => write!(f, "FAILED: {why}"),
        }
    }
}
