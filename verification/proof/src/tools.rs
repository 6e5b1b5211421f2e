//! Runs the programs that prove something, and reads what they print.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;

/// Runs a program of the simulator that prints one document.
pub fn one<T: DeserializeOwned>(bin: &str, build: &[&str], args: &[&str]) -> Result<T> {
    let mut command = cargo();
    command.args(["-p", "simulator", "--bin", bin]).args(build).arg("--").args(args);
    let printed = printed(bin, command)?;
    serde_json::from_str(&printed).with_context(|| format!("{bin} prints something else than it did"))
}

/// Runs a program that prints one document on each line.
pub fn lines<T: DeserializeOwned>(package: &str) -> Result<Vec<T>> {
    let mut command = cargo();
    command.args(["-p", package, "--"]);
    let printed = printed(package, command)?;
    let documents = printed.lines().map(serde_json::from_str);
    documents
        .collect::<Result<_, _>>()
        .with_context(|| format!("{package} prints something else than it did"))
}

fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--release", "--quiet", "--locked"]);
    command
}

fn printed(name: &str, mut command: Command) -> Result<String> {
    eprintln!("{name} …");
    let done = command.args(["--output", "json"]).stderr(Stdio::inherit()).output()?;
    let printed = String::from_utf8(done.stdout)?;
    ensure!(done.status.success(), "{name} failed: {}\n{printed}", done.status);
    Ok(printed)
}

/// The revision that is proved; refuses one that is not committed, whose numbers nobody could repeat.
pub fn revision() -> Result<String> {
    let git = |args: &[&str]| -> Result<String> {
        Ok(String::from_utf8(Command::new("git").args(args).output()?.stdout)?.trim().to_owned())
    };
    let changed = git(&["status", "--porcelain", "--", ":!docs/PROOF.md"])?;
    ensure!(changed.is_empty(), "commit first, so that the page can name what it proves:\n{changed}");
    git(&["rev-parse", "--short=12", "HEAD"])
}

/// Cores, memory and kernel.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let kib = read("/proc/meminfo")
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{cores} cores, {} GiB, Linux {}", kib.unwrap_or_default() >> 20, kernel.trim())
}
