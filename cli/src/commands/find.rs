//! Finding one order's records without reading the log: its id tells when it began, and its story when it is whole.

use std::{collections::BTreeSet, time::Duration};

use events_schema::{Key, OwnedRecord, Timestamp, Topic};

use crate::{
    clock,
    exit::Failure,
    fold::{
        order::Status,
        story::Story,
        timeline::{Timeline, concerns},
    },
    log::{Begin, Cluster, End, Shard},
};

/// What was found of an order.
pub struct Found {
    /// Every record about it.
    pub records: Vec<OwnedRecord>,
    /// Where reading stopped, because the order had come to rest; `None` when all was read that there is.
    pub read_until: Option<Timestamp>,
}

/// How far the clock that made an id may be ahead of the services' clocks: a little, or at the very most.
const SKEW: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(300)];

/// How long orders take: most of them, and those that expire.
const LIFE: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(1_200)];

/// How many of the newest records are read first of an order whose id tells no time.
const NEWEST: [i64; 2] = [10_000, 200_000];

/// The stretches to try, each wider than the one before, the last to the end of the log.
fn windows(order: &Key, whole: bool, now: Timestamp) -> Vec<(Begin, End)> {
    let mut windows = match clock::made_at(order) {
        Some(made) => {
            let within = |at: usize| (Begin::At(made - SKEW[at]), End::At(made + LIFE[at]));
            let mut windows = vec![within(0), within(1)];
            // What ends in the future ends now.
            windows.retain(|(_, end)| matches!(end, End::At(at) if *at < now));
            windows.push((Begin::At(made - SKEW[1]), End::Now));
            windows
        }
        None => {
            let newest = NEWEST.map(|records| (Begin::Newest(records), End::Now));
            newest.into_iter().chain([(Begin::Oldest, End::Now)]).collect()
        }
    };
    if whole {
        windows.drain(..windows.len() - 1);
    }
    windows
}

/// Finds an order. With `whole` it reads on to the end of the log although the order has come to rest.
pub fn find(cluster: &Cluster, order: &Key, whole: bool) -> Result<Found, Failure> {
    let mut found = Found { records: Vec::new(), read_until: None };
    for (at, (begin, end)) in windows(order, whole, clock::now()).into_iter().enumerate() {
        found.records = within(cluster, order, begin, end)?;
        found.read_until = match end {
            End::At(time) => Some(time),
            End::Now => None,
        };
        let narrow = at == 0 && found.read_until.is_some();
        if is_whole(&Timeline::of(*order, &found.records, Timestamp::MAX).story, narrow) {
            break;
        }
    }
    Ok(found)
}

/// Fails with [`Failure::NotFound`] where nothing is known of an order.
pub fn found(cluster: &Cluster, order: &Key, whole: bool) -> Result<Found, Failure> {
    let found = find(cluster, order, whole)?;
    match found.records.is_empty() {
        true => Err(unknown(cluster, order)),
        false => Ok(found),
    }
}

/// The line for an order nobody knows.
pub fn unknown(cluster: &Cluster, order: &Key) -> Failure {
    let brokers = &cluster.settings.brokers;
    Failure::NotFound(format!("{order}: no such order on {brokers}; see those there are: orderctl list"))
}

/// Whether it began within what was read, and nobody has to move any more. Of a cancelled order a narrow stretch does
/// not tell: a provider that contradicts itself takes the money later.
fn is_whole(story: &Story, narrow: bool) -> bool {
    let cancelled = story.status() == Status::Cancelled.name();
    story.placed_at.is_some() && story.is_settled() && !(narrow && cancelled)
}

/// All records about the order in a stretch: on its own partition, and wherever its placement may have gone astray.
fn within(cluster: &Cluster, order: &Key, begin: Begin, end: End) -> Result<Vec<OwnedRecord>, Failure> {
    let home = cluster.home_of(Topic::Orders, order)?;
    let mut shards = cluster.shards(&[Topic::Checkout])?;
    shards.extend(saga_at(cluster, home)?);
    let mut records = collect(cluster, &shards, (begin, end), order)?;
    let strays: BTreeSet<u16> =
        records.iter().map(|record| record.place.partition).filter(|at| *at != home).collect();
    let mut astray = Vec::new();
    for partition in strays {
        astray.extend(saga_at(cluster, partition)?);
    }
    records.extend(collect(cluster, &astray, (begin, end), order)?);
    Ok(records)
}

/// The partitions on which an order is told of when nothing goes astray, the checkout aside.
pub fn home_shards(cluster: &Cluster, order: &Key) -> Result<Vec<Shard>, Failure> {
    saga_at(cluster, cluster.home_of(Topic::Orders, order)?)
}

/// What services and operators say on a partition, and what is set aside there.
fn saga_at(cluster: &Cluster, partition: u16) -> Result<Vec<Shard>, Failure> {
    const SAGA: [Topic; 7] = [
        Topic::Orders,
        Topic::Inventory,
        Topic::Payments,
        Topic::Operations,
        Topic::OrderParked,
        Topic::InventoryParked,
        Topic::PaymentParked,
    ];
    SAGA.iter()
        .map(|topic| {
            cluster.partitions(*topic)?;
            Ok((*topic, partition))
        })
        .collect()
}

fn collect(
    cluster: &Cluster,
    shards: &[Shard],
    (begin, end): (Begin, End),
    order: &Key,
) -> Result<Vec<OwnedRecord>, Failure> {
    let mut records = Vec::new();
    cluster.read(&cluster.stretches(shards, begin, end)?, &mut |record| {
        if concerns(record, order) {
            records.push(OwnedRecord::from(record));
        }
    })?;
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::stories;

    #[test]
    fn an_old_order_is_sought_around_its_birth_and_a_young_one_to_the_end() {
        let id = clock::new_order_id();
        let made = clock::made_at(&id).unwrap();
        let ends = |now| windows(&id, false, now).into_iter().map(|(_, end)| end).collect::<Vec<_>>();
        assert_eq!(
            ends(made + LIFE[1] + LIFE[1]),
            [End::At(made + LIFE[0]), End::At(made + LIFE[1]), End::Now]
        );
        assert_eq!(ends(made), [End::Now]);
        assert_eq!(windows(&id, true, made + LIFE[1] + LIFE[1]).len(), 1);
    }

    #[test]
    fn a_cancelled_order_is_sought_for_longer_than_a_completed_one() {
        let end = |records: Vec<OwnedRecord>| stories::moments(&records).pop().unwrap().story;
        let (completed, declined) = (end(stories::completed()), end(stories::declined()));
        assert!(is_whole(&completed, true) && !is_whole(&declined, true) && is_whole(&declined, false));
        let begun = &stories::moments(&stories::completed())[3].story;
        assert!(!is_whole(begun, false), "it is open");
    }

    #[test]
    fn an_order_without_a_time_in_its_id_is_sought_from_the_newest_backwards() {
        let begins: Vec<Begin> = windows(&"o-1".parse().unwrap(), false, Timestamp(0))
            .into_iter()
            .map(|(begin, _)| begin)
            .collect();
        assert_eq!(begins, [Begin::Newest(NEWEST[0]), Begin::Newest(NEWEST[1]), Begin::Oldest]);
    }
}
