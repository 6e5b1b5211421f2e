//! What is parked: a fold over what the services say of it.

use std::collections::BTreeMap;

use events_schema::{
    Key, Source, Topic,
    parking::{EventDiscarded, EventParked, EventResumed, ParkingFact},
};
use invariants::{History, Told};

/// An input as a parking fact names it: topic, partition, offset.
type Name = (String, u16, i64);

/// A subject whose inputs wait for an operator.
pub(crate) struct Waiting {
    pub(crate) service: Source,
    pub(crate) partition: u16,
    pub(crate) subject: Key,
    /// How many inputs wait.
    pub(crate) inputs: usize,
}

/// All that wait.
pub(crate) fn waiting(history: &History) -> Vec<Waiting> {
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
                ParkingFact::EventParked(EventParked { topic, partition, offset, .. }) => {
                    let name = (topic.clone(), *partition, *offset);
                    if !of.contains(&name) {
                        of.push(name);
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
        }));
    }
    all
}
