//! `doctor`: looks at everything that keeps orders from ending, and says what to do about it.

pub mod finding;
pub mod groups;

use events_schema::{Timestamp, Topic};

use self::finding::{Finding, Level};
use crate::{
    clock,
    exit::Failure,
    log::{Begin, Cluster, Range},
    render::span,
    session::Session,
};

/// Flags of `doctor`.
#[derive(clap::Args, Debug)]
#[command(after_help = "Ends with 78 when a line says fail, with 69 when no broker answers.")]
pub struct Args {}

/// Looks and tells.
pub fn run(_: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let mut findings = vec![
        Finding::ok(format!("this is orderctl {} on librdkafka {}", env!("CARGO_PKG_VERSION"), librdkafka())),
        reachable(&cluster),
    ];
    findings.extend(super::topics::findings(session)?);
    if Topic::ALL.iter().all(|topic| cluster.partitions(*topic).is_ok()) {
        findings.push(catalog(&cluster)?);
        findings.extend(groups::look(&cluster)?);
        findings.push(parked(&cluster)?);
        findings.push(clocks(&cluster)?);
    }
    finding::print(&findings, session)?;
    match findings.iter().filter(|finding| finding.is_failure()).count() {
        0 => Ok(()),
        n => Err(Failure::Layout(format!("{n} of {} checks failed, see above", findings.len()))),
    }
}

fn librdkafka() -> String {
    rdkafka::util::get_rdkafka_version().1
}

fn reachable(cluster: &Cluster) -> Finding {
    let brokers = cluster.advertised.join(", ");
    Finding::ok(format!(
        "{} answers in {}; brokers: {brokers}",
        cluster.settings.brokers,
        span(cluster.answered_in)
    ))
}

fn catalog(cluster: &Cluster) -> Result<Finding, Failure> {
    let products = super::product::read(cluster)?.len();
    Ok(match products {
        0 => Finding::warn(
            "the catalog is empty: every order will be rejected",
            "for samples: orderctl init --sample",
        ),
        1 => Finding::ok("1 product in the catalog"),
        _ => Finding::ok(format!("{products} products in the catalog")),
    })
}

fn parked(cluster: &Cluster) -> Result<Finding, Failure> {
    let waiting = super::parked::read(cluster)?.waiting().count();
    Ok(match waiting {
        0 => Finding::ok("no parked record waits"),
        n => Finding::warn(
            format!("{n} parked records wait, and their orders with them"),
            "look: orderctl parked list",
        ),
    })
}

/// Clocks more than this apart make deadlines and time-outs surprising.
const SKEW_MICROS: i64 = 2_000_000;

/// The youngest facts must not be from the future: a service's clock, or ours, would be wrong.
fn clocks(cluster: &Cluster) -> Result<Finding, Failure> {
    let shards = cluster.shards(&[Topic::Orders, Topic::Inventory, Topic::Payments])?;
    let mut newest = Timestamp::default();
    // A transaction's marker may stand last: the last few offsets hold a record.
    let tails = cluster
        .ranges(&shards, Begin::Oldest)?
        .into_iter()
        .map(|r| Range { from: r.from.max(r.to - 10), ..r });
    cluster.read(&tails.collect::<Vec<_>>(), &mut |record| newest = newest.max(record.appended))?;
    let ahead = newest.0.saturating_sub(clock::now().0);
    Ok(match ahead > SKEW_MICROS {
        true => Finding::new(
            Level::Fail,
            format!("the newest fact is {} ms ahead of this host's clock", ahead / 1_000),
            "set the clocks of this host and of the services (NTP)",
        ),
        false => Finding::ok("no fact is from the future by this host's clock"),
    })
}
