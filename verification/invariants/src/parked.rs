//! S17: behind a parked record its subject's records wait in order.

use std::collections::{HashMap, VecDeque};

use events_schema::{EventId, Key, Place, Topic, parking::ParkingFact};

use crate::{Event, History, Told, Verdict, index::Index};

type Name = (String, u16, i64);

/// What one service could have consumed, and what it said of it.
struct Inputs<'a> {
    own: Topic,
    history: &'a History,
    index: &'a Index<'a>,
}

impl Inputs<'_> {
    /// The id of the event at a place, as a parking fact names it.
    fn id(&self, (topic, partition, offset): &Name) -> Option<EventId> {
        let place = Place { topic: Topic::from_name(topic)?, partition: *partition, offset: *offset };
        self.history.at(place).map(|event| event.id)
    }

    /// Whom a record is about; own facts are none, unless they were sent to somebody.
    fn subject(&self, cause: &EventId) -> Option<Key> {
        let heard = self.index.with(cause).find(|(_, event)| event.place.topic != self.own);
        heard.map(|(_, event)| event.subject)
    }
}

pub(crate) fn in_order(history: &History, index: &Index<'_>) -> Verdict {
    let mut verdict = Verdict::new("S17", "behind a parked record its subject's records wait in order");
    for own in [Topic::Orders, Topic::Inventory, Topic::Payments] {
        let inputs = Inputs { own, history, index };
        for (_, events) in history.partitions_of(own) {
            let mut waiting: HashMap<Key, VecDeque<Name>> = HashMap::new();
            for event in events {
                follow(event, &mut waiting, &inputs, &mut verdict);
            }
        }
    }
    verdict
}

fn follow(
    event: &Event,
    waiting: &mut HashMap<Key, VecDeque<Name>>,
    inputs: &Inputs<'_>,
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
            let corrected = fact.corrects.map(|old| (fact.topic.clone(), fact.partition, old));
            match queue.iter().position(|one| *one == name || corrected.as_ref() == Some(one)) {
                Some(at) => queue[at] = name,
                None => queue.push_back(name),
            }
        }
        Told::Parking(ParkingFact::EventForwarded(_)) => {}
        // A balance names the fact it replaces; nothing was consumed for it.
        _ if event.kind == "StockCounted" => {}
        _ => {
            let Some(cause) = event.cause.filter(|_| !waiting.is_empty()) else { return };
            // Deadlines and answers are of own facts: they do not wait.
            let Some(subject) = inputs.subject(&cause) else { return };
            let Some(oldest) = waiting.get(&subject).and_then(VecDeque::front) else { return };
            // While it waits, nothing of its subject may be taken but the record itself, when it is resumed.
            let right = inputs.id(oldest) == Some(cause);
            verdict.judge(right, subject, || "a later record overtook a parked one".to_owned(), &shows);
        }
    }
}
