//! `diff`: what changed about an order between two moments, and the events that changed it.

use events_schema::{Key, Timestamp};
use serde::Serialize;

use super::find::{found, unknown};
use crate::{
    clock,
    exit::Failure,
    fold::{
        change::{Change, changes},
        timeline::{Step, Timeline},
    },
    render::{
        moment,
        table::{Align, Table},
        timeline::{Event, event},
        why::evidence,
    },
    session::Session,
};

/// Flags of `diff`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The order's id
    order: Key,
    /// The earlier moment (RFC 3339)
    #[arg(long, value_name = "TIME")]
    from: Timestamp,
    /// The later moment; now when left out
    #[arg(long, value_name = "TIME")]
    to: Option<Timestamp>,
}

/// The difference: field names are a promise.
#[derive(Serialize)]
struct Document<'a> {
    order_id: Key,
    from: Timestamp,
    to: Timestamp,
    changes: Vec<Change>,
    events: Vec<Event<'a>>,
}

/// Folds twice and compares.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let Args { order, from, .. } = *args;
    let to = args.to.unwrap_or_else(clock::now);
    if to < from {
        return Err(Failure::Usage(format!("--from {from} is later than --to {to}")));
    }
    let cluster = session.reach()?;
    let records = found(&cluster, &order, false)?.records;
    let (before, after) = (Timeline::of(order, &records, from), Timeline::of(order, &records, to));
    if after.steps.is_empty() {
        return Err(unknown(&cluster, &order));
    }
    let changes = changes(&before.story, &after.story);
    let between: Vec<&Step> = after.steps.iter().filter(|step| step.time > from).collect();
    if session.out.is_json() {
        let events = between.iter().map(|step| event(&after, step)).collect();
        return session.out.document(&Document { order_id: order, from, to, changes, events });
    }
    session.out.line(format_args!("order {order} from {} to {}", moment(from), moment(to)))?;
    if between.is_empty() {
        return session.out.line("nothing was said of it in between");
    }
    session.out.table(&table(&changes))?;
    session.out.line("")?;
    session.out.table(&evidence(&between))
}

fn table(changes: &[Change]) -> Table {
    let mut table = Table::new(&[("FIELD", Align::Left), ("FROM", Align::Left), ("TO", Align::Left)]);
    for Change { field, from, to } in changes {
        table.row([(*field).into(), from.as_str().into(), to.as_str().into()]);
    }
    table
}
