//! Whether each service runs, and how far it is behind.

use std::collections::BTreeMap;

use events_schema::{Source, Topic};
use rdkafka::{
    Offset,
    consumer::{BaseConsumer, Consumer},
    groups::GroupList,
};

use super::finding::Finding;
use crate::{
    exit::Failure,
    log::{Cluster, Quiet, Shard, group_consumer},
};

/// A service this far behind, in records, should be looked at.
const FAR: i64 = 10_000;

/// One finding about each service.
pub fn look(cluster: &Cluster) -> Result<Vec<Finding>, Failure> {
    Source::SERVICES.into_iter().map(|service| finding_of(cluster, service)).collect()
}

/// The finding about one service.
pub fn finding_of(cluster: &Cluster, service: Source) -> Result<Finding, Failure> {
    let group = format!("{}{service}", cluster.settings.prefix);
    let (state, members) = members(cluster, &group);
    let behind: i64 = lag(cluster, service)?.values().sum();
    let line = format!("{service}: {members} members ({state}), {behind} records behind");
    Ok(match (members, state.as_str()) {
        (0, _) => Finding::warn(
            format!("{service}: not running, {behind} records behind"),
            format!("start it: orderctl run {service}"),
        ),
        (_, "Stable") if behind <= FAR => Finding::ok(line),
        (_, "Stable") => Finding::warn(line, "it is too slow or stuck; start more, and look at its log"),
        _ => Finding::warn(line, "its partitions are being shared out anew; look again in a few seconds"),
    })
}

fn members(cluster: &Cluster, group: &str) -> (String, usize) {
    let Some(groups) = described(cluster, group) else { return ("unknown".to_owned(), 0) };
    let found = groups.groups().iter().find(|found| found.name() == group);
    found.map_or_else(|| ("none".to_owned(), 0), |found| (found.state().to_owned(), found.members().len()))
}

fn described(cluster: &Cluster, group: &str) -> Option<GroupList> {
    let listed = cluster.client().fetch_group_list(Some(group), cluster.settings.timeout);
    // A broker without the group's coordinator knows no such group yet.
    listed.inspect_err(|error| tracing::debug!(%error, group, "no description of the group")).ok()
}

/// The instances' names of a service's running members, which are their transactional ids, too.
pub fn instances(cluster: &Cluster, service: Source) -> Vec<String> {
    let group = format!("{}{service}", cluster.settings.prefix);
    let Some(groups) = described(cluster, &group) else { return Vec::new() };
    let members =
        groups.groups().iter().filter(|found| found.name() == group).flat_map(|found| found.members());
    let mut names: Vec<String> =
        members.filter_map(|member| instance(member.id())).map(str::to_owned).collect();
    names.sort_unstable();
    names
}

/// A broker names a static member after its instance, a dash and a UUID.
fn instance(member: &str) -> Option<&str> {
    let (name, uuid) = member.split_at_checked(member.len().checked_sub(36)?)?;
    uuid::Uuid::parse_str(uuid).ok()?;
    name.strip_suffix('-')
}

/// Records not taken yet, by partition. The marker that ends a transaction stands after its last record and is never taken: one
/// record a partition is no lag.
pub fn lag(cluster: &Cluster, service: Source) -> Result<BTreeMap<Shard, i64>, Failure> {
    let group = format!("{}{service}", cluster.settings.prefix);
    let inputs: Vec<Topic> = service.inputs().collect();
    let shards = cluster.shards(&inputs)?;
    let ends = cluster.ends(&shards)?;
    let taken = committed(cluster, &group, &shards)?;
    let oldest: BTreeMap<Shard, i64> = cluster
        .ranges(&shards, crate::log::Begin::Oldest)?
        .into_iter()
        .map(|range| (range.shard, range.from))
        .collect();
    let lag = |(shard, end): (Shard, i64)| {
        let from = taken.get(&shard).or(oldest.get(&shard)).copied().unwrap_or(end);
        let left = end - from;
        (shard, if left <= 1 { 0 } else { left })
    };
    Ok(ends.into_iter().map(lag).collect())
}

fn committed(cluster: &Cluster, group: &str, shards: &[Shard]) -> Result<BTreeMap<Shard, i64>, Failure> {
    let failed = |error| Failure::of_client(&format!("asking for the offsets of group {group}"), &error);
    let asker: BaseConsumer<Quiet> = group_consumer(&cluster.settings, group).map_err(failed)?;
    let list = cluster.list(shards.iter().map(|shard| (*shard, Offset::Invalid)))?;
    let mut offsets = BTreeMap::new();
    let found = match asker.committed_offsets(list, cluster.settings.timeout) {
        Ok(found) => found,
        // A cluster on which no group has ever committed has no coordinator to ask.
        Err(error) => {
            tracing::debug!(%error, group, "no offsets of the group");
            return Ok(offsets);
        }
    };
    for shard in shards {
        let element = found.find_partition(&cluster.name_of(shard.0), i32::from(shard.1));
        if let Some(Offset::Offset(offset)) = element.map(|element| element.offset()) {
            offsets.insert(*shard, offset);
        }
    }
    Ok(offsets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_static_member_is_named_after_its_instance() {
        assert_eq!(instance("order-0-0-c232ab00-9414-11ec-b3c8-9f68deced846"), Some("order-0-0"));
        assert_eq!(
            (instance("order-0-0"), instance("a-stranger-without-any-uuid-in-its-member-id")),
            (None, None)
        );
    }
}
