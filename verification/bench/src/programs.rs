//! The programs a run consists of: those of this repository, built in this program's own profile.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// What is started.
const PACKAGES: [&str; 5] = ["order", "inventory", "payment", "orderctl", "auditor"];

/// Where the programs are.
pub struct Programs(PathBuf);

impl Programs {
    /// Builds what is missing or old.
    pub fn build() -> Result<Programs> {
        let folder = std::env::current_exe()?.parent().context("a program in no folder")?.to_owned();
        let mut build = Command::new(env!("CARGO"));
        build.arg("build").arg("--quiet").current_dir(workspace());
        build.args(PACKAGES.iter().flat_map(|package| ["-p", package]));
        if folder.ends_with("release") {
            build.arg("--release");
        }
        ensure!(build.status()?.success(), "the services could not be built");
        Ok(Programs(folder))
    }

    /// One of them, or of another build in another folder, with nothing of this program's environment.
    pub fn command(&self, name: &str, other: Option<&str>) -> Command {
        let mut command = Command::new(other.map_or(&*self.0, Path::new).join(name));
        command.env_clear();
        command
    }

    /// Runs `orderctl` to a good end.
    pub fn operate(&self, args: &[&str]) -> Result<()> {
        let done = self.command("orderctl", None).args(args).env("USER", "bench").output()?;
        let complaint = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "orderctl {}: {complaint}", args.join(" "));
        Ok(())
    }
}

/// The root of the repository.
pub fn workspace() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// What was built.
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
    format!("{cores} cores, {} GiB, Linux {}", memory >> 20, read("/proc/sys/kernel/osrelease").trim())
}
