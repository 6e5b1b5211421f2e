//! `chaos`: real service processes on real brokers, a load that does not wait, and one fault after another.
//!
//! `cargo run --release -p chaos -- --smoke`. A run counts only with evidence: every fault is seen to hit and to be
//! healed, the load goes on behind the last one, everything settles within a bound, and an auditor that knows neither
//! the services nor this program reads the whole log and agrees. What happened is kept in `target/chaos/<run>/`.
//!
//! A seed fixes which faults come in which order, who is hit, and what is ordered. It does not fix the timing: these
//! are real processes on a machine with other work, and no two runs meet at the same instant.
#![forbid(unsafe_code)]

mod audit;
mod broker;
mod cluster;
mod driver;
mod faults;
mod flags;
mod fleet;
mod lags;
mod next;
mod onlooker;
mod page;
mod plan;
mod ports;
mod process;
mod programs;
mod provider;
mod proxy;
mod report;
mod scale;
mod settle;
mod shop;
mod steps;
mod storm;
mod tally;
mod wishes;

use std::process::ExitCode;

use clap::Parser;

use flags::{Line, Role};

fn main() -> ExitCode {
    let line = Line::parse();
    let done = match &line.role {
        Some(Role::Provider(flags)) => provider::serve(flags).map(|()| true),
        None => storm::run(&line.run),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("chaos: {error:#}");
            ExitCode::FAILURE
        }
    }
}
