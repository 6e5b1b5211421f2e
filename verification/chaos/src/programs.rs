//! The programs a run consists of: built once, or named by the environment.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// Programs of this repository.
pub struct Programs {
    /// The services and the operator's commands.
    pub orderctl: PathBuf,
    /// The independent judge.
    pub auditor: PathBuf,
}

impl Programs {
    /// Builds what is not named, in this program's own profile.
    pub fn find() -> Result<Programs> {
        Ok(Programs { orderctl: find("ORDERCTL", "orderctl")?, auditor: find("AUDITOR", "auditor")? })
    }

    /// Runs the operator's program to a good end; returns what it printed.
    pub fn operate(&self, brokers: &str, args: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.orderctl);
        let done =
            command.args(args).env_clear().env("ORDERS_BROKERS", brokers).env("USER", "chaos").output()?;
        let [out, err] = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        ensure!(done.status.success(), "orderctl {}: {}\n{out}{err}", args.join(" "), done.status);
        Ok(out)
    }
}

/// The root of the repository.
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn find(variable: &str, package: &str) -> Result<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "how a run is told of another program")]
    if let Ok(given) = std::env::var(variable) {
        return Ok(given.into());
    }
    let folder = std::env::current_exe()?.parent().context("a program in no folder")?.to_owned();
    let release: &[&str] = if folder.ends_with("release") { &["--release"] } else { &[] };
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--bin", package, "-p", package]).args(release).current_dir(workspace());
    ensure!(build.status()?.success(), "{package} could not be built");
    Ok(folder.join(package))
}

/// What was built, and on what.
pub fn revision() -> String {
    let git = |args: &[&str]| {
        let done = Command::new("git").args(args).current_dir(workspace()).output().ok()?;
        Some(String::from_utf8_lossy(&done.stdout).trim().to_owned())
    };
    let changed = git(&["status", "--porcelain"]).is_some_and(|changes| !changes.is_empty());
    let revision = git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_default();
    if changed { format!("{revision}, with changes") } else { revision }
}

/// Cores, memory and kernel, as the system names them.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let memory: u64 = read("/proc/meminfo")
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse().ok())
        .unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{cores} cores, {} GiB, Linux {}", memory >> 20, kernel.trim())
}
