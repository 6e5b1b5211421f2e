//! `trace`: one order's events over all services.

use clap::ValueEnum;
use events_schema::{Key, Timestamp};

use super::find::{Found, found, unknown};
use crate::{
    clock,
    exit::Failure,
    fold::timeline::Timeline,
    render::{moment, timeline as page, tree},
    session::Session,
};

/// Flags of `trace`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The order's id
    order: Key,
    /// Only what had happened by this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// A lane for each service, or one column
    #[arg(long, value_enum, default_value_t = Layout::Auto)]
    layout: Layout,
    /// As a tree: each event under the one it answers
    #[arg(long, conflicts_with = "layout")]
    tree: bool,
    /// Read on to the end of the log, although the order has come to rest
    #[arg(long)]
    whole: bool,
}

/// How the events stand on the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Layout {
    /// Lanes where the terminal is wide enough.
    Auto,
    /// A column for each service.
    Lanes,
    /// One column.
    List,
}

/// Finds the events and shows them.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let Found { records, read_until } = found(&cluster, &args.order, args.whole)?;
    let timeline = Timeline::of(args.order, &records, args.at.unwrap_or(Timestamp::MAX));
    if timeline.steps.is_empty() {
        return Err(unknown(&cluster, &args.order));
    }
    if session.out.is_json() {
        return session.out.document(&page::document(&timeline, read_until));
    }
    show(&timeline, args, session)?;
    tell_until(read_until, session);
    Ok(())
}

/// Says where reading stopped.
pub(super) fn tell_until(read_until: Option<Timestamp>, session: &Session) {
    if let Some(time) = read_until {
        session.note(format_args!("read up to {}: it had come to rest; --whole reads on", moment(time)));
    }
}

fn show(timeline: &Timeline, args: &Args, session: &mut Session) -> Result<(), Failure> {
    let now = args.at.unwrap_or_else(clock::now);
    for line in page::summary(timeline, now) {
        session.out.line(line)?;
    }
    session.out.line("")?;
    if args.tree {
        return tree::lines(timeline).iter().try_for_each(|line| session.out.line(line));
    }
    let lanes = match args.layout {
        Layout::Lanes => true,
        Layout::List => false,
        Layout::Auto => terminal_size::terminal_size().is_some_and(|(width, _)| width.0 >= page::LANES_NEED),
    };
    session.out.table(&page::table(timeline, lanes, Some(now)))
}
