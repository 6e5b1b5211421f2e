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
        build.arg("build").arg("--quiet").current_dir(rig::workspace());
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
