//! Are the topics on the broker as the contract wants them?

use std::{collections::HashMap, time::Duration};

use events_schema::Topic;
use rdkafka::{
    admin::{AdminOptions, ResourceSpecifier},
    consumer::Consumer,
    metadata::MetadataTopic,
};

use super::{
    layout,
    topics::{self, Target},
};
use crate::Fatal;

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// As it must be.
    Ok,
    /// It works, but an operator should know.
    Warn,
    /// The services would not start, or would lose something.
    Fail,
}

/// One thing [`check`] looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What was found, in one line.
    pub text: String,
    /// What to do about it; empty if nothing.
    pub remedy: String,
}

/// How long a broker that has answered may take to tell its topics' settings. Some never do.
const TELLS: Duration = Duration::from_secs(5);

type Settings = HashMap<String, String>;

/// Compares the topics on the broker with the contract. Says something about every topic.
///
/// # Errors
/// [`Fatal::Unreachable`] if no broker answers within `timeout`.
pub fn check(at: Target<'_>) -> Result<Vec<Finding>, Fatal> {
    let Target { brokers, prefix, timeout, .. } = at;
    let probe = topics::probe(at)?;
    layout::reach(&probe, brokers, timeout)?;
    let metadata = probe.fetch_metadata(None, timeout).map_err(|error| {
        Fatal::Unreachable(format!(
            "{brokers} did not list its topics within {} s: {error}",
            timeout.as_secs()
        ))
    })?;
    let there: HashMap<&str, &MetadataTopic> =
        metadata.topics().iter().map(|topic| (topic.name(), topic)).collect();
    let first = Topic::ALL.iter().find_map(|topic| there.get(format!("{prefix}{topic}").as_str()));
    let partitions = first.map_or(0, |topic| topic.partitions().len());
    let settings = read_settings(at)?;
    let mut findings = Vec::new();
    for topic in Topic::ALL {
        let name = format!("{prefix}{topic}");
        match there.get(name.as_str()) {
            None => findings.push(fail(format!("topic {name} is missing"), "create all: orderctl init")),
            Some(found) => one(topic, found, partitions, settings.get(&name), &mut findings),
        }
    }
    Ok(findings)
}

fn one(
    topic: Topic,
    found: &MetadataTopic,
    partitions: usize,
    settings: Option<&Settings>,
    findings: &mut Vec<Finding>,
) {
    let (name, count, before) = (found.name(), found.partitions().len(), findings.len());
    let copies = found.partitions().iter().map(|p| p.replicas().len()).min().unwrap_or(0);
    if count != partitions {
        let text = format!("topic {name} has {count} partitions, others {partitions}; all must be equal");
        findings.push(fail(text, "create it anew with the partitions of the others"));
    }
    if let Some(number) = found.partitions().iter().find(|p| p.leader() < 0).map(|p| p.id()) {
        findings.push(fail(format!("{name}-{number} has no leader"), "bring its brokers back"));
    }
    match settings {
        None => findings
            .push(warn(format!("the settings of topic {name} cannot be read"), "allow DescribeConfigs")),
        Some(settings) => compare(topic, name, copies, settings, findings),
    }
    if findings.len() == before {
        let kept = match topic.retention() {
            _ if topic.is_compacted() => "newest of a key kept".to_owned(),
            None => "kept for ever".to_owned(),
            Some(kept) => format!("kept {} days", kept.as_secs() / 86_400),
        };
        let text = format!("topic {name}: {count} partitions, {copies} copies, {kept}");
        findings.push(Finding { severity: Severity::Ok, text, remedy: String::new() });
    }
}

fn compare(topic: Topic, name: &str, copies: usize, settings: &Settings, findings: &mut Vec<Finding>) {
    for (key, wanted) in topics::settings(topic, u16::try_from(copies).unwrap_or(u16::MAX)) {
        let Some(found) = settings.get(key).filter(|found| !enough(key, found, &wanted)) else { continue };
        let text = format!("topic {name} has {key}={found}, the contract wants {wanted}");
        let remedy = format!("set {key}={wanted} on topic {name}");
        findings.push(Finding { severity: severity(topic, key), text, remedy });
    }
}

/// A bound that is wider than wanted is no fault.
fn enough(key: &str, found: &str, wanted: &str) -> bool {
    match (found.parse::<i64>(), wanted.parse::<i64>()) {
        (Ok(found), Ok(wanted)) if key.starts_with("retention.") => {
            found == -1 || (wanted != -1 && found >= wanted)
        }
        (Ok(found), Ok(wanted)) => found >= wanted,
        _ => found == wanted,
    }
}

/// What would lose records is a failure; what would park or delay some is a warning.
fn severity(topic: Topic, key: &str) -> Severity {
    match key {
        "cleanup.policy" => Severity::Fail,
        "retention.ms" | "retention.bytes" if !topic.is_outsiders() => Severity::Fail,
        _ => Severity::Warn,
    }
}

fn read_settings(at: Target<'_>) -> Result<HashMap<String, Settings>, Fatal> {
    let admin = topics::admin(at)?;
    let names: Vec<String> = Topic::ALL.iter().map(|topic| format!("{}{topic}", at.prefix)).collect();
    let wanted: Vec<ResourceSpecifier<'_>> =
        names.iter().map(|name| ResourceSpecifier::Topic(name)).collect();
    let options = AdminOptions::new().request_timeout(Some(at.timeout.min(TELLS)));
    // A broker that does not tell its settings is a finding of its own, not the end of the check.
    let answers = topics::wait_for(admin.describe_configs(&wanted, &options))?.unwrap_or_default();
    let read = names.into_iter().zip(answers).filter_map(|(name, answer)| {
        let entries = answer.ok()?.entries;
        Some((name, entries.into_iter().filter_map(|entry| Some((entry.name, entry.value?))).collect()))
    });
    Ok(read.collect())
}

fn fail(text: String, remedy: &str) -> Finding {
    Finding { severity: Severity::Fail, text, remedy: remedy.to_owned() }
}

fn warn(text: String, remedy: &str) -> Finding {
    Finding { severity: Severity::Warn, text, remedy: remedy.to_owned() }
}
