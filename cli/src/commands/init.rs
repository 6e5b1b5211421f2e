//! `init`: creates the topics and, if asked, a shop to try things with. Doing it twice changes nothing.

mod sample;

use std::time::Duration;

use choreography::kafka::topics;
use events_schema::Topic;

use crate::{clock, exit::Failure, log::Cluster, session::Session};

/// Flags of `init`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Partitions of every topic; cannot be changed later: 4 on a laptop, 12 in production
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    partitions: u16,
    /// Copies of every record; 3 in production
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=16))]
    replication: u16,
    /// Publish mug, poster and shirt, and receive 100 of each, if they are not there yet
    #[arg(long)]
    sample: bool,
}

/// Creates what is missing.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    // Asks first: the reasons for an unreachable broker are told better here.
    session.reach()?;
    let target = session.settings.target();
    let created = topics::create(target, args.partitions, args.replication).map_err(super::topics::fatal)?;
    let cluster = settled(session)?;
    let new = created.iter().filter(|topic| topic.new).count();
    let old = created.len() - new;
    if !session.out.is_json() {
        session.out.line(format_args!(
            "topics: {new} created with {} partitions, {old} there before",
            args.partitions
        ))?;
    }
    let products = if args.sample { sample::publish(&cluster, session)? } else { Vec::new() };
    if session.out.is_json() {
        let names =
            |new: bool| created.iter().filter(|t| t.new == new).map(|t| t.name.as_str()).collect::<Vec<_>>();
        let done =
            serde_json::json!({ "created": names(true), "existing": names(false), "products": products });
        return session.out.document(&done);
    }
    Ok(())
}

/// The cluster once every new partition has a leader: what follows `init` in a script must not find topics missing.
fn settled(session: &Session) -> Result<Cluster, Failure> {
    let since = clock::instant();
    loop {
        let cluster = session.reach()?;
        match cluster.shards(&Topic::ALL).and_then(|shards| cluster.ends(&shards)) {
            Ok(_) => return Ok(cluster),
            Err(failure) if since.elapsed() > session.settings.timeout => return Err(failure),
            Err(_) => clock::pause(Duration::from_millis(50)),
        }
    }
}
