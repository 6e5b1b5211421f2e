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
mod contender;
mod count;
mod crowd;
mod filling;
mod flags;
mod floor;
mod latency;
mod meter;
mod mix;
mod model;
mod process;
mod programs;
mod report;
mod restart;
mod round;
mod scale;
mod shop;
mod stat;
mod streams;
mod table;
mod timing;
mod turns;
mod verdict;

use std::process::ExitCode;

use clap::Parser;

use flags::{Line, Role};

fn main() -> ExitCode {
    let line = Line::parse();
    let done = rig::wait::end_on_signals().and_then(|()| match &line.role {
        Role::Compare(flags) => report::run_compare(flags),
        Role::Latency(flags) => report::run_latency(flags),
        Role::Restart(flags) => report::run_restart(flags),
        Role::Scale(flags) => report::run_scale(flags),
        Role::Streams(flags) => report::run_streams(flags),
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
