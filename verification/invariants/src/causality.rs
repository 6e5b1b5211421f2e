//! S11 and S16: every fact has a committed cause that may cause it, and every chain of causes begins outside.

use std::collections::{HashMap, HashSet};

use events_schema::{
    EventId, Key, Place, Topic,
    orders::OrderFact,
    parking::{EventDiscarded, EventForwarded, EventParked, EventResumed, ParkingFact},
};

use crate::{Event, Evidence, Told, Verdict, causes, index::Index};

const NONE: u32 = u32::MAX;

pub(crate) fn check(evidence: &Evidence<'_>, index: &Index<'_>) -> [Verdict; 2] {
    let caused = Verdict::new("S11", "every fact names a committed cause that may cause it, from outside on");
    let isolated = Verdict::new("S16", "nothing committed was caused by what was not");
    let mut check = Check {
        evidence,
        index,
        aborted: evidence.aborted.iter().collect(),
        wanted: wanted(index),
        parents: vec![NONE; index.events().len()],
        caused,
        isolated,
    };
    check.facts();
    check.copies();
    check.chains();
    [check.caused, check.isolated]
}

/// The SKUs of each accepted order.
fn wanted<'a>(index: &Index<'a>) -> HashMap<Key, Vec<Key>> {
    let accepted = index.events().iter().filter_map(|event| match &event.told {
        Told::Order(OrderFact::OrderAccepted(fact)) => Some((event.subject, fact)),
        _ => None,
    });
    accepted.map(|(order, fact)| (order, fact.lines.iter().map(|line| line.sku).collect())).collect()
}

struct Check<'a, 'e> {
    evidence: &'a Evidence<'e>,
    index: &'a Index<'e>,
    aborted: HashSet<&'a EventId>,
    wanted: HashMap<Key, Vec<Key>>,
    /// The number of the event that caused the event of each number.
    parents: Vec<u32>,
    caused: Verdict,
    isolated: Verdict,
}

/// The facts of one cause so far: which SKUs they have touched.
#[derive(Default)]
struct Group {
    cause: Option<EventId>,
    partition: u16,
    touched: Vec<Key>,
}

impl Check<'_, '_> {
    fn facts(&mut self) {
        let mut group = Group::default();
        let index = self.index;
        for (number, event) in (0..).zip(index.events()) {
            if event.place.topic == Topic::StockTransfers {
                self.parents[number as usize] = self.original(event);
            }
            if ![Topic::Orders, Topic::Inventory, Topic::Payments].contains(&event.place.topic) {
                continue;
            }
            let fault = match event.cause {
                None => Some("names no cause".to_owned()),
                Some(cause) => self.fact(number, event, cause, &mut group),
            };
            match fault {
                None => self.caused.pass(),
                Some(wrong) => self.caused.refuse(event.subject, wrong, &shows(index, event)),
            }
        }
    }

    /// A chain of causes goes on at a copy's original.
    fn original(&self, copy: &Event) -> u32 {
        let own = self.index.with(&copy.id).find(|(_, event)| event.place.topic == Topic::Inventory);
        own.map_or(NONE, |(number, _)| number)
    }

    fn fact(&mut self, number: u32, event: &Event, cause: EventId, group: &mut Group) -> Option<String> {
        if !self.committed(event, &cause) {
            return Some(format!("its cause {cause} is not on the log"));
        }
        match &event.told {
            Told::Parking(fact) => self.parking(number, event, fact, &cause),
            _ if event.kind == "StockCounted" => self.counted(number, event, &cause),
            _ => self.decided(number, event, cause, group),
        }
    }

    /// S16, and whether the cause can be looked at.
    fn committed(&mut self, event: &Event, cause: &EventId) -> bool {
        let there = self.index.has(cause) || self.is_unread(event) || self.answers_garbage(event);
        let aborted = if self.aborted.contains(cause) { ", which was aborted" } else { "" };
        let wrong = || format!("caused by {cause}{aborted}");
        self.isolated.judge(there, event.subject, wrong, &[(&event.kind, event.place)]);
        there
    }

    fn is_unread(&self, event: &Event) -> bool {
        let unread = self.evidence.unread;
        let causes = causes::of(&event.kind).unwrap_or_default();
        let parking = matches!(event.told, Told::Parking(_));
        !unread.is_empty() && (parking || causes.iter().any(|(topic, _)| unread.contains(topic)))
    }

    /// A parking fact about a record that is no event: there is none to be found.
    fn answers_garbage(&self, event: &Event) -> bool {
        let Told::Parking(fact) = &event.told else { return false };
        let (topic, partition, offset) = named(fact);
        self.evidence.history.was_unreadable(topic, partition, offset)
    }

    fn decided(&mut self, number: u32, event: &Event, cause: EventId, group: &mut Group) -> Option<String> {
        let Some(kinds) = causes::of(&event.kind) else {
            return Some(format!("{} is no event of the contract", event.kind));
        };
        let may =
            |event: &Event| kinds.iter().any(|(t, kind)| *t == event.place.topic && *kind == event.kind);
        let here = |of: &Event| of.place.partition == event.place.partition;
        let fits = self.index.with(&cause).find(|(_, of)| may(of) && here(of) && is_before(of, event));
        let Some((parent, of)) = fits else {
            return self.index.with(&cause).next().and_then(|(_, of)| {
                (!self.is_unread(event)).then(|| format!("{} {} cannot cause it", of.kind, of.place))
            });
        };
        self.parents[number as usize] = parent;
        if event.place.topic != Topic::Inventory {
            return (of.subject != event.subject).then(|| format!("its cause is about {}", of.subject));
        }
        self.related(event, of, cause, group)
    }

