//! `topics`: are they as the contract wants them, and how much is in them?

mod acl;

use choreography::kafka::topics::{self, Severity};
use events_schema::Topic;
use serde::Serialize;

use super::doctor::finding::{self, Finding};
use crate::{
    exit::Failure,
    log::Begin,
    render::table::{Align, Table},
    session::Session,
};

/// What to do with the topics.
#[derive(clap::Subcommand, Debug)]
pub enum Command {
    /// Compare the topics and their settings with the contract; 78 when something is wrong
    Check,
    /// List the topics of the contract that exist
    List,
    /// Print who must be allowed what on the broker, as kafka-acls commands; asks no broker
    Acl(acl::Args),
}

/// Checks or lists.
pub fn run(command: &Command, session: &mut Session) -> Result<(), Failure> {
    match command {
        Command::Check => check(session),
        Command::List => list(session),
        Command::Acl(args) => acl::run(args, session),
    }
}

fn check(session: &mut Session) -> Result<(), Failure> {
    session.reach()?;
    let findings = findings(session)?;
    finding::print(&findings, session)?;
    match findings.iter().filter(|found| found.is_failure()).count() {
        0 => Ok(()),
        1 => Err(Failure::Layout("1 thing is wrong with the topics, see above".to_owned())),
        n => Err(Failure::Layout(format!("{n} things are wrong with the topics, see above"))),
    }
}

/// What the check of the topics found.
pub(super) fn findings(session: &Session) -> Result<Vec<Finding>, Failure> {
    let found = topics::check(session.settings.target()).map_err(fatal)?;
    Ok(found.into_iter().map(|found| Finding::new(level(found.severity), found.text, found.remedy)).collect())
}

fn level(severity: Severity) -> finding::Level {
    match severity {
        Severity::Ok => finding::Level::Ok,
        Severity::Warn => finding::Level::Warn,
        Severity::Fail => finding::Level::Fail,
    }
}

/// What the machine could not do for us.
pub(super) fn fatal(error: choreography::Fatal) -> Failure {
    match error {
        choreography::Fatal::Unreachable(line) => Failure::Unreachable(line),
        choreography::Fatal::Misconfigured(line) => Failure::Layout(line),
        other => Failure::Ours(other.to_string()),
    }
}

#[derive(Serialize)]
struct Row {
    topic: &'static str,
    name: String,
    partitions: u16,
    records_at_most: i64,
    owner: &'static str,
    compacted: bool,
}

fn list(session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let mut rows = Vec::new();
    for (topic, partitions) in cluster.topics() {
        let ranges = cluster.ranges(&cluster.shards(&[*topic])?, Begin::Oldest)?;
        rows.push(Row {
            topic: topic.name(),
            name: cluster.name_of(*topic),
            partitions: *partitions,
            // Transactions leave markers between records, so that the difference of offsets counts a few too many.
            records_at_most: ranges.iter().map(|range| range.to - range.from).sum(),
            owner: topic.owner().map_or("front ends", |owner| owner.name()),
            compacted: topic.is_compacted(),
        });
    }
    if rows.len() < Topic::ALL.len() {
        session.note(format_args!(
            "{} topics are missing; create all: orderctl init",
            Topic::ALL.len() - rows.len()
        ));
    }
    if session.out.is_json() {
        return session.out.document(&rows);
    }
    let mut table = Table::new(&[
        ("TOPIC", Align::Left),
        ("PARTITIONS", Align::Right),
        ("RECORDS ≤", Align::Right),
        ("WRITTEN BY", Align::Left),
        ("KEPT", Align::Left),
    ]);
    for row in rows {
        let kept = if row.compacted { "newest of a key" } else { "all" };
        let records = row.records_at_most;
        table.row([row.name.into(), row.partitions.into(), records.into(), row.owner.into(), kept.into()]);
    }
    session.out.table(&table)
}
