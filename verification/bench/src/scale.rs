//! `scale`: more partitions, more threads, one process instead of three, a longer log. Each part can run by itself.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::{
    aims::Aim,
    flags,
    mix::Mix,
    round::{Bench, Figures, Plan},
};

/// A part of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// More partitions.
    Partitions,
    /// More threads for each service.
    Threads,
    /// One process for all services, or one for each.
    Processes,
    /// More orders on the log.
    Log,
}

/// What each part found, when it ran last.
pub type Found = BTreeMap<Part, Vec<Figures>>;

/// Runs a saga of each kind; `what` says which.
pub fn run(bench: &Bench, flags: &flags::Scale) -> Result<Found> {
    // What the first round on a new broker would pay for all.
    bench.warm_up(Mix::Happy, flags.orders.min(20_000))?;
    flags.part.iter().map(|part| Ok((*part, rounds(bench, flags, *part)?))).collect()
}

fn rounds(bench: &Bench, flags: &flags::Scale, part: Part) -> Result<Vec<Figures>> {
    let plan = Plan::happy(flags.orders);
    let plans: Vec<(String, Plan)> = match part {
        Part::Partitions => {
            let of = |many: &u16| (format!("{many} partitions"), Plan { partitions: *many, ..plan.clone() });
            flags.partitions.iter().map(of).collect()
        }
        Part::Threads => {
            let of = |many: &u16| {
                let flags = vec!["--workers".to_owned(), many.to_string()];
                (format!("{many} threads a service"), Plan { flags, ..plan.clone() })
            };
            flags.threads.iter().map(of).collect()
        }
        Part::Processes => vec![
            ("three processes".to_owned(), plan.clone()),
            ("one process".to_owned(), Plan { one_process: true, ..plan }),
        ],
        Part::Log => {
            let of = |orders: &u32| (format!("{orders} orders on the log"), Plan::happy(*orders));
            flags.lengths.iter().map(of).collect()
        }
    };
    let measure = |(what, plan): (String, Plan)| -> Result<Figures> {
        let figures = Figures { what, ..bench.saga(&plan)? };
        eprintln!("{} · {:.0} orders/s", figures.what, figures.orders_per_second);
        Ok(figures)
    };
    plans.into_iter().map(measure).collect()
}

/// What this says of the aims.
pub fn aims(found: &Found) -> Vec<Aim> {
    let log = found.get(&Part::Log).map(Vec::as_slice).unwrap_or_default();
    let ([first, ..], [.., last]) = (log, log) else { return Vec::new() };
    let says =
        format!("throughput with {} orders on the log ≥ 0.9 of that with {}", last.orders, first.orders);
    vec![Aim::least(says, 0.9, last.orders_per_second / first.orders_per_second)]
}
