//! The events of one order in the order in which they caused one another.

use std::collections::BTreeSet;

use events_schema::{
    Event, EventId, Key, OwnedRecord, Place, Record, Source, Timestamp, Topic, open, parking::EventForwarded,
};

use super::{cut::Cut, story::Story, told::Told};
use crate::render::brief::brief;

/// One event of an order.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub event: String,
    /// Its id.
    pub id: EventId,
    /// Who said it.
    pub source: String,
    /// When it was decided.
    pub time: Timestamp,
    /// The event it answers, when there is one.
    pub cause: Option<EventId>,
    /// What matters of it.
    pub brief: String,
}

/// All events found of one order.
#[derive(Clone, PartialEq, Debug)]
pub struct Timeline {
    /// The order.
    pub order: Key,
    /// Its events, causes before effects.
    pub steps: Vec<Step>,
    /// What they add up to.
    pub story: Story,
}

/// Whether a record is about the order. Facts carry it as their key; outsiders may name it in the value only.
pub fn concerns(record: &Record<'_>, order: &Key) -> bool {
    if record.key == Some(order.as_bytes()) {
        return true;
    }
    let anywhere = record.place.topic.is_outsiders() || record.place.topic.is_parked();
    if !anywhere {
        return false;
    }
    if record.headers.get("parked-subject") == Some(order.as_bytes()) {
        return true;
    }
    // An order without any id is named after the place of its record: 36 characters that cannot stand in its value.
    let named = || memchr::memmem::find(record.value.unwrap_or_default(), order.as_bytes()).is_some();
    (record.key.is_none_or(<[u8]>::is_empty) || named())
        && open(record).is_ok_and(|opened| opened.subject == *order)
}

impl Timeline {
    /// The timeline of an order, out of records that [concern](concerns) it, up to a moment.
    pub fn of(order: Key, records: &[OwnedRecord], until: Timestamp) -> Timeline {
        Timeline::before(order, records, Cut { at: until, place: None })
    }

    /// The timeline up to a cut.
    pub fn before(order: Key, records: &[OwnedRecord], cut: Cut) -> Timeline {
        let mut told: Vec<(Step, &OwnedRecord)> = records
            .iter()
            .filter(|record| cut.place.is_none() || cut.keeps(&record.as_record()))
            .map(|record| (step(&record.as_record()), record))
            .filter(|(step, _)| cut.place.is_some() || step.time <= cut.at)
            .collect();
        told.sort_by_key(|(step, _)| (step.time, step.place.topic, step.place));
        fold_forwarded(&mut told);
        let mut story = Story::default();
        let mut steps = Vec::new();
        for (step, record) in causes_first(told) {
            if let Ok(Some(heard)) = Told::read(&record.as_record()) {
                story.hear(&heard);
            }
            steps.push(step);
        }
        Timeline { order, steps, story }
    }

    /// The step a step answers, if it was found.
    pub fn cause_of(&self, step: &Step) -> Option<&Step> {
        let cause = step.cause?;
        self.steps.iter().find(|other| other.id == cause)
    }

    /// When it began.
    pub fn start(&self) -> Timestamp {
        self.steps.first().map_or(Timestamp::default(), |step| step.time)
    }

    /// The partition its saga lives on: that of its facts, else that of its placement.
    pub fn partition(&self) -> Option<u16> {
        let fact = self.steps.iter().find(|step| {
            // The fact that sends a record home stands where the record went astray.
            !step.place.topic.is_outsiders() && step.event != EventForwarded::TYPE
        });
        fact.or(self.steps.last()).map(|step| step.place.partition)
    }
}

/// A record that was sent on to its partition is one event, shown where it arrived; that it was sent on is said there.
fn fold_forwarded<T>(told: &mut Vec<(Step, T)>) {
    let sent: Vec<(EventId, EventId)> = told
        .iter()
        .filter(|(step, _)| step.event == EventForwarded::TYPE)
        .filter_map(|(step, _)| Some((step.id, step.cause?)))
        .collect();
    for (forwarding, original) in sent {
        let same: Vec<usize> = (0..told.len()).filter(|at| told[*at].0.id == original).collect();
        // Until the copy has arrived, the stray record is all there is to show.
        let [stray, arrived] = same[..] else { continue };
        let Some(Place { partition, .. }) =
            told.iter().find(|(step, _)| step.id == forwarding).map(|(s, _)| s.place)
        else {
            continue;
        };
        let (stray, arrived) =
            if told[stray].0.place.partition == partition { (stray, arrived) } else { (arrived, stray) };
        let from = told[stray].0.place;
        let note = format!("{} (forwarded from {from})", told[arrived].0.brief);
        told[arrived].0.brief = note.trim_start().to_owned();
        told.retain(|(step, _)| step.id != forwarding && step.place != from);
    }
}

/// Clocks of services differ by a little: an effect is never shown before its cause.
fn causes_first<T>(mut waiting: Vec<(Step, T)>) -> Vec<(Step, T)> {
    let known: BTreeSet<EventId> = waiting.iter().map(|(step, _)| step.id).collect();
    let mut shown: BTreeSet<EventId> = BTreeSet::new();
    let mut sorted = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready = |(step, _): &(Step, T)| {
            step.cause.is_none_or(|cause| !known.contains(&cause) || shown.contains(&cause))
        };
        // A circle of causes cannot be written by us; whoever wrote one sees it in order of time.
        let next = waiting.iter().position(ready).unwrap_or(0);
        let step = waiting.remove(next);
        shown.insert(step.0.id);
        sorted.push(step);
    }
    sorted
}

/// One record as an event of a timeline.
pub fn step(record: &Record<'_>) -> Step {
    let place = record.place;
    let opened = open(record).ok();
    let mut step = Step {
        place,
        event: opened.as_ref().map_or_else(|| "(unreadable)".to_owned(), |opened| opened.kind.to_string()),
        id: opened.as_ref().map_or_else(|| EventId::of_place(place), |opened| opened.id),
        source: opened.as_ref().map_or_else(|| Source::Cli.name().to_owned(), |opened| opened.source.clone()),
        time: opened.as_ref().map_or(record.appended, |opened| opened.time),
        cause: opened.as_ref().and_then(|opened| opened.causationid),
        brief: Told::read(record).ok().flatten().map(|heard| brief(&heard.data)).unwrap_or_default(),
    };
    if place.topic.is_parked() {
        set_aside(&mut step, record);
    }
    step
}

/// A record on a dead-letter topic is the same event once more, set aside: it must not take the first one's place.
fn set_aside(step: &mut Step, record: &Record<'_>) {
    let text = |name: &str| record.headers.get(name).map(|value| String::from_utf8_lossy(value).into_owned());
    step.event = format!("{} set aside", step.event);
    step.cause = Some(step.id);
    step.id = EventId::of_place(record.place);
    step.source = record.place.topic.owner().map_or("", Source::name).to_owned();
    step.time = text("parked-at").and_then(|at| at.parse().ok()).unwrap_or(record.appended);
    step.brief = text("parked-reason").unwrap_or_default();
}

/// The column of a topic: what was asked, then each service in the order of the saga.
pub fn lane(topic: Topic) -> usize {
    match topic.owner() {
        Some(Source::Order) => 1,
        Some(Source::Inventory) => 2,
        Some(Source::Payment) => 3,
        _ => 0,
    }
}
