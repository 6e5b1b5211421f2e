//! The audit: a process of its own reads everything and judges every promise, with what customers were told and with
//! the provider's ledger.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{report::Report, shop::Shop, views};

/// How long reading and judging everything may take.
const BOUND: Duration = Duration::from_secs(300);

/// Has everything judged; fails with the first broken promise, or when not every offset was read.
pub fn audit(shop: &mut Shop, report: &mut Report) -> Result<()> {
    shop.pen.drain()?;
    let answers = shop.folder.join("answers.ndjson");
    let mut all = OpenOptions::new().append(true).open(&answers)?;
    io::copy(&mut File::open(shop.folder.join("answers-faults.ndjson"))?, &mut all)?;
    let mut auditor = Command::new(&shop.programs.auditor);
    auditor.env_clear().args(["--once", "--output", "json", "--settle-within", "30s"]);
    auditor.args(["--brokers", &shop.cluster.direct()]).arg("--answers").arg(&answers);
    auditor.arg("--ledger").arg(shop.folder.join("provider/ledger.ndjson"));
    auditor.arg("--views").arg(shop.folder.join(views::FILE));
    let said = shop.folder.join("audit.ndjson");
    let complaints = shop.folder.join("audit.log");
    auditor.stdin(Stdio::null()).stdout(File::create(&said)?).stderr(File::create(&complaints)?);
    let mut child = auditor.spawn().context("the auditor does not start")?;
    let ended = shop.until("the audit", BOUND, |_| match child.try_wait() {
        Ok(Some(status)) => Ok(status),
        Ok(None) => Err("it goes on".to_owned()),
        Err(error) => Err(error.to_string()),
    });
    let status = ended.inspect_err(|_| drop(child.kill()))?;
    let complaints = fs::read_to_string(complaints)?;
    take(&fs::read_to_string(said)?, report).context(complaints.clone())?;
    ensure!(status.success(), "the auditor ended with {status}: {complaints}");
    Ok(())
}

fn take(said: &str, report: &mut Report) -> Result<()> {
    for line in said.lines() {
        let mut line: Value =
            serde_json::from_str(line).with_context(|| format!("the auditor said {line:?}"))?;
        match line.get_mut("summary") {
            Some(summary) => report.audit = summary.take(),
            None => report.promises.push(line),
        }
    }
    ensure!(!report.promises.is_empty() && !report.audit.is_null(), "the auditor judged nothing");
    report.events = report.audit["read"]["events"].as_u64().unwrap_or_default();
    ensure!(report.audit["settled"] == true, "the auditor does not find it settled: {}", report.audit);
    let read = &report.audit["read"];
    ensure!(read["offsets"] == read["of_offsets"], "not every offset was read: {read}");
    match report.promises.iter().find(|promise| promise["breaches"] != 0) {
        Some(broken) => bail!("a promise is broken: {broken:#}"),
        None => Ok(()),
    }
}

/// How often the provider misbehaved, by how; every way must have come.
pub fn misbehaviour(folder: &Path) -> Result<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for line in fs::read_to_string(folder.join("provider/journal.ndjson"))?.lines() {
        let did: Value = serde_json::from_str(line)?;
        *counts.entry(did["did"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    for way in ["declined", "error", "lost", "late", "twice", "contradiction", "stall"] {
        ensure!(counts.contains_key(way), "the provider never came to misbehave so: {way}");
    }
    Ok(counts)
}
