//! Whether a transaction hangs, and which transactional ids are in use.
//!
//! Readers of committed records stop at the last stable offset: before the oldest open transaction. While it stands still
//! and records stand behind it, somebody holds them back.

use std::{collections::BTreeMap, time::Duration};

use events_schema::{Source, Topic};

use super::{
    finding::{Finding, Level},
    groups,
};
use crate::{
    clock,
    exit::Failure,
    log::{Cluster, Shard},
    render::span,
};

/// A dead instance's transaction is ended after its time-out, 10 s unless told otherwise, and the broker's next sweep.
const PATIENCE: Duration = Duration::from_secs(12);
const PAUSE: Duration = Duration::from_millis(100);

/// The finding about hanging transactions, and the one about ids.
pub fn look(cluster: &Cluster) -> Result<Vec<Finding>, Failure> {
    let shards = cluster.shards(&Topic::ALL)?;
    let (held, waited) = held(cluster, &shards)?;
    let instances: Vec<String> =
        Source::SERVICES.into_iter().flat_map(|service| groups::instances(cluster, service)).collect();
    let named = |((topic, partition), offset): (Shard, i64)| Held {
        topic: cluster.name_of(topic),
        partition,
        offset,
    };
    let held: Vec<Held> = held.into_iter().map(named).collect();
    let brokers = &cluster.settings.brokers;
    Ok(vec![hanging(&held, waited, brokers), ids(&instances, brokers)])
}

/// Partitions whose stable end stood still before their end all the while, with that offset.
fn held(cluster: &Cluster, shards: &[Shard]) -> Result<(BTreeMap<Shard, i64>, Duration), Failure> {
    let since = clock::instant();
    let mut held = standing(&cluster.ends(shards)?, &cluster.written_ends(shards)?);
    let patience = PATIENCE.min(cluster.settings.timeout);
    while !held.is_empty() && since.elapsed() < patience {
        clock::pause(PAUSE);
        let shards: Vec<Shard> = held.keys().copied().collect();
        let now = standing(&cluster.ends(&shards)?, &cluster.written_ends(&shards)?);
        held.retain(|shard, at| now.get(shard) == Some(at));
    }
    Ok((held, since.elapsed()))
}

/// Where the stable end lies before the end. The stable ends must have been asked for first.
fn standing(stable: &BTreeMap<Shard, i64>, written: &BTreeMap<Shard, i64>) -> BTreeMap<Shard, i64> {
    let behind = |(shard, at): (&Shard, &i64)| (written.get(shard)? > at).then_some((*shard, *at));
    stable.iter().filter_map(behind).collect()
}

/// Where readers are held back.
struct Held {
    topic: String,
    partition: u16,
    offset: i64,
}

fn hanging(held: &[Held], waited: Duration, brokers: &str) -> Finding {
    let Some(Held { topic, partition, offset }) = held.first() else {
        return Finding::ok("no transaction hangs");
    };
    let text = format!(
        "in {} partitions an open transaction has held readers back for {}, first in {topic}-{partition} at {offset}",
        held.len(),
        span(waited)
    );
    let remedy = format!(
        "if its instance lives, restart it; else: kafka-transactions.sh --bootstrap-server {brokers} abort \
         --topic {topic} --partition {partition} --start-offset {offset}"
    );
    Finding::new(Level::Fail, text, remedy)
}

/// The client cannot ask a broker for transactional ids; those of running members are their instances' names.
fn ids(instances: &[String], brokers: &str) -> Finding {
    let used = match instances {
        [] => "no running member tells its transactional id".to_owned(),
        several => format!("transactional ids of the running members: {}", several.join(", ")),
    };
    Finding::ok(format!("{used}; others: kafka-transactions.sh --bootstrap-server {brokers} list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_is_held_where_its_stable_end_lies_before_its_end() {
        let stable = [((Topic::Orders, 0), 7), ((Topic::Orders, 1), 9)].into();
        let written = [((Topic::Orders, 0), 12), ((Topic::Orders, 1), 9)].into();
        assert_eq!(standing(&stable, &written), [((Topic::Orders, 0), 7)].into());
    }

    #[test]
    fn a_hanging_transaction_is_told_with_the_command_that_ends_it() {
        let held = [("orders", 0, 7), ("payments", 2, 40)].map(|(topic, partition, offset)| Held {
            topic: topic.to_owned(),
            partition,
            offset,
        });
        let found = hanging(&held, PATIENCE, "k:9092");
        assert!(found.is_failure());
        let line = found.sentence();
        assert!(line.starts_with(
            "in 2 partitions an open transaction has held readers back for 12.0 s, first in orders-0 at 7"
        ));
        assert!(
            line.ends_with("--bootstrap-server k:9092 abort --topic orders --partition 0 --start-offset 7"),
            "{line}"
        );
        assert_eq!(hanging(&[], PAUSE, "k:9092"), Finding::ok("no transaction hangs"));
    }

    #[test]
    fn the_ids_of_running_members_are_named() {
        let line = ids(&["order-0-0".to_owned(), "payment-0-0".to_owned()], "k:9092").sentence();
        assert!(
            line.starts_with("transactional ids of the running members: order-0-0, payment-0-0; others: "),
            "{line}"
        );
    }
}
