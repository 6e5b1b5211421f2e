//! `Index`: events by their id. An id may stand several times: on copies, and where an outsider used it again.

use std::collections::HashMap;

use events_schema::EventId;

use crate::{Event, History};

const NONE: u32 = u32::MAX;

/// All events but the parked ones, numbered, by id.
pub(crate) struct Index<'a> {
    events: Vec<&'a Event>,
    first: HashMap<&'a EventId, u32>,
    /// The next event of the same id.
    next: Vec<u32>,
}

impl<'a> Index<'a> {
    pub(crate) fn of(history: &'a History) -> Index<'a> {
        // A parked record is one that stands elsewhere; without its original's place it may even have another id.
        let events: Vec<&Event> = history.all().filter(|event| !event.place.topic.is_parked()).collect();
        let (mut first, mut next) = (HashMap::with_capacity(events.len()), vec![NONE; events.len()]);
        for (number, event) in (0..).zip(&events) {
            if let Some(before) = first.insert(&event.id, number) {
                next[number as usize] = before;
            }
        }
        Index { events, first, next }
    }

    /// The events of this id, with their numbers.
    pub(crate) fn with(&self, id: &EventId) -> impl Iterator<Item = (u32, &'a Event)> {
        let number = self.first.get(id).copied();
        let numbers = std::iter::successors(number, |number| {
            Some(self.next[*number as usize]).filter(|next| *next != NONE)
        });
        numbers.map(|number| (number, self.events[number as usize]))
    }

    /// Whether an event of this id is there.
    pub(crate) fn has(&self, id: &EventId) -> bool {
        self.first.contains_key(id)
    }

    /// All events in the order of their numbers.
    pub(crate) fn events(&self) -> &[&'a Event] {
        &self.events
    }
}
