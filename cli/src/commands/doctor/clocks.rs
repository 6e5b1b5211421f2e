//! Whether the clocks agree: this host's with the services', and the services' with one another.
//!
//! A record's time is its writer's, so that nothing tells the broker's clock. But no fact may be from the future, and none
//! may be older than what it answers.

use std::collections::{BTreeMap, HashMap};

use events_schema::{EventId, Source, Timestamp, Topic};

use super::finding::{Finding, Level};
use crate::{
    clock,
    exit::Failure,
    fold::timeline::step,
    log::{Begin, Cluster},
};

/// Clocks more than this apart make deadlines and time-outs surprising.
const SKEW_MICROS: i64 = 2_000_000;

/// So many of the newest records of each partition are looked at.
const NEWEST: i64 = 200;

/// One fact: its id, its time, whose it is, and what it answers.
struct Fact {
    id: EventId,
    time: Timestamp,
    source: Source,
    cause: Option<EventId>,
}

/// The findings about clocks.
pub fn look(cluster: &Cluster) -> Result<Vec<Finding>, Failure> {
    let shards = cluster.shards(&[Topic::Orders, Topic::Inventory, Topic::Payments])?;
    let mut facts = Vec::new();
    cluster.read(&cluster.ranges(&shards, Begin::Newest(NEWEST))?, &mut |record| {
        let Some(source) = record.place.topic.owner() else { return };
        let step = step(record);
        facts.push(Fact { id: step.id, time: step.time, source, cause: step.cause });
    })?;
    Ok(judge(&facts, clock::now()))
}

fn judge(facts: &[Fact], now: Timestamp) -> Vec<Finding> {
    let apart = future(facts, now).into_iter().chain(hasty(facts)).collect::<Vec<_>>();
    if !apart.is_empty() {
        return apart;
    }
    vec![Finding::ok(match facts.len() {
        0 => "no fact to tell the clocks by".to_owned(),
        n => format!("clocks agree within 2 s, by the newest {n} facts"),
    })]
}

fn future(facts: &[Fact], now: Timestamp) -> Vec<Finding> {
    let mut newest: BTreeMap<Source, Timestamp> = BTreeMap::new();
    for fact in facts {
        let of = newest.entry(fact.source).or_default();
        *of = fact.time.max(*of);
    }
    let ahead = |(source, time): (Source, Timestamp)| {
        let ahead = time.0.saturating_sub(now.0);
        let text = format!("the newest fact of {source} is {} ms ahead of this host's clock", ahead / 1_000);
        (ahead > SKEW_MICROS)
            .then(|| Finding::new(Level::Fail, text, "set the clocks of this host and of the service (NTP)"))
    };
    newest.into_iter().filter_map(ahead).collect()
}

/// Answers older than their questions: the largest of each pair of services.
fn hasty(facts: &[Fact]) -> Vec<Finding> {
    let asked: HashMap<EventId, &Fact> = facts.iter().map(|fact| (fact.id, fact)).collect();
    let mut worst: BTreeMap<(Source, Source), i64> = BTreeMap::new();
    for fact in facts {
        let Some(cause) = fact.cause.and_then(|cause| asked.get(&cause)) else { continue };
        let early = cause.time.0.saturating_sub(fact.time.0);
        let of = worst.entry((fact.source, cause.source)).or_default();
        *of = early.max(*of);
    }
    let told = |((late, early), micros): ((Source, Source), i64)| {
        let text =
            format!("{late} answered {early} {} ms before it was asked, by their clocks", micros / 1_000);
        (micros > SKEW_MICROS)
            .then(|| Finding::new(Level::Fail, text, format!("set the clocks of {late} and {early} (NTP)")))
    };
    worst.into_iter().filter_map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(100_000_000);

    fn fact(id: &str, source: Source, time: i64, cause: Option<&str>) -> Fact {
        let id_of = |text: &str| EventId::from(text.parse::<events_schema::Key>().unwrap());
        Fact { id: id_of(id), time: Timestamp(time), source, cause: cause.map(id_of) }
    }

    fn told(facts: &[Fact]) -> Vec<String> {
        judge(facts, NOW).iter().map(Finding::sentence).collect()
    }

    #[test]
    fn clocks_less_than_two_seconds_apart_agree() {
        let facts = [
            fact("a", Source::Order, 101_000_000, None),
            fact("b", Source::Inventory, 100_500_000, Some("a")),
        ];
        assert_eq!(told(&facts), ["clocks agree within 2 s, by the newest 2 facts"]);
        assert_eq!(told(&[]), ["no fact to tell the clocks by"]);
    }

    #[test]
    fn a_service_whose_facts_are_from_the_future_is_named() {
        let facts =
            [fact("a", Source::Order, 99_000_000, None), fact("b", Source::Payment, 105_000_000, None)];
        let lines = told(&facts);
        assert_eq!(lines.len(), 1);
        assert!(
            lines[0].starts_with("the newest fact of payment is 5000 ms ahead of this host's clock; set "),
            "{lines:?}"
        );
    }

    #[test]
    fn an_answer_older_than_its_question_tells_two_clocks_apart() {
        let facts = [
            fact("a", Source::Order, 90_000_000, None),
            fact("b", Source::Inventory, 86_500_000, Some("a")),
            fact("c", Source::Inventory, 89_000_000, Some("a")),
        ];
        let lines = told(&facts);
        assert_eq!(
            lines,
            [
                "inventory answered order 3500 ms before it was asked, by their clocks; set the clocks of inventory and order (NTP)"
            ]
        );
        assert!(judge(&facts, NOW).iter().all(Finding::is_failure));
    }
}
