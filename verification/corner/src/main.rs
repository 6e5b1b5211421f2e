//! `corner`: explores every configuration and says what was found. 0: all holds; 1: a counterexample; 2: wrong usage.

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use corner::{Report, escrow::Escrow, explore, saga::Saga};

/// Explores small worlds of the real services in every interleaving.
#[derive(Parser)]
struct Args {
    /// How to say what was found.
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,
    /// Only configurations whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Output {
    /// For people.
    Text,
    /// One JSON line per configuration.
    Json,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let mut holds = true;
    let mut tell = |report: Report| -> anyhow::Result<()> {
        holds &= report.holds();
        match args.output {
            Output::Text => print!("{report}"),
            Output::Json => println!("{}", serde_json::to_string(&report)?),
        }
        Ok(())
    };
    for plan in corner::escrow_plans().into_iter().filter(|plan| plan.name.contains(&args.only)) {
        tell(explore(plan.name, Escrow::new(plan), args.threads))?;
    }
    for story in corner::saga_stories().into_iter().filter(|story| story.name.contains(&args.only)) {
        tell(explore(story.name, Saga::new(story), args.threads))?;
    }
    Ok(ExitCode::from(u8::from(!holds)))
}
