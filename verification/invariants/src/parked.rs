//! S17: behind a parked record its subject's records wait in order.

use std::collections::{HashMap, VecDeque};

use events_schema::{EventId, Key, Place, Topic, parking::ParkingFact};

use crate::{Event, History, Told, Verdict};

type Name = (String, u16, i64);

pub(crate) fn in_order(history: &History) -> Verdict {
    let mut verdict = Verdict::new("S17", "behind a parked record its subject's records wait in order");
    let ids: HashMap<Name, EventId> = history.all().map(|event| (name_of(event.place), event.id)).collect();
    for topic in [Topic::Orders, Topic::Inventory, Topic::Payments] {
        let own: std::collections::HashSet<EventId> = history.of(topic).map(|event| event.id).collect();
        for (_, events) in history.partitions_of(topic) {
            let mut waiting: HashMap<Key, VecDeque<Name>> = HashMap::new();
            for event in events {
                follow(event, &mut waiting, &ids, &own, &mut verdict);
            }
        }
    }
    verdict
}

fn name_of(place: Place) -> Name {
    (place.topic.name().to_owned(), place.partition, place.offset)
}

fn follow(
    event: &Event,
    waiting: &mut HashMap<Key, VecDeque<Name>>,
    ids: &HashMap<Name, EventId>,
    own: &std::collections::HashSet<EventId>,
    verdict: &mut Verdict,
) {
    let shows = [(event.kind.as_str(), event.place)];
    let mut ended = |name: Name| {
        let Some(queue) = waiting.get_mut(&event.subject) else { return };
        let oldest = queue.front() == Some(&name);
        verdict.judge(oldest, event.subject, || format!("{name:?} was taken before its turn"), &shows);
        queue.retain(|one| *one != name);
        if queue.is_empty() {
            waiting.remove(&event.subject);
        }
    };
    match &event.told {
        Told::Parking(ParkingFact::EventResumed(fact)) => {
            ended((fact.topic.clone(), fact.partition, fact.offset))
        }
        Told::Parking(ParkingFact::EventDiscarded(fact)) => {
            ended((fact.topic.clone(), fact.partition, fact.offset))
        }
        Told::Parking(ParkingFact::EventParked(fact)) => {
            let name = (fact.topic.clone(), fact.partition, fact.offset);
            let queue = waiting.entry(event.subject).or_default();
            if !queue.contains(&name) {
                queue.push_back(name);
            }
        }
        Told::Parking(ParkingFact::EventForwarded(_)) => {}
        _ => {
            let Some(oldest) = waiting.get(&event.subject).and_then(VecDeque::front) else { return };
            // While it waits, only the record being resumed, a deadline or an answer (own facts) may speak of it.
            let allowed =
                event.cause.is_none_or(|cause| own.contains(&cause) || ids.get(oldest) == Some(&cause));
            verdict.judge(
                allowed,
                event.subject,
                || "a later record overtook a parked one".to_owned(),
                &shows,
            );
        }
    }
}
