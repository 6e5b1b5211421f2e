//! L1 to L5: everything ends, everything is read, nobody starts over and over, nothing is set aside without need, and
//! memory stays bounded.

use std::collections::{BTreeMap, BTreeSet};

use events_schema::{Key, Place, Topic, parking::ParkingFact};

use crate::{Event, Evidence, Fate, Order, Poison, Told, Verdict};

pub(crate) fn check(evidence: &Evidence<'_>, orders: &BTreeMap<Key, Order>) -> Vec<Verdict> {
    let all = [ends(evidence, orders), reads(evidence), starts(evidence), parks(evidence), fits(evidence)];
    all.into_iter().flatten().collect()
}

/// L1.
fn ends(evidence: &Evidence<'_>, orders: &BTreeMap<Key, Order>) -> Option<Verdict> {
    if !evidence.settled && evidence.pace.is_none() {
        return None;
    }
    let mut verdict = Verdict::new("L1", "every order that is not set aside ends within its bound");
    for (id, order) in orders.iter().filter(|(_, order)| !order.is_set_aside()) {
        let open = matches!(order.fate(), Fate::Placed | Fate::Open);
        let mut begun = order.placed.iter().map(|at| ("OrderPlaced", *at)).collect::<Vec<_>>();
        begun.extend(order.accepted.iter().map(|(_, at)| ("OrderAccepted", *at)));
        let since = begun.iter().filter_map(|(_, at)| evidence.history.at(*at)).map(|event| event.time).min();
        let age = evidence.pace.zip(since).map(|(pace, since)| (since.until(pace.now), pace.bound));
        let late = age.is_some_and(|(age, bound)| age > bound);
        let what = || match age {
            Some((age, bound)) => format!("{:?} for {age:?}, at most {bound:?}", order.fate()),
            None => format!("never ended: {:?}", order.fate()),
        };
        verdict.judge(!open || !(evidence.settled || late), *id, what, &begun);
    }
    Some(verdict)
}

/// L2.
fn reads(evidence: &Evidence<'_>) -> Option<Verdict> {
    if evidence.readings.is_empty() && evidence.hanging.is_none() {
        return None;
    }
    let mut verdict = Verdict::new("L2", "every reader reaches the end of its inputs, no transaction hangs");
    for reading in evidence.readings {
        let (topic, partition) = (reading.topic, reading.partition);
        let left = reading.end - reading.next;
        let what = || format!("{left} records of {topic}-{partition} are not read");
        let next = Place { topic, partition, offset: reading.next };
        verdict.judge(!evidence.settled || left <= 0, reading.group, what, &[("next", next)]);
    }
    for transaction in evidence.hanging.unwrap_or_default() {
        verdict.refuse(named(transaction), format!("the transaction of {transaction} hangs"), &[]);
    }
    Some(verdict)
}

/// L3.
fn starts(evidence: &Evidence<'_>) -> Option<Verdict> {
    if evidence.starts.is_empty() {
        return None;
    }
    let mut verdict = Verdict::new("L3", "no process is started over and over");
    for one in evidence.starts {
        let what = || format!("started {} times, {} were expected", one.started, one.expected);
        verdict.judge(one.started <= one.expected, one.process, what, &[]);
    }
    Some(verdict)
}

/// L4.
fn parks(evidence: &Evidence<'_>) -> Option<Verdict> {
    let poisoned: BTreeSet<Poison> = evidence.poisoned?.iter().copied().collect();
    let mut verdict = Verdict::new("L4", "what is parked is exactly what was poisoned");
    let mut parked = BTreeSet::new();
    for (event, record, behind) in parkings(evidence) {
        parked.extend(record);
        let poison = record.is_some_and(|record| poisoned.contains(&Poison::Record(record)));
        let subject = poisoned.contains(&Poison::Subject(event.subject));
        let what = || "parked, and nobody poisoned it".to_owned();
        verdict.judge(poison || subject || behind, event.subject, what, &[(&event.kind, event.place)]);
    }
    for poison in &poisoned {
        let Poison::Record(place) = poison else { continue };
        let there = !evidence.settled || parked.contains(place);
        verdict.judge(
            there,
            place.as_key(),
            || "poisoned, and never parked".to_owned(),
            &[("record", *place)],
        );
    }
    Some(verdict)
}

/// Every EventParked with the record it names, and whether that only waits behind an earlier one.
fn parkings<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = (&'a Event, Option<Place>, bool)> {
    let own = [Topic::Orders, Topic::Inventory, Topic::Payments];
    let events = own.into_iter().flat_map(|topic| evidence.history.of(topic));
    let mut blocked = BTreeSet::new();
    events.filter_map(move |event| match &event.told {
        Told::Parking(ParkingFact::EventParked(fact)) => {
            let of = (event.place.topic, event.place.partition, event.subject);
            let behind = fact.corrects.is_some() || fact.reason.starts_with("behind");
            let behind = !blocked.insert(of) && behind;
            let topic = Topic::from_name(&fact.topic);
            let place = topic.map(|topic| Place { topic, partition: fact.partition, offset: fact.offset });
            Some((event, place, behind))
        }
        _ => None,
    })
}

/// L5.
fn fits(evidence: &Evidence<'_>) -> Option<Verdict> {
    if evidence.memories.is_empty() {
        return None;
    }
    let mut verdict = Verdict::new("L5", "memory is bounded by what is open and the window");
    for one in evidence.memories {
        let bound = one.base.saturating_add(one.each.saturating_mul(one.held));
        let what = || format!("takes {} for {} held, at most {bound}", one.takes, one.held);
        verdict.judge(one.takes <= bound, one.process, what, &[]);
    }
    Some(verdict)
}

/// A transactional id as a key: what may not stand there is left out.
fn named(transaction: &str) -> Key {
    let may = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let text: String = transaction.chars().filter(may).take(Key::MAX).collect();
    text.parse()
        .unwrap_or_else(|_| "transaction".parse().unwrap_or_else(|_| unreachable!("letters make a key")))
}
