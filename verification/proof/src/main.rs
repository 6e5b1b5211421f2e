//! `proof`: runs everything that proves the promises and writes `docs/PROOF.md` from what it found.
#![forbid(unsafe_code)]

mod chaos;
mod corner;
mod page;
mod planted;
mod promises;
mod simulator;
mod table;
mod tools;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::Parser;

use page::Page;

/// Run all proofs and write docs/PROOF.md
///
/// The simulator, the planted mistakes and the exhaustive corner are run here; runs of chaos take long, so that their
/// reports are named.
#[derive(Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 written; 1 a proof failed, nothing is written; 2 usage"
)]
struct Args {
    /// How many histories the simulator runs
    #[arg(long, default_value_t = 200_000)]
    seeds: u64,
    /// The report of a run of chaos; may be given more than once
    #[arg(long, value_name = "report.json")]
    chaos: Vec<PathBuf>,
    /// Where to write; - is stdout
    #[arg(long, default_value = "docs/PROOF.md")]
    to: PathBuf,
}

fn main() -> ExitCode {
    match write(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("proof: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn write(args: &Args) -> Result<()> {
    // The reports first: a wrong path should not be found out after minutes.
    let chaos = args.chaos.iter().map(|path| chaos::read(path)).collect::<Result<Vec<_>>>()?;
    let page = Page {
        revision: tools::revision()?,
        machine: rig::machine(),
        simulator: tools::one("simulator", &[], &["--seeds", &args.seeds.to_string()])?,
        planted: tools::one("planted", &["--features", "planted"], &[])?,
        corner: tools::lines("corner")?,
        chaos,
    };
    let text = page.to_string();
    if args.to.as_os_str() == "-" {
        print!("{text}");
        return Ok(());
    }
    std::fs::write(&args.to, text).with_context(|| args.to.display().to_string())
}
