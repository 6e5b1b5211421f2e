//! `refund`, `release` and `expire`: an operator's word about one order on `operations`. The log is read first, and a
//! repair that the order does not need is refused; the service decides by its own rules all the same.

use events_schema::{
    Event, Key, Source, Timestamp, Topic, announce,
    operations::{ExpiryRequested, RefundRequested, ReleaseRequested},
};

use super::{
    Written,
    find::{Found, found, unknown},
};
use crate::{
    clock,
    exit::Failure,
    fold::{repair::Repair, timeline::Timeline},
    log::Cluster,
    session::Session,
};

/// Flags of the three.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The order's id
    order: Key,
    /// Why; kept for ever
    #[arg(long)]
    reason: String,
    /// Who asks
    #[arg(long, env = "USER", hide_env_values = true)]
    by: Option<String>,
    /// Only say what would be asked, of whom
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Ask for it: without this, or --dry-run, nothing is done
    #[arg(long)]
    yes: bool,
}

/// Looks at the order, then asks.
pub fn run(repair: Repair, args: Args, session: &mut Session) -> Result<(), Failure> {
    if !args.dry_run && !args.yes {
        return Err(Failure::Usage("nothing is written without --yes; look first: --dry-run".to_owned()));
    }
    let cluster = session.reach()?;
    let Found { records, .. } = found(&cluster, &args.order, true)?;
    let story = Timeline::of(args.order, &records, Timestamp::MAX).story;
    if story.order.is_none() {
        return Err(unknown(&cluster, &args.order));
    }
    if let Some(why) = repair.needless(&story) {
        return Err(Failure::Needless(format!("{}: {why}", args.order)));
    }
    if args.dry_run {
        return preview(repair, &args.order, session);
    }
    let Args { order, by, reason, .. } = args;
    let reason = Some(reason);
    match repair {
        Repair::Refund => ask(order, &RefundRequested { by, reason }, &cluster, session),
        Repair::Release => ask(order, &ReleaseRequested { by, reason }, &cluster, session),
        Repair::Expire => ask(order, &ExpiryRequested { by, reason }, &cluster, session),
    }
}

fn preview(repair: Repair, order: &Key, session: &mut Session) -> Result<(), Failure> {
    let (owner, does) = match repair {
        Repair::Refund => (repair.owner(), "call the payment off and give back what was taken"),
        Repair::Release => (repair.owner(), "give back what it holds, or drop it from its line"),
        Repair::Expire => (repair.owner(), "cancel it as expired"),
    };
    session.out.line(format_args!("nothing is written; {owner} would be asked of {order}: {does}"))
}

fn ask<E: Event>(order: Key, event: &E, cluster: &Cluster, session: &mut Session) -> Result<(), Failure> {
    let value = announce(Source::Cli, clock::new_event_id(), order, clock::now(), event);
    let home = cluster.home_of(Topic::Operations, &order)?;
    let place = cluster.writer()?.write_one(Topic::Operations, home, order, &value)?;
    Written { event: E::TYPE, subject: order, place }.print(session)
}
