//! `doctor`: looks at everything that keeps orders from ending, and says what to do about it.

mod brokers;
mod clocks;
pub mod finding;
pub mod groups;
mod transactions;

use events_schema::Topic;

use self::finding::Finding;
use crate::{exit::Failure, log::Cluster, session::Session};

/// Flags of `doctor`.
#[derive(clap::Args, Debug)]
#[command(after_help = "Ends with 78 when a line says fail, with 69 when no broker answers.")]
pub struct Args {}

/// Looks and tells.
pub fn run(_: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let version = format!("this is orderctl {} on librdkafka {}", env!("CARGO_PKG_VERSION"), librdkafka());
    let mut findings = vec![Finding::ok(version)];
    findings.extend(brokers::look(&cluster)?);
    findings.extend(super::topics::findings(session)?);
    if Topic::ALL.iter().all(|topic| cluster.partitions(*topic).is_ok()) {
        findings.push(catalog(&cluster)?);
        findings.extend(groups::look(&cluster)?);
        findings.push(parked(&cluster)?);
        findings.extend(transactions::look(&cluster)?);
        findings.extend(clocks::look(&cluster)?);
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
