//! The brokers: who they are, which version, whether all copies are in step, and settings on which our promises rest.

use std::{collections::BTreeMap, time::Duration};

use rdkafka::{
    admin::{AdminOptions, ResourceSpecifier},
    consumer::Consumer,
    metadata::Metadata,
};

use super::finding::{Finding, Level};
use crate::{
    exit::Failure,
    log::{Cluster, admin},
    render::span,
};

/// What tells no settings tells none later, either.
const PATIENCE: Duration = Duration::from_secs(5);

/// A broker's settings, by name.
type Settings = BTreeMap<String, String>;

/// The findings about brokers.
pub fn look(cluster: &Cluster) -> Result<Vec<Finding>, Failure> {
    let patience = cluster.settings.timeout;
    let metadata = cluster
        .client()
        .fetch_metadata(None, patience)
        .map_err(|error| Failure::of_client("asking for the brokers", &error))?;
    let name = cluster.client().client().fetch_cluster_id(patience);
    let mut findings = vec![
        reachable(cluster, name.as_deref()),
        copies(&lagging(&metadata, &cluster.settings.prefix), metadata.brokers().len()),
    ];
    let ids: Vec<i32> = metadata.brokers().iter().map(|broker| broker.id()).collect();
    for (id, settings) in settings(cluster, &ids)? {
        findings.extend(judge(id, settings.as_ref()));
    }
    Ok(findings)
}

fn reachable(cluster: &Cluster, name: Option<&str>) -> Finding {
    let brokers = cluster.advertised.join(", ");
    let cluster_id = name.map_or(String::new(), |name| format!("; cluster {name}"));
    let answered = span(cluster.answered_in);
    Finding::ok(format!("{} answers in {answered}; brokers: {brokers}{cluster_id}", cluster.settings.brokers))
}

/// Partitions with fewer copies in step than there are.
fn lagging(metadata: &Metadata, prefix: &str) -> Vec<String> {
    let ours = metadata.topics().iter().filter(|topic| {
        topic.name().strip_prefix(prefix).and_then(events_schema::Topic::from_name).is_some()
    });
    let of = |topic: &rdkafka::metadata::MetadataTopic| {
        let short = topic.partitions().iter().filter(|p| p.isr().len() < p.replicas().len());
        short.map(|p| format!("{}-{}", topic.name(), p.id())).collect::<Vec<_>>()
    };
    ours.flat_map(of).collect()
}

fn copies(lagging: &[String], brokers: usize) -> Finding {
    match (lagging, brokers) {
        ([], 1) => Finding::ok("every copy is in step; one broker, which is for trying only"),
        ([], _) => Finding::ok("every copy is in step"),
        ([first, ..], _) => Finding::warn(
            format!("{} partitions have copies that are not in step, {first} first", lagging.len()),
            "bring the missing brokers back, or give them time",
        ),
    }
}

/// What each broker is set to; `None` where it does not tell.
fn settings(cluster: &Cluster, ids: &[i32]) -> Result<Vec<(i32, Option<Settings>)>, Failure> {
    let failed = |what: &str| Failure::Ours(format!("asking for the brokers' settings: {what}"));
    let asker = admin(&cluster.settings)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().build().map_err(|e| failed(&e.to_string()))?;
    let options = AdminOptions::new().request_timeout(Some(cluster.settings.timeout.min(PATIENCE)));
    let ask = |id: &i32| {
        let answer = runtime.block_on(asker.describe_configs(&[ResourceSpecifier::Broker(*id)], &options));
        let found = answer.ok().and_then(|mut all| all.pop()?.ok());
        let settings =
            found.map(|found| found.entries.into_iter().filter_map(|e| Some((e.name, e.value?))).collect());
        (*id, settings)
    };
    Ok(ids.iter().map(ask).collect())
}

/// A setting, whether a value of it is as it should be, how bad it is otherwise, and why.
type Rule = (&'static str, fn(&str) -> bool, Level, &'static str);

