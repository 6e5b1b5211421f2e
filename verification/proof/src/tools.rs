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
    let changed = rig::changes(&["docs/PROOF.md"]);
    ensure!(changed.is_empty(), "commit first, so that the page can name what it proves:\n{changed}");
    Ok(rig::revision())
}
