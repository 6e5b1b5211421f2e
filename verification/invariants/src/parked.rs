//! S17: behind a parked record its subject's records wait in order.

use std::collections::{HashMap, VecDeque};

use events_schema::{EventId, Key, Place, Topic, parking::ParkingFact};

use crate::{Event, History, Told, Verdict};

type Name = (String, u16, i64);

/// What the services could have consumed.
struct Inputs {
    /// The id of the event at each place, as a parking fact names the place.
    ids: HashMap<Name, EventId>,
    /// Whom a record is about; own facts are none, unless they were sent to somebody.
    subjects: HashMap<EventId, Key>,
}

pub(crate) fn in_order(history: &History) -> Verdict {
    let mut verdict = Verdict::new("S17", "behind a parked record its subject's records wait in order");
    for topic in [Topic::Orders, Topic::Inventory, Topic::Payments] {
        let others =
            || history.all().filter(|event| event.place.topic != topic && !event.place.topic.is_parked());
        let inputs = Inputs {
            ids: others().map(|event| (name_of(event.place), event.id)).collect(),
            subjects: others().map(|event| (event.id, event.subject)).collect(),
        };
        for (_, events) in history.partitions_of(topic) {
            let mut waiting: HashMap<Key, VecDeque<Name>> = HashMap::new();
            for event in events {
                follow(event, &mut waiting, &inputs, &mut verdict);
            }
        }
    }
    verdict
}

fn name_of(place: Place) -> Name {
    (place.topic.name().to_owned(), place.partition, place.offset)
}

fn follow(event: &Event, waiting: &mut HashMap<Key, VecDeque<Name>>, inputs: &Inputs, verdict: &mut Verdict) {
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
        // A balance names the fact it replaces; nothing was consumed for it.
        _ if event.kind == "StockCounted" => {}
        _ => {
            let Some(cause) = event.cause else { return };
            // Deadlines and answers are of own facts: they do not wait.
            let Some(subject) = inputs.subjects.get(&cause) else { return };
            let Some(oldest) = waiting.get(subject).and_then(VecDeque::front) else { return };
            // While it waits, nothing of its subject may be taken but the record itself, when it is resumed.
            let right = inputs.ids.get(oldest) == Some(&cause);
            verdict.judge(right, *subject, || "a later record overtook a parked one".to_owned(), &shows);
        }
    }
}
