//! What was seen to cause what, in simulated histories: calm stories, and storms by seed.

use std::collections::{BTreeMap, BTreeSet};

use events_schema::{EventId, Key, schema};
use invariants::History;

use crate::rows::is_of_machine;

/// An event's name.
pub type Name = &'static str;

/// What histories showed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// An event of the first name was answered by one of the second.
    pub caused: BTreeSet<(Name, Name)>,
    /// Of one subject, first this was said, later that.
    pub followed: BTreeSet<(Name, Name)>,
    /// The events that are about an order.
    pub about_orders: BTreeSet<Name>,
    /// How many histories were looked at.
    pub histories: u64,
}

impl Seen {
    /// What the storms of these seeds show.
    ///
    /// # Errors
    /// The story of a seed in which a promise is broken: that is not what the map is drawn from.
    pub fn in_storms(seeds: std::ops::Range<u64>) -> Result<Seen, String> {
        let mut seen = Seen::default();
        for seed in seeds {
            let shop = simulator::run(seed).map_err(|broken| broken.to_string())?;
            seen.look(&shop.history());
        }
        Ok(seen)
    }

    /// Looks at one history.
    pub fn look(&mut self, history: &History) {
        let names: BTreeMap<&str, Name> = schema::all()
            .iter()
            .filter(|described| !is_of_machine(described))
            .map(|described| (described.event, described.event))
            .collect();
        let mut events: Vec<_> = history.all().filter(|event| !event.place.topic.is_parked()).collect();
        events.sort_by_key(|event| (event.time, event.place));
        let by_id: BTreeMap<EventId, Name> =
            events.iter().filter_map(|event| Some((event.id, *names.get(event.kind.as_str())?))).collect();
        let orders: BTreeSet<Key> =
            events.iter().filter(|event| event.kind == "OrderPlaced").map(|event| event.subject).collect();
        let mut said: BTreeMap<Key, BTreeSet<Name>> = BTreeMap::new();
        for event in events {
            let Some(name) = names.get(event.kind.as_str()).copied() else { continue };
            if let Some(cause) = event.cause.and_then(|cause| by_id.get(&cause)) {
                self.caused.insert((*cause, name));
            }
            if orders.contains(&event.subject) {
                self.about_orders.insert(name);
            }
            let before = said.entry(event.subject).or_default();
            self.followed.extend(before.iter().map(|earlier| (*earlier, name)));
            before.insert(name);
        }
        self.histories += 1;
    }

    /// What an event was seen to be said because of.
    pub fn causes_of(&self, event: Name) -> impl Iterator<Item = Name> + '_ {
        self.caused.iter().filter(move |(_, effect)| *effect == event).map(|(cause, _)| *cause)
    }
}
