//! `stats`: how many orders ended how and why, and how long it took.

use serde::Serialize;

use super::gather::{Stretch, roll};
use crate::{
    exit::Failure,
    fold::{roll::Fate, spread::Spread},
    render::{
        share,
        table::{Align, Table},
    },
    session::Session,
};

/// Flags of `stats`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// What to read.
    #[command(flatten)]
    stretch: Stretch,
}

#[derive(Serialize)]
struct Document<'a> {
    orders: usize,
    fates: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
    orders: usize,
    /// Milliseconds from the placement to the ending.
    #[serde(skip_serializing_if = "Option::is_none")]
    took: Option<Spread>,
}

/// Reads the roll and counts.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let (roll, _) = roll(&cluster, args.stretch)?;
    let fates = roll.fates();
    let orders = fates.iter().map(|fate| fate.orders).sum();
    if session.out.is_json() {
        let fates = fates.iter().map(row).collect();
        return session.out.document(&Document { orders, fates });
    }
    session.out.table(&table(&fates, orders))?;
    args.stretch.tell(session);
    Ok(())
}

fn row(fate: &Fate) -> Row<'_> {
    Row { status: fate.status, reason: &fate.reason, orders: fate.orders, took: fate.took }
}

fn table(fates: &[Fate], all: usize) -> Table {
    use Align::{Left, Right};
    let mut table = Table::new(&[
        ("STATUS", Left),
        ("REASON", Left),
        ("ORDERS", Right),
        ("SHARE", Right),
        ("P50", Right),
        ("P90", Right),
        ("P99", Right),
        ("MAX", Right),
    ]);
    for fate in fates {
        let took = |of: fn(&Spread) -> f64| fate.took.as_ref().map_or("-".to_owned(), |took| shown(of(took)));
        table.row([
            fate.status.into(),
            fate.reason.as_str().into(),
            fate.orders.into(),
            share(fate.orders, all).into(),
            took(|took| took.p50).into(),
            took(|took| took.p90).into(),
            took(|took| took.p99).into(),
            took(|took| took.max).into(),
        ]);
    }
    table
}

/// Milliseconds for people.
pub(super) fn shown(millis: f64) -> String {
    crate::render::span(std::time::Duration::from_secs_f64(millis / 1_000.0))
}
