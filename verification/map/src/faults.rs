//! What may be wrong with a choreography, each as a function from its parts to sentences.

use std::collections::BTreeSet;

use events_schema::{Source, flow::Hears, schema::Described};

use crate::{
    cycles::{Cycle, cycles},
    roles::Role,
    rows::Row,
    seen::{Name, Seen},
};

/// Events that nobody hears and that are not marked as being for somebody else.
pub fn unheard(events: &[Described], rows: &[Row]) -> Vec<String> {
    let heard = |event: &&Described| rows.iter().any(|row| row.event == event.event);
    let lost = events.iter().filter(|event| !heard(event) && event.for_others().is_none());
    lost.map(|event| {
        format!(
            "{} is heard by nobody; whom is it for? Say so in events_schema::flow::FOR_OTHERS",
            event.event
        )
    })
    .collect()
}

/// Rows that wait for what never stands there.
pub fn unsaid(events: &[Described], rows: &[Row]) -> Vec<String> {
    let said =
        |row: &&Row| events.iter().any(|event| event.event == row.event && event.topics.contains(&row.topic));
    let waiting = rows.iter().filter(|row| !said(row));
    waiting
        .map(|Row { service, topic, event, .. }| {
            format!("{service} waits for {event} on {topic}, where nobody says it")
        })
        .collect()
}

/// Where the contract's table of who hears what and the services' rows differ.
pub fn misheard(rows: &[Row], table: impl Iterator<Item = (Source, Hears)>) -> Vec<String> {
    let is: BTreeSet<_> =
        rows.iter().map(|row| (row.service, row.topic, row.event, row.effect.is_none())).collect();
    let told = |(service, hears): (Source, Hears)| {
        hears.events.iter().map(move |event| (service, hears.topic, *event, hears.is_table))
    };
    let told: BTreeSet<_> = table.flat_map(told).collect();
    let missing = is.difference(&told).map(|one| ("events_schema::flow misses", one));
    let stray =
        told.difference(&is).map(|one| ("no row of the service is what events_schema::flow says", one));
    missing
        .chain(stray)
        .map(|(what, (service, topic, event, _))| format!("{what}: {service} hears {event} on {topic}"))
        .collect()
}

/// Facts that were seen to answer an event for which their service has no row and which it did not say itself.
pub fn unexplained(seen: &Seen, rows: &[Row], facts: &BTreeSet<(Source, Name)>) -> Vec<String> {
    let explained = |(cause, effect): &(Name, Name)| {
        let by = facts.iter().find(|(_, fact)| fact == effect).map(|(service, _)| *service);
        by.is_none_or(|by| {
            facts.contains(&(by, *cause)) || rows.iter().any(|row| row.service == by && row.event == *cause)
        })
    };
    let odd = seen.caused.iter().filter(|edge| !explained(edge));
    odd.map(|(cause, effect)| {
        format!("{effect} was seen to answer {cause}, which its service has no row for")
    })
    .collect()
}

/// Rows that were never seen to do anything, and facts that were never seen.
pub fn never_seen(seen: &Seen, facts: &BTreeSet<(Source, Name)>) -> Vec<String> {
    let said = |fact: &Name| seen.caused.iter().any(|(_, effect)| effect == fact);
    facts
        .iter()
        .filter(|(_, fact)| !said(fact))
        .map(|(_, fact)| format!("{fact} was never seen in any history"))
        .collect()
}

/// Cycles that nothing ends: nothing else can be said instead, and nothing outside sets their pace.
pub fn endless(caused: &BTreeSet<(Name, Name)>, once: &[&str], paced: &[(Name, &str)]) -> Vec<String> {
    let is_paced = |event: &Name| paced.iter().any(|(name, _)| name == event);
    let endless = |cycle: &Cycle| cycle.ends.is_empty() && !cycle.events.iter().all(is_paced);
    let tell = |cycle: Cycle| match cycle.events.into_iter().collect::<Vec<Name>>().as_slice() {
        [alone] => format!("{alone} causes itself without end"),
        events => format!("{} cause one another without end", events.join(", ")),
    };
    cycles(caused, once).into_iter().filter(endless).map(tell).collect()
}

/// Facts without a role, and acts that nothing undoes or that were never seen undone.
pub fn undoable(
    facts: &BTreeSet<(Source, Name)>,
    roles: &[(Source, Name, Role)],
    seen: &Seen,
) -> Vec<String> {
    let role = |fact: &(Source, Name)| roles.iter().find(|(service, name, _)| (*service, *name) == *fact);
    let mut wrong: Vec<String> = facts
        .iter()
        .filter(|fact| role(fact).is_none())
        .map(|(service, fact)| format!("{fact} of {service} has no role: is it an act, and what undoes it?"))
        .collect();
    for (service, name, role) in roles {
        if !facts.contains(&(*service, *name)) {
            wrong.push(format!("{name} has a role, and {service} does not say it"));
        }
        match role {
            Role::Act([]) => wrong.push(format!("{name} is an act without an undoing")),
            Role::Act(by) => {
                wrong.extend(by.iter().filter_map(|by| not_undone(name, *service, by, facts, seen)))
            }
            Role::Undoing if !undoes_any(roles, name) => wrong.push(format!("{name} undoes no act")),
            _ => {}
        }
    }
    wrong
}

fn undoes_any(roles: &[(Source, Name, Role)], name: Name) -> bool {
    roles.iter().any(|(_, _, role)| matches!(role, Role::Act(by) if by.contains(&name)))
}

fn not_undone(
    act: Name,
    service: Source,
    by: Name,
    facts: &BTreeSet<(Source, Name)>,
    seen: &Seen,
) -> Option<String> {
    if !facts.contains(&(service, by)) {
        return Some(format!("{act} is undone by {by}, which {service} does not say"));
    }
    (!seen.followed.contains(&(act, by))).then(|| format!("{act} was never seen undone by {by}"))
}
