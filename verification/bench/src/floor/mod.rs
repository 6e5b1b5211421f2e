//! The floor: what the log itself costs. Three bare processes that consume and produce the records of the saga, of the
//! same number and size, on the same topics and partitions, in transactions, and think nothing.

mod pool;
mod stage;

use std::path::Path;

use anyhow::Result;

pub use pool::Pool;
pub use stage::{Flags, Tally, run};

use crate::{client::Ground, process::Process};

/// The stages, named after the services they stand for.
pub const STAGES: [&str; 3] = ["order", "inventory", "payment"];

/// Starts the three stages; they wait for nobody.
pub fn start(ground: &Ground, pool: &Path, folder: &Path) -> Result<Vec<Process>> {
    let start = |stage: &&str| {
        let mut command = std::process::Command::new(std::env::current_exe()?);
        command.args(["stage", "--stage", stage, "--brokers", &ground.brokers, "--prefix", &ground.prefix]);
        command.arg("--pool").arg(pool);
        Process::start(&format!("floor-{stage}"), command, &folder.join(format!("floor-{stage}.log")))
    };
    STAGES.iter().map(start).collect()
}

/// Ends the stages; returns how much all of them did.
pub fn end(stages: Vec<Process>) -> Result<Tally> {
    let mut sum = Tally::default();
    for said in Process::end_all(stages)? {
        sum += Tally::read(&said)?;
    }
    Ok(sum)
}