    /// Inventory answers one subject's event with facts about others, but only along the SKUs they share.
    fn related(&self, event: &Event, of: &Event, cause: EventId, group: &mut Group) -> Option<String> {
        if group.cause != Some(cause) || group.partition != event.place.partition {
            group.cause = Some(cause);
            group.partition = event.place.partition;
            group.touched.clear();
            group.touched.extend(self.skus(&of.subject));
        }
        let mut skus = self.skus(&event.subject).peekable();
        let related = event.subject == of.subject || skus.any(|sku| group.touched.contains(&sku));
        for sku in self.skus(&event.subject) {
            if !group.touched.contains(&sku) {
                group.touched.push(sku);
            }
        }
        (!related).then(|| format!("its cause is about {}, which has no SKU in common with it", of.subject))
    }

    /// The SKUs an order is about, or the SKU itself.
    fn skus<'s>(&'s self, subject: &'s Key) -> impl Iterator<Item = Key> + 's {
        let lines = self.wanted.get(subject).map_or(std::slice::from_ref(subject), Vec::as_slice);
        lines.iter().copied()
    }

    /// A balance names the fact it replaces.
    fn counted(&mut self, number: u32, event: &Event, cause: &EventId) -> Option<String> {
        let own = |of: &Event| of.place.topic == event.place.topic && of.subject == event.subject;
        let fits = self.index.with(cause).find(|(_, of)| own(of) && is_before(of, event));
        match fits {
            Some((parent, _)) => self.parents[number as usize] = parent,
            None => return Some(format!("{cause} is no earlier fact about it")),
        }
        None
    }

    fn parking(&mut self, number: u32, event: &Event, fact: &ParkingFact, cause: &EventId) -> Option<String> {
        let heard = self.index.with(cause).find(|(_, of)| {
            of.place.partition == event.place.partition
                && is_before(of, event)
                && (of.place.topic != event.place.topic || matches!(named(fact).0, "deadline" | "answer"))
        });
        match heard {
            Some((parent, _)) => self.parents[number as usize] = parent,
            None if self.answers_garbage(event) || self.is_unread(event) => {}
            None => return Some(format!("{cause} is nothing that could be parked here")),
        }
        self.forwarded(fact, cause)
    }

    /// What was sent on stands where it was sent, under its own id.
    fn forwarded(&self, fact: &ParkingFact, cause: &EventId) -> Option<String> {
        let ParkingFact::EventForwarded(EventForwarded { topic, to, .. }) = fact else { return None };
        let arrived = |of: &Event| of.place.topic.name() == topic && of.place.partition == *to;
        let lost = self.evidence.settled && !self.index.with(cause).any(|(_, of)| arrived(of));
        lost.then(|| format!("{cause} was sent on to partition {to} and is not there"))
    }

    /// A copy keeps the id of its original, and says the same.
    fn copies(&mut self) {
        if !self.evidence.settled || self.evidence.unread.contains(&Topic::Inventory) {
            return;
        }
        for topic in [Topic::StockTransfers, Topic::Catalog] {
            for copy in self.evidence.history.of(topic) {
                let original = |of: &Event| {
                    of.place.topic == Topic::Inventory && of.kind == copy.kind && of.subject == copy.subject
                };
                let right = self.index.with(&copy.id).any(|(_, of)| original(of));
                let wrong = || format!("a copy of {}, which is no such fact of inventory", copy.id);
                self.caused.judge(right, copy.subject, wrong, &[(&copy.kind, copy.place)]);
            }
        }
    }

    /// Every chain of causes ends: following it, nothing comes twice.
    fn chains(&mut self) {
        let mut steps = vec![Step::New; self.parents.len()];
        let mut path = Vec::new();
        for start in 0..self.parents.len() {
            let mut at = start;
            while steps[at] == Step::New {
                steps[at] = Step::OnPath;
                path.push(at);
                match self.parents[at] {
                    NONE => break,
                    parent => at = parent as usize,
                }
            }
            if steps[at] == Step::OnPath && self.parents[at] != NONE {
                self.turns(&path);
            }
            path.drain(..).for_each(|at| steps[at] = Step::Done);
        }
    }

    fn turns(&mut self, path: &[usize]) {
        let events = self.index.events();
        let shows: Vec<_> = path.iter().map(|of| (events[*of].kind.as_str(), events[*of].place)).collect();
        let wrong = "its chain of causes comes back to itself".to_owned();
        self.caused.refuse(events[path[0]].subject, wrong, &shows);
    }
}

/// How far an event's chain of causes is followed.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    New,
    OnPath,
    Done,
}

/// The fact, and what it names as its cause.
fn shows<'a>(index: &Index<'a>, event: &'a Event) -> Vec<(&'a str, Place)> {
    let causes = event.cause.iter().flat_map(|cause| index.with(cause));
    let fact = std::iter::once((event.kind.as_str(), event.place));
    fact.chain(causes.map(|(_, of)| (of.kind.as_str(), of.place))).collect()
}

/// Own facts come in the order of their offsets; between topics there is no order.
fn is_before(cause: &Event, event: &Event) -> bool {
    cause.place.topic != event.place.topic || cause.place.offset < event.place.offset
}

fn named(fact: &ParkingFact) -> (&str, u16, i64) {
    match fact {
        ParkingFact::EventParked(EventParked { topic, partition, offset, .. })
        | ParkingFact::EventResumed(EventResumed { topic, partition, offset, .. })
        | ParkingFact::EventDiscarded(EventDiscarded { topic, partition, offset, .. })
        | ParkingFact::EventForwarded(EventForwarded { topic, partition, offset, .. }) => {
            (topic, *partition, *offset)
        }
    }
}
