//! `stuck`: orders that somebody has to move, and who.

use std::time::Duration;

use events_schema::{Key, Timestamp};
use serde::Serialize;

use super::gather::{Stretch, roll};
use crate::{
    clock,
    exit::Failure,
    fold::{
        roll::{Open, Roll},
        wait::Who,
    },
    render::{
        span,
        table::{Align, Table},
    },
    session::Session,
    settings::duration,
};

/// Flags of `stuck`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Only orders that have waited at least so long
    #[arg(long, default_value = "30s", value_name = "DURATION", value_parser = duration)]
    older_than: Duration,
    /// Only those that wait for one of these
    #[arg(long, value_name = "WHO", value_enum)]
    owner: Vec<Who>,
    /// At most so many, the longest waiting first
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: usize,
    /// What to read.
    #[command(flatten)]
    stretch: Stretch,
}

#[derive(Serialize)]
struct Row<'a> {
    order_id: Key,
    status: &'static str,
    owner: Who,
    what: String,
    next: &'static [&'static str],
    since: Timestamp,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    parked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<&'a Key>,
    partition: u16,
}

/// Reads the roll and prints what is open.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let (roll, _) = roll(&cluster, args.stretch)?;
    let now = clock::now();
    let mut open = stuck(&roll, args.older_than, now);
    open.retain(|open| args.owner.is_empty() || args.owner.contains(&open.wait.on));
    let left_out = open.len().saturating_sub(args.limit);
    open.truncate(args.limit);
    if session.out.is_json() {
        return session.out.document(&open.iter().map(|open| row(open, now)).collect::<Vec<_>>());
    }
    match open.is_empty() {
        true => session.out.line("no order is stuck")?,
        false => session.out.table(&table(&open, now))?,
    }
    if left_out > 0 {
        session.note(format_args!("{left_out} more; show them with --limit"));
    }
    args.stretch.tell(session);
    Ok(())
}

/// Those that have waited so long, the longest first.
pub(super) fn stuck(roll: &Roll, older_than: Duration, now: Timestamp) -> Vec<Open<'_>> {
    roll.open().into_iter().filter(|open| open.since.until(now) >= older_than).collect()
}

fn row<'a>(open: &Open<'a>, now: Timestamp) -> Row<'a> {
    let story = &open.entry.story;
    Row {
        order_id: open.order,
        status: story.status(),
        owner: open.wait.on,
        what: open.wait.what.clone(),
        next: open.wait.next,
        since: open.since,
        seconds: open.since.until(now).as_millis() as f64 / 1_000.0,
        expires_at: story.expires_at.filter(|_| !story.has_ended()),
        parked: !story.blocked.is_empty(),
        customer_id: story.order.as_ref().and_then(|order| order.customer_id.as_ref()),
        partition: open.entry.partition,
    }
}

fn table(open: &[Open<'_>], now: Timestamp) -> Table {
    use Align::{Left, Right};
    let heads = [("ORDER", Left), ("STATUS", Left), ("WAITS FOR", Left), ("FOR", Right), ("WHAT", Left)];
    let mut table = Table::new(&heads);
    for one in open {
        let parked = if one.entry.story.blocked.is_empty() { "" } else { " (parked)" };
        table.row([
            one.order.into(),
            format!("{}{parked}", one.entry.story.status()).into(),
            one.wait.on.into(),
            span(one.since.until(now)).into(),
            one.wait.what.as_str().into(),
        ]);
    }
    table
}
