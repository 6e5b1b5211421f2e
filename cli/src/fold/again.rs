//! Deciding again: each group of facts with one cause, on the fold of what was said before it, compared byte for byte.

use std::collections::{BTreeSet, HashMap};

use choreography::{Replay, Service, Task};
use events_schema::{EventId, Key, NoHeaders, OwnedRecord, Place, Record, Timestamp, open, untraced};
use serde::Serialize;

use super::told::Told;
use crate::render::brief::brief;

/// What one partition of the log holds for a service.
#[derive(Default)]
pub struct Log {
    /// What it said, in order.
    pub own: Vec<OwnedRecord>,
    /// What it heard, of all its topics.
    pub heard: Vec<OwnedRecord>,
    /// The tables that others write for it.
    pub tables: Vec<OwnedRecord>,
}

/// What deciding again showed.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Outcome {
    /// Decisions that were derived again, equal or not.
    pub decided: usize,
    /// Facts taken as they stand: answers from outside, balances brought forward, causes that were not read.
    pub given: usize,
    /// The decisions that come out differently.
    pub differences: Vec<Difference>,
}

/// A decision that comes out differently.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Difference {
    /// The order or SKU.
    pub subject: Key,
    /// The event that was decided on.
    pub cause: String,
    /// Where that stands.
    pub at: String,
    /// When it was decided.
    pub time: Timestamp,
    /// What was said.
    pub said: Vec<String>,
    /// What would be said now.
    pub would_say: Vec<String>,
    /// A row of a table was written so shortly before that the service may not have read it yet.
    pub near_table_change: bool,
}

/// A row of a table reaches a service within this time, or something is wrong.
const TABLE_LAG: std::time::Duration = std::time::Duration::from_secs(5);

/// Facts with one cause and one time.
struct Group<'a> {
    cause: Option<EventId>,
    subject: Key,
    time: Timestamp,
    facts: Vec<&'a OwnedRecord>,
}

/// Decides again whatever was decided from `from` to `to`.
pub fn again<S: Service>(service: S, task: Task, log: &Log, from: Timestamp, to: Timestamp) -> Outcome {
    let mut replay = Replay::new(service, task);
    let mut rows: Vec<&OwnedRecord> = log.tables.iter().collect();
    rows.sort_by_key(|row| (row.appended, row.place));
    let mut rows = rows.into_iter().peekable();
    let heard: HashMap<EventId, &OwnedRecord> =
        log.heard.iter().filter_map(|record| Some((open(&record.as_record()).ok()?.id, record))).collect();
    let (mut outcome, mut own, mut changed) = (Outcome::default(), BTreeSet::new(), None);
    for group in groups(&log.own) {
        while let Some(row) = rows.next_if(|row| row.appended <= group.time) {
            changed = Some(row.appended);
            // What cannot be read was passed over by the service as well.
            let _ = replay.remember(&row.as_record());
        }
        let near = changed.is_some_and(|at| at.until(group.time) < TABLE_LAG);
        if (from..=to).contains(&group.time) {
            compare(&replay, &group, &heard, &own, near, &mut outcome);
        }
        for fact in &group.facts {
            own.extend(open(&fact.as_record()).map(|opened| opened.id));
            let _ = replay.fold(&fact.as_record());
        }
    }
    outcome
}

/// The service's facts, those of one decision together; what the machine says of parking is none of its decisions.
fn groups(own: &[OwnedRecord]) -> Vec<Group<'_>> {
    use events_schema::{Fact, parking::ParkingFact};
    let mut groups: Vec<Group<'_>> = Vec::new();
    for record in own {
        let Ok(opened) = open(&record.as_record()) else { continue };
        if ParkingFact::names().contains(&opened.kind.as_ref()) {
            continue;
        }
        let (cause, time) = (opened.causationid, opened.time);
        match groups.last_mut().filter(|last| last.cause == cause && last.time == time) {
            Some(group) => group.facts.push(record),
            None => groups.push(Group { cause, subject: opened.subject, time, facts: vec![record] }),
        }
    }
    groups
}

fn compare<S: Service>(
    replay: &Replay<S>,
    group: &Group<'_>,
    heard: &HashMap<EventId, &OwnedRecord>,
    own: &BTreeSet<EventId>,
    near_table_change: bool,
    outcome: &mut Outcome,
) {
    let cause = group.cause.and_then(|id| heard.get(&id));
    let would = match (cause, group.cause) {
        (Some(record), _) => replay.on_record(&record.as_record(), group.time).ok().flatten(),
        (None, Some(id)) if own.contains(&id) => replay.on_deadline(group.subject, id, group.time),
        _ => None,
    };
    let Some(would) = would else {
        outcome.given += group.facts.len();
        return;
    };
    outcome.decided += 1;
    let said: Vec<&[u8]> = group.facts.iter().filter_map(|fact| fact.value.as_deref()).collect();
    if said.iter().map(|value| untraced(value)).eq(would.iter().map(Vec::as_slice)) {
        return;
    }
    let (name, at) = cause.map_or_else(
        || ("deadline".to_owned(), group.facts[0].place),
        |record| (kind_of(&record.as_record()), record.place),
    );
    let place = group.facts[0].place;
    outcome.differences.push(Difference {
        subject: group.subject,
        cause: name,
        at: at.to_string(),
        time: group.time,
        said: said.iter().map(|value| told(place, value)).collect(),
        would_say: would.iter().map(|value| told(place, value)).collect(),
        near_table_change,
    });
}

fn kind_of(record: &Record<'_>) -> String {
    events_schema::kind(record).map_or_else(|_| "(unreadable)".to_owned(), |kind| kind.into_owned())
}

/// A fact in a few words.
fn told(place: Place, value: &[u8]) -> String {
    let record =
        Record { place, appended: Timestamp::default(), key: None, value: Some(value), headers: &NoHeaders };
    let facts = Told::read(&record).ok().flatten().map(|heard| brief(&heard.data)).unwrap_or_default();
    format!("{} {facts}", kind_of(&record)).trim_end().to_owned()
}
