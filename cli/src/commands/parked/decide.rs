//! `parked resume` and `parked discard`: an operator's word on `operations`; the service itself carries it out.

use std::collections::BTreeSet;

use events_schema::{
    Event, Key, Source, Topic, announce,
    operations::{ParkedDiscardRequested, ParkedResumeRequested},
};

use super::{Owner, show};
use crate::{clock, commands::Written, exit::Failure, fold::parked::Book, log::Cluster, session::Session};

/// Flags of all that decide.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The blocked order, SKU or customer
    pub(super) subject: Key,
    /// The service that parked it; may be left out when there is only one
    #[arg(long, value_enum)]
    service: Option<Owner>,
    /// Why; kept for ever
    #[arg(long)]
    pub(super) reason: Option<String>,
    /// Who asks
    #[arg(long, env = "USER", hide_env_values = true)]
    pub(super) by: Option<String>,
    /// Only show what would be asked, and of which records
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// Where a subject is blocked.
pub(super) struct Blocked {
    pub(super) service: Source,
    pub(super) partition: u16,
}

/// Asks for another try.
pub fn resume(args: Args, book: &Book, cluster: &Cluster, session: &mut Session) -> Result<(), Failure> {
    let blocked = find(&args, book)?;
    if args.dry_run {
        return preview(&args.subject, blocked.service, "resume", book, session);
    }
    let Args { subject, by, reason, .. } = args;
    let event = ParkedResumeRequested { service: blocked.service.name().to_owned(), by, reason };
    ask(subject, blocked.partition, &event, cluster, session)
}

/// Asks for it to be given up.
pub fn discard(args: Args, book: &Book, cluster: &Cluster, session: &mut Session) -> Result<(), Failure> {
    if args.reason.is_none() {
        return Err(Failure::Usage(
            "a discard needs a --reason: whoever looks for the record later will ask".to_owned(),
        ));
    }
    let blocked = find(&args, book)?;
    if args.dry_run {
        return preview(&args.subject, blocked.service, "discard", book, session);
    }
    let Args { subject, by, reason, .. } = args;
    let event = ParkedDiscardRequested { service: blocked.service.name().to_owned(), by, reason };
    ask(subject, blocked.partition, &event, cluster, session)
}

/// What the service would do, if nothing cannot be taken again: the oldest first, then those behind it.
fn preview(
    subject: &Key,
    service: Source,
    verb: &str,
    book: &Book,
    session: &mut Session,
) -> Result<(), Failure> {
    let queue = book.queue(subject, service);
    if session.out.is_json() {
        return show::rows(&queue, session);
    }
    session.out.line(format_args!("nothing is written; {service} would be asked to"))?;
    for (at, (identity, parked)) in queue.iter().enumerate() {
        let verb = if at == 0 { verb } else { "then take" };
        session.out.line(format_args!("{verb} {identity}  {}  {}", parked.event(), parked.reason))?;
    }
    Ok(())
}

/// Writes the request on the partition of what is parked.
pub(super) fn ask<E: Event>(
    subject: Key,
    partition: u16,
    event: &E,
    cluster: &Cluster,
    session: &mut Session,
) -> Result<(), Failure> {
    let value = announce(Source::Cli, clock::new_event_id(), subject, clock::now(), event);
    cluster.partitions(Topic::Operations)?;
    let place = cluster.writer()?.write_one(Topic::Operations, partition, subject, &value)?;
    Written { event: E::TYPE, subject, place }.print(session)
}

pub(super) fn find(args: &Args, book: &Book) -> Result<Blocked, Failure> {
    let wanted = args.service.map(Owner::source);
    let waiting: BTreeSet<(Source, u16)> = book
        .waiting()
        .filter(|(_, parked)| parked.subject == args.subject)
        .map(|(identity, parked)| (identity.service, parked.stands.partition))
        .filter(|(service, _)| wanted.is_none_or(|wanted| wanted == *service))
        .collect();
    let mut places = waiting.into_iter();
    match (places.next(), places.next()) {
        (Some((service, partition)), None) => Ok(Blocked { service, partition }),
        (Some((one, _)), Some((other, _))) if one != other => Err(Failure::Usage(format!(
            "{} is parked at {one} and at {other}; choose with --service",
            args.subject
        ))),
        // One service parks a subject on one partition; a misrouted record may stand on another: its oldest first.
        (Some((service, partition)), Some(_)) => Ok(Blocked { service, partition }),
        (None, _) => Err(Failure::NotFound(format!(
            "{}: nothing of it is parked and waits; see: orderctl parked list",
            args.subject
        ))),
    }
}