const RULES: [Rule; 3] = [
    (
        "transaction.abort.timed.out.transaction.cleanup.interval.ms",
        |value| at_most(value, 2_000),
        Level::Warn,
        "set it to 1000: for so long more a dead instance's transaction holds readers back",
    ),
    (
        "transaction.max.timeout.ms",
        |value| !at_most(value, 9_999),
        Level::Fail,
        "set it to 10000 or more, or give the services a lower --transaction-timeout-ms",
    ),
    (
        "unclean.leader.election.enable",
        |value| value != "true",
        Level::Warn,
        "set it to false: a leader that is behind would lose what was acknowledged",
    ),
];

fn at_most(value: &str, limit: i64) -> bool {
    value.parse::<i64>().is_ok_and(|number| number <= limit)
}

fn judge(id: i32, settings: Option<&Settings>) -> Vec<Finding> {
    let Some(settings) = settings else {
        return vec![Finding::warn(
            format!("the settings of broker {id} cannot be read"),
            "allow DescribeConfigs",
        )];
    };
    let mut findings: Vec<Finding> = version(id, settings).into_iter().collect();
    let broken = RULES.iter().filter_map(|(name, fits, level, remedy)| {
        let value = settings.get(*name).filter(|value| !fits(value))?;
        Some(Finding::new(*level, format!("broker {id} has {name}={value}"), *remedy))
    });
    findings.extend(broken);
    if findings.is_empty() {
        findings.push(Finding::ok(format!("broker {id}: what transactions need of its settings is so")));
    }
    findings
}

/// Kafka tells its version in a setting until 3.9; what is later is new enough.
fn version(id: i32, settings: &Settings) -> Option<Finding> {
    let told = settings.get("inter.broker.protocol.version")?;
    let mut numbers = told.split(['.', '-']).map_while(|part| part.parse::<u32>().ok());
    let version = (numbers.next()?, numbers.next()?);
    let text = format!("broker {id} speaks the protocol of Kafka {told}");
    let remedy = "2.5 or later is needed: it must fence offsets by group membership (KIP-447)";
    (version < (2, 5)).then(|| Finding::new(Level::Fail, text, remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(settings: &[(&str, &str)]) -> Vec<String> {
        let settings = settings.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        judge(1, Some(&settings)).iter().map(Finding::sentence).collect()
    }

    #[test]
    fn a_broker_set_as_it_should_be_is_one_line() {
        let right = [
            ("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"),
            ("transaction.max.timeout.ms", "900000"),
            ("unclean.leader.election.enable", "false"),
            ("inter.broker.protocol.version", "3.9-IV0"),
        ];
        assert_eq!(told(&right), ["broker 1: what transactions need of its settings is so"]);
    }

    #[test]
    fn each_setting_that_endangers_a_promise_is_told_with_its_remedy() {
        let wrong = [
            ("transaction.abort.timed.out.transaction.cleanup.interval.ms", "10000"),
            ("transaction.max.timeout.ms", "5000"),
            ("unclean.leader.election.enable", "true"),
        ];
        let lines = told(&wrong);
        assert_eq!(lines.len(), 3);
        assert!(lines[0].contains("cleanup.interval.ms=10000; set it to 1000"), "{lines:?}");
    }

    #[test]
    fn a_broker_too_old_to_fence_offsets_is_a_failure() {
        let of = |version: &str| version_of(version).is_some_and(|found| found.is_failure());
        assert_eq!(
            [of("2.4-IV1"), of("2.5-IV0"), of("0.11.0-IV2"), of("3.9-IV0")],
            [true, false, true, false]
        );
    }

    fn version_of(told: &str) -> Option<Finding> {
        version(1, &[("inter.broker.protocol.version".to_owned(), told.to_owned())].into())
    }

    #[test]
    fn copies_that_are_behind_are_counted() {
        let line = copies(&["orders-0".to_owned(), "orders-1".to_owned()], 3).sentence();
        assert!(
            line.starts_with("2 partitions have copies that are not in step, orders-0 first; "),
            "{line}"
        );
        assert_eq!(copies(&[], 3), Finding::ok("every copy is in step"));
    }
}
