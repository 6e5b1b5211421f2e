//! The auditor's verdict on a round: without it a number says nothing.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{client::Ground, process::Process, programs::Programs};

/// How long reading and judging everything may take.
const BOUND: Duration = Duration::from_secs(600);

/// What the auditor found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// Promises that hold.
    pub held: u64,
    /// Promises for which there was nothing to judge.
    pub not_judged: u64,
    /// Events it read.
    pub events: u64,
}

impl Verdict {
    /// Has everything on this ground judged; a broken promise is an error, and so is a shop that has not settled.
    pub fn pass(programs: &Programs, ground: &Ground, folder: &Path) -> Result<Verdict> {
        let mut auditor = programs.command("auditor", None);
        auditor.args(["--once", "--output", "json", "--settle-within", "60s"]);
        auditor.args(["--brokers", &ground.brokers, "--prefix", &ground.prefix]);
        let said = Process::start("auditor", auditor, &folder.join("auditor.log"))?.see_through(BOUND)?;
        let lines: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        if let Some(broken) = lines.iter().find(|line| line["breaches"].as_u64().is_some_and(|n| n > 0)) {
            bail!("a promise is broken: {broken:#}");
        }
        let summary = lines.iter().map(|line| &line["summary"]).find(|summary| !summary.is_null());
        let summary = summary.with_context(|| format!("the auditor did not judge: {said}"))?;
        ensure!(summary["settled"] == true, "the auditor does not find it settled: {summary}");
        Ok(Verdict {
            held: summary["held"].as_u64().unwrap_or_default(),
            not_judged: summary["not_judged"].as_array().map_or(0, Vec::len) as u64,
            events: summary["read"]["events"].as_u64().unwrap_or_default(),
        })
    }
}
