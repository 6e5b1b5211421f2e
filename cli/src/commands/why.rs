//! `why`: where an order stands, in plain words, and which events say so.

use events_schema::{Key, Timestamp};

use super::{
    doctor::groups,
    find::{Found, found, unknown},
    trace::tell_until,
};
use crate::{
    clock,
    exit::Failure,
    fold::{timeline::Timeline, why::Why},
    log::Cluster,
    render::why as page,
    session::Session,
};

/// Flags of `why`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The order's id
    order: Key,
    /// As it stood at this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Read on to the end of the log, although the order has come to rest
    #[arg(long)]
    whole: bool,
}

/// Finds the events and explains them.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let Found { records, read_until } = found(&cluster, &args.order, args.whole)?;
    let timeline = Timeline::of(args.order, &records, args.at.unwrap_or(Timestamp::MAX));
    let Some(why) = Why::of(&timeline) else { return Err(unknown(&cluster, &args.order)) };
    let now = args.at.unwrap_or_else(clock::now);
    if session.out.is_json() {
        return session.out.document(&page::document(&why, now));
    }
    for line in page::sentences(&why, now) {
        session.out.line(line)?;
    }
    // How services are now explains nothing about the past.
    if args.at.is_none() {
        tell_of_service(&why, &cluster, session)?;
    }
    session.out.line("")?;
    session.out.table(&page::evidence(&why.evidence))?;
    tell_until(read_until, session);
    Ok(())
}

/// Whether the service that has to move runs at all.
fn tell_of_service(why: &Why<'_>, cluster: &Cluster, session: &mut Session) -> Result<(), Failure> {
    let Some(service) = why.wait.as_ref().and_then(|wait| wait.on.service()) else { return Ok(()) };
    session.out.line(format_args!("Now: {}.", groups::finding_of(cluster, service)?.sentence()))
}
