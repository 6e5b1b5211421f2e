//! `Aside`: what of an order was set aside, so that it need not end.

use std::collections::BTreeSet;

use events_schema::{
    Topic,
    parking::{EventDiscarded, EventParked, EventResumed, ParkingFact},
};

use crate::History;

/// What waits, or was given up, of one order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aside {
    /// By the topic of the service that parked it, then as the parking fact names it.
    pub(crate) waiting: BTreeSet<(&'static str, String, u16, i64)>,
    /// An input that could be read was given up.
    pub(crate) given_up: bool,
    /// A placement was given up because its order was, or may have been, known.
    pub(crate) repeated: bool,
}

impl Aside {
    /// Takes a parking fact in, said on a service's own topic.
    pub(crate) fn take(&mut self, fact: &ParkingFact, own: Topic, history: &History) {
        let own = own.name();
        match fact {
            ParkingFact::EventParked(EventParked { topic, partition, offset, corrects, .. }) => {
                if let Some(old) = corrects {
                    self.waiting.remove(&(own, topic.clone(), *partition, *old));
                }
                self.waiting.insert((own, topic.clone(), *partition, *offset));
            }
            ParkingFact::EventResumed(EventResumed { topic, partition, offset, .. }) => {
                self.waiting.remove(&(own, topic.clone(), *partition, *offset));
            }
            ParkingFact::EventDiscarded(EventDiscarded { topic, partition, offset, reason }) => {
                self.waiting.remove(&(own, topic.clone(), *partition, *offset));
                match reason.as_str() {
                    "too_old" | "id_reused" => self.repeated = true,
                    // Garbage said nothing, so that nothing is lost with it.
                    _ => self.given_up |= !history.was_unreadable(topic, *partition, *offset),
                }
            }
            ParkingFact::EventForwarded(_) => {}
        }
    }
}
