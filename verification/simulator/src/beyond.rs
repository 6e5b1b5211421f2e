//! What only a simulator can judge: it knows what was poisoned, and its processes share one clock.

use std::collections::{BTreeMap, BTreeSet};

use events_schema::{
    Key, Place, Source, Timestamp, Topic,
    orders::{CancelReason, OrderFact},
    parking::ParkingFact,
    payments::PaymentFact,
};
use invariants::{Event, History, Told};

/// What is wrong, and with whom.
pub(crate) type Wrong = (String, Option<Key>);

/// L4, the other way round: what nobody could read was parked by every service that consumes its topic.
pub(crate) fn nothing_is_skipped(history: &History, unreadable: &[Place]) -> Result<(), Wrong> {
    let mut parked: BTreeSet<(Topic, Place)> = BTreeSet::new();
    for topic in [Topic::Orders, Topic::Inventory, Topic::Payments] {
        parked.extend(history.of(topic).filter_map(parks).map(|place| (topic, place)));
    }
    for place in unreadable {
        let parked_by = |service: Source| {
            let own = |(emits, _): &&(Topic, Place)| emits.owner() == Some(service);
            parked.iter().filter(own).any(|(_, of)| of == place)
        };
        if let Some(service) = place.topic.consumers().find(|service| !parked_by(*service)) {
            let what = format!("L4: {place} cannot be read, and {service} never parked it");
            return Err((what, None));
        }
    }
    Ok(())
}

fn parks(event: &Event) -> Option<Place> {
    let Told::Parking(ParkingFact::EventParked(fact)) = &event.told else { return None };
    let topic = Topic::from_name(&fact.topic)?;
    Some(Place { topic, partition: fact.partition, offset: fact.offset })
}

/// S10: no order is called off for want of money that had come in before its deadline. Orders with parked records are
/// left out, for their payment may have waited for an operator; and so are those whom an operator ended early.
pub(crate) fn no_deadline_is_hasty(history: &History) -> Result<(), Wrong> {
    let mut paid: BTreeMap<Key, Timestamp> = BTreeMap::new();
    let mut waited: BTreeSet<Key> = BTreeSet::new();
    let early = history.of(Topic::Operations).filter(|event| event.kind == "ExpiryRequested");
    let early: BTreeSet<_> = early.map(|event| event.id).collect();
    for event in history.of(Topic::Payments).chain(history.of(Topic::Orders)) {
        match &event.told {
            Told::Payment(PaymentFact::PaymentCaptured(_)) => {
                paid.entry(event.subject).or_insert(event.time);
            }
            Told::Parking(_) => {
                waited.insert(event.subject);
            }
            _ => {}
        }
    }
    for event in history.of(Topic::Orders).filter(|event| !waited.contains(&event.subject)) {
        let Told::Order(OrderFact::OrderCancelled(cancelled)) = &event.told else { continue };
        let in_time = cancelled.reason == CancelReason::Expired
            && event.cause.is_none_or(|cause| !early.contains(&cause));
        let paid_at = paid.get(&event.subject).filter(|_| in_time);
        if let Some(paid_at) = paid_at.filter(|at| **at < cancelled.expires_at) {
            let what = format!(
                "S10: expired at {}, though its money had come in at {paid_at}, before that",
                cancelled.expires_at
            );
            return Err((what, Some(event.subject)));
        }
    }
    Ok(())
}
