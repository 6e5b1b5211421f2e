//! The programs a run consists of: built once, or named by the environment.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::next;

/// Programs of this repository.
pub struct Programs {
    /// The services and the operator's commands.
    pub orderctl: PathBuf,
    /// The independent judge.
    pub auditor: PathBuf,
    /// The next version of the first, where a run rolls it out.
    pub next: Option<PathBuf>,
}

impl Programs {
    /// Builds what is not named, in this program's own profile; the next version only where it is wanted.
    pub fn find(with_next: bool) -> Result<Programs> {
        let next = with_next.then(build_next).transpose()?;
        let (orderctl, auditor) = (find("ORDERCTL", "orderctl")?, find("AUDITOR", "auditor")?);
        if let Some(next) = &next {
            let [this, next] = [version(&orderctl)?, version(next)?];
            ensure!(this != next, "there is one version only, {this}");
        }
        Ok(Programs { orderctl, auditor, next })
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

/// Builds `orderctl` of the next version beside this one; returns where it is.
fn build_next() -> Result<PathBuf> {
    let (folder, release) = profile()?;
    let place = rig::workspace().join("target/next");
    next::write(rig::workspace(), &place.join("source"))?;
    // Dependencies are shared with this version; what it makes stands where that would, and is moved out of its way.
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--bin", "orderctl", "-p", "orderctl"]).args(release);
    build.arg("--target-dir").arg(folder.parent().context("no target folder")?);
    ensure!(
        build.current_dir(place.join("source")).status()?.success(),
        "the next version could not be built"
    );
    let program = place.join("orderctl");
    fs::copy(folder.join("orderctl"), &program).context("the next version")?;
    Ok(program)
}

fn version(orderctl: &Path) -> Result<String> {
    let said = Command::new(orderctl).arg("--version").output().context("orderctl does not start")?;
    Ok(String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

/// The folder of this program, and how cargo is told to build into it.
fn profile() -> Result<(PathBuf, &'static [&'static str])> {
    let folder = std::env::current_exe()?.parent().context("a program in no folder")?.to_owned();
    let release: &[&str] = if folder.ends_with("release") { &["--release"] } else { &[] };
    Ok((folder, release))
}

fn find(variable: &str, package: &str) -> Result<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "how a run is told of another program")]
    if let Ok(given) = std::env::var(variable) {
        return Ok(given.into());
    }
    let (folder, release) = profile()?;
    let mut build = Command::new(env!("CARGO"));
    build
        .args(["build", "--quiet", "--bin", package, "-p", package])
        .args(release)
        .current_dir(rig::workspace());
    ensure!(build.status()?.success(), "{package} could not be built");
    Ok(folder.join(package))
}
