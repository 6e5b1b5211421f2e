//! The programs a run consists of: built once, or named by the environment.

use std::{path::PathBuf, process::Command};

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

fn find(variable: &str, package: &str) -> Result<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "how a run is told of another program")]
    if let Ok(given) = std::env::var(variable) {
        return Ok(given.into());
    }
    let folder = std::env::current_exe()?.parent().context("a program in no folder")?.to_owned();
    let release: &[&str] = if folder.ends_with("release") { &["--release"] } else { &[] };
    let mut build = Command::new(env!("CARGO"));
    build
        .args(["build", "--quiet", "--bin", package, "-p", package])
        .args(release)
        .current_dir(rig::workspace());
    ensure!(build.status()?.success(), "{package} could not be built");
    Ok(folder.join(package))
}
