//! `bench`: the saga beside the log beneath it, in one run on one machine.
//!
//! `cargo run --release -p bench -- compare`. The floor is the same log moving the same records through the same
//! transactions without thinking; what the saga reaches is told as a ratio to it. Absolute numbers are those of the
//! machine and of its other work.
#![forbid(unsafe_code)]

mod aims;
mod broker;
mod client;
mod compare;
mod count;
mod flags;
mod floor;
mod latency;
mod meter;
mod mix;
mod process;
mod programs;
mod round;
mod shop;
mod stat;
mod table;
mod verdict;
mod wait;

use std::process::ExitCode;

use clap::Parser;

use flags::{Line, Role};

fn main() -> ExitCode {
    let line = Line::parse();
    let done = wait::end_on_signals().and_then(|()| match &line.role {
        Role::Compare(flags) => compare::run(flags).map(drop),
        Role::Latency(flags) => compare::run_latency(flags),
        Role::Restart(_) | Role::Scale(_) => anyhow::bail!("not there yet"),
        Role::Stage(flags) => floor::run(flags),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
