//! How far the services have come, by what their groups have committed.

use std::{collections::BTreeMap, time::Duration};

use events_schema::{Key, Source};
use rdkafka::{
    Offset,
    consumer::{BaseConsumer, Consumer},
};

use super::{
    Cluster, Shard,
    client::{self, Quiet, Sees},
};
use crate::{Failure, report::Behind};

/// A coordinator answers soon or is not there.
const QUESTION: Duration = Duration::from_secs(10);

/// Asks for the positions of the services' groups.
pub(crate) struct Groups(Vec<BaseConsumer<Quiet>>);

/// The positions as they were at one moment.
pub(crate) struct Taken(Vec<BTreeMap<Shard, i64>>);

impl Groups {
    pub(crate) fn of(cluster: &Cluster) -> Result<Groups, Failure> {
        let asker = |service: &Source| client::consumer(&cluster.at, service.name(), Sees::Committed);
        Ok(Groups(Source::SERVICES.iter().map(asker).collect::<Result<_, _>>()?))
    }

    /// What every service has committed by now.
    pub(crate) fn taken(&self, cluster: &Cluster) -> Result<Taken, Failure> {
        let mut all = Vec::new();
        for (asker, service) in self.0.iter().zip(Source::SERVICES) {
            let inputs = cluster.shards().filter(|(topic, _)| service.consumes(*topic));
            let asked = cluster.list(inputs.map(|shard| (shard, Offset::Invalid)))?;
            let found = asker.committed_offsets(asked, QUESTION.min(cluster.at.timeout));
            // A cluster on which no group has ever committed has no coordinator to ask.
            let none = |error| tracing::debug!(%error, %service, "no positions of this service");
            all.push(found.map_err(none).map_or_else(|()| BTreeMap::new(), |found| cluster.by_shard(&found)));
        }
        Ok(Taken(all))
    }
}

impl Taken {
    /// Every position there is: of which group, where, and the next offset it will take.
    pub(crate) fn positions(&self) -> impl Iterator<Item = (Key, Shard, i64)> {
        let named =
            Source::SERVICES.iter().filter_map(|service| Key::from_bytes(service.name().as_bytes()).ok());
        let each = |(group, taken): (Key, &BTreeMap<Shard, i64>)| {
            taken.iter().map(move |(shard, next)| (group, *shard, *next)).collect::<Vec<_>>()
        };
        named.zip(&self.0).flat_map(each)
    }

    /// Who has not taken which of these last records. A position may lie beyond the last record: a transaction's marker
    /// stands there.
    pub(crate) fn behind(&self, last: &BTreeMap<Shard, i64>) -> Vec<Behind> {
        let of = |(taken, service): (&BTreeMap<Shard, i64>, Source)| {
            let missing = |(shard, last): &(&Shard, &i64)| {
                service.consumes(shard.0) && taken.get(shard).is_none_or(|at| at <= *last)
            };
            let left = |(shard, last): &(&Shard, &i64)| **last - taken.get(shard).copied().unwrap_or(0);
            let all: Vec<_> = last.iter().filter(missing).collect();
            let (shard, last) = all.iter().max_by_key(|one| left(one))?;
            let (most, at) = (format!("{}-{}", shard.0, shard.1), taken.get(shard).copied());
            Some(Behind { service: service.name(), partitions: all.len(), most, at, last: **last })
        };
        self.0.iter().zip(Source::SERVICES).filter_map(of).collect()
    }
}
