//! What waits for an operator: a fold over what the services say of parked inputs.

use std::collections::BTreeMap;

use events_schema::{
    Key, Place, Source, Topic,
    parking::{EventDiscarded, EventParked, EventResumed, ParkingFact},
};

use crate::{History, Told};

/// An input as a parking fact names it: topic, partition, offset.
type Name = (String, u16, i64);

fn place((topic, partition, offset): &Name) -> Option<Place> {
    Some(Place { topic: Topic::from_name(topic)?, partition: *partition, offset: *offset })
}

/// A subject whose inputs wait for an operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// The service that parked them.
    pub service: Source,
    /// Its task.
    pub partition: u16,
    /// Who is blocked.
    pub subject: Key,
    /// How many inputs wait.
    pub inputs: usize,
    /// Where the oldest of them stands, if it is a record.
    pub oldest: Option<Place>,
}

/// All that wait.
pub fn waiting(history: &History) -> Vec<Waiting> {
    let mut waiting: BTreeMap<(u16, Key), Vec<Name>> = BTreeMap::new();
    let mut all = Vec::new();
    for (service, topic) in [
        (Source::Order, Topic::Orders),
        (Source::Inventory, Topic::Inventory),
        (Source::Payment, Topic::Payments),
    ] {
        waiting.clear();
        for event in history.of(topic) {
            let Told::Parking(fact) = &event.told else { continue };
            let of = waiting.entry((event.place.partition, event.subject)).or_default();
            match fact {
                ParkingFact::EventParked(EventParked { topic, partition, offset, corrects, .. }) => {
                    let name = |offset: i64| (topic.clone(), *partition, offset);
                    let old = corrects.map(name);
                    match of.iter().position(|one| *one == name(*offset) || old.as_ref() == Some(one)) {
                        Some(at) => of[at] = name(*offset),
                        None => of.push(name(*offset)),
                    }
                }
                ParkingFact::EventResumed(EventResumed { topic, partition, offset, .. })
                | ParkingFact::EventDiscarded(EventDiscarded { topic, partition, offset, .. }) => {
                    of.retain(|name| *name != (topic.clone(), *partition, *offset));
                }
                ParkingFact::EventForwarded(_) => {}
            }
        }
        let open = waiting.iter().filter(|(_, of)| !of.is_empty());
        all.extend(open.map(|((partition, subject), of)| Waiting {
            service,
            partition: *partition,
            subject: *subject,
            inputs: of.len(),
            oldest: of.first().and_then(place),
        }));
    }
    all
}
