//! `map`: writes `docs/CHOREOGRAPHY.md`, and the table of metrics in `docs/OPERATIONS.md`.
#![forbid(unsafe_code)]

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Parser;
use map::{Map, STORMS, metrics};

/// Draw the map of the choreography from the code, and write docs/CHOREOGRAPHY.md and the metrics in docs/OPERATIONS.md
#[derive(Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 written; 1 it could not be drawn or written; 2 usage"
)]
struct Args {
    /// Where to write; - is stdout
    #[arg(long, default_value = "docs/CHOREOGRAPHY.md")]
    to: PathBuf,
    /// From how many simulated storms
    #[arg(long, default_value_t = STORMS)]
    storms: u64,
}

fn main() -> ExitCode {
    match write(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("map: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn write(args: &Args) -> anyhow::Result<()> {
    let page = Map::draw(args.storms).map_err(anyhow::Error::msg)?.to_string();
    if args.to.as_os_str() == "-" {
        print!("{page}");
        return Ok(());
    }
    std::fs::write(&args.to, page).with_context(|| args.to.display().to_string())?;
    let old = std::fs::read_to_string(metrics::PAGE).context(metrics::PAGE)?;
    let new =
        metrics::updated(&old).with_context(|| format!("{} has no place for metrics", metrics::PAGE))?;
    std::fs::write(metrics::PAGE, new).context(metrics::PAGE)
}
