//! `scale`: more partitions, more threads, a longer log.

use anyhow::Result;

use crate::{
    flags,
    mix::Mix,
    round::{Bench, Figures, Plan},
};

/// Log sizes, as multiples of the orders of a round.
const LENGTHS: [u32; 3] = [1, 3, 10];

/// Runs a saga of each kind; `what` says which.
pub fn run(bench: &Bench, flags: &flags::Scale) -> Result<Vec<Figures>> {
    let mut found = Vec::new();
    let mut add = |label: String, plan: Plan| -> Result<()> {
        let figures = Figures { what: label, ..bench.saga(&plan)? };
        eprintln!("{} · {:.0} orders/s", figures.what, figures.orders_per_second);
        found.push(figures);
        Ok(())
    };
    let plan = Plan { mix: Mix::Happy, orders: flags.orders, partitions: 4, flags: Vec::new() };
    for partitions in &flags.partitions {
        add(format!("{partitions} partitions"), Plan { partitions: *partitions, ..plan.clone() })?;
    }
    for threads in &flags.threads {
        let flags = vec!["--workers".to_owned(), threads.to_string()];
        add(format!("{threads} threads a service"), Plan { flags, ..plan.clone() })?;
    }
    for times in LENGTHS {
        let orders = flags.orders * times;
        add(format!("{orders} orders on the log"), Plan { orders, ..plan.clone() })?;
    }
    Ok(found)
}
