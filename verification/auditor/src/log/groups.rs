//! How far the services have come, by what their groups have committed.

use std::{collections::BTreeMap, time::Duration};

use events_schema::{Key, Topic};
use rdkafka::{
    Offset,
    consumer::{BaseConsumer, Consumer},
};

use super::{
    Cluster, Shard,
    client::{self, Quiet, Sees},
};
use crate::{Failure, report::Behind};

/// What each service consumes (contract, section 4); tables are read without a position.
const INPUTS: [(&str, &[Topic]); 3] = [
    ("order", &[Topic::Checkout, Topic::Inventory, Topic::Payments, Topic::Operations]),
    (
        "inventory",
        &[Topic::Orders, Topic::Payments, Topic::Warehouse, Topic::StockTransfers, Topic::Operations],
    ),
    ("payment", &[Topic::Orders, Topic::Inventory, Topic::Operations]),
];

/// A coordinator answers soon or is not there.
const QUESTION: Duration = Duration::from_secs(10);

/// Asks for the positions of the services' groups.
pub(crate) struct Groups(Vec<BaseConsumer<Quiet>>);

/// The positions as they were at one moment.
pub(crate) struct Taken(Vec<BTreeMap<Shard, i64>>);

impl Groups {
    pub(crate) fn of(cluster: &Cluster) -> Result<Groups, Failure> {
        let asker = |(service, _): &(&str, _)| client::consumer(&cluster.at, service, Sees::Committed);
        Ok(Groups(INPUTS.iter().map(asker).collect::<Result<_, _>>()?))
    }

    /// What every service has committed by now.
    pub(crate) fn taken(&self, cluster: &Cluster) -> Result<Taken, Failure> {
        let mut all = Vec::new();
        for (asker, (service, topics)) in self.0.iter().zip(INPUTS) {
            let inputs = cluster.shards().filter(|(topic, _)| topics.contains(topic));
            let asked = cluster.list(inputs.map(|shard| (shard, Offset::Invalid)))?;
            let found = asker.committed_offsets(asked, QUESTION.min(cluster.at.timeout));
            // A cluster on which no group has ever committed has no coordinator to ask.
            let none = |error| tracing::debug!(%error, service, "no positions of this service");
            all.push(found.map_err(none).map_or_else(|()| BTreeMap::new(), |found| cluster.by_shard(&found)));
        }
        Ok(Taken(all))
    }
}

impl Taken {
    /// Every position there is: of which group, where, and the next offset it will take.
    pub(crate) fn positions(&self) -> impl Iterator<Item = (Key, Shard, i64)> {
        let named = INPUTS.iter().filter_map(|(service, _)| Key::from_bytes(service.as_bytes()).ok());
        let each = |(group, taken): (Key, &BTreeMap<Shard, i64>)| {
            taken.iter().map(move |(shard, next)| (group, *shard, *next)).collect::<Vec<_>>()
        };
        named.zip(&self.0).flat_map(each)
    }

    /// Who has not taken which of these last records. A position may lie beyond the last record: a transaction's marker
    /// stands there.
    pub(crate) fn behind(&self, last: &BTreeMap<Shard, i64>) -> Vec<Behind> {
        let of = |(taken, (service, topics)): (&BTreeMap<Shard, i64>, (&'static str, &[Topic]))| {
            let missing = |(shard, last): &(&Shard, &i64)| {
                topics.contains(&shard.0) && taken.get(shard).is_none_or(|at| at <= *last)
            };
            let left = |(shard, last): &(&Shard, &i64)| **last - taken.get(shard).copied().unwrap_or(0);
            let all: Vec<_> = last.iter().filter(missing).collect();
            let (shard, last) = all.iter().max_by_key(|one| left(one))?;
            let (most, at) = (format!("{}-{}", shard.0, shard.1), taken.get(shard).copied());
            Some(Behind { service, partitions: all.len(), most, at, last: **last })
        };
        self.0.iter().zip(INPUTS).filter_map(of).collect()
    }
}
