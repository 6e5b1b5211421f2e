//! Cycles of causes, and how they end.

use std::collections::{BTreeMap, BTreeSet};

use crate::seen::Name;

/// Events that cause one another, round and round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The events on it.
    pub events: BTreeSet<Name>,
    /// What is said instead when it ends: caused by an event on it, and not on it.
    pub ends: BTreeSet<Name>,
}

/// The cycles among what was caused. An event that is said once of a subject ends every cycle through it, so that those
/// are left out first.
pub fn cycles(caused: &BTreeSet<(Name, Name)>, once: &[&str]) -> Vec<Cycle> {
    let again: BTreeSet<(Name, Name)> = caused
        .iter()
        .filter(|(cause, effect)| !once.contains(cause) && !once.contains(effect))
        .copied()
        .collect();
    let reach = reachable(&again);
    let on_cycle = |event: &Name| reach.get(event).is_some_and(|to| to.contains(event));
    let mut left: BTreeSet<Name> = reach.keys().copied().filter(on_cycle).collect();
    let mut found = Vec::new();
    while let Some(first) = left.pop_first() {
        let together = |event: &&Name| reach[first].contains(**event) && reach[**event].contains(first);
        let mut events: BTreeSet<Name> = left.iter().filter(together).copied().collect();
        events.insert(first);
        left.retain(|event| !events.contains(event));
        let leaving =
            caused.iter().filter(|(cause, effect)| events.contains(cause) && !events.contains(effect));
        let ends = leaving.map(|(_, effect)| *effect).collect();
        found.push(Cycle { events, ends });
    }
    found
}

/// What can come of each event, over any number of steps.
fn reachable(caused: &BTreeSet<(Name, Name)>) -> BTreeMap<Name, BTreeSet<Name>> {
    let mut reach: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    for (cause, effect) in caused {
        reach.entry(cause).or_default().insert(effect);
        reach.entry(effect).or_default();
    }
    loop {
        let before: usize = reach.values().map(BTreeSet::len).sum();
        for event in reach.keys().copied().collect::<Vec<_>>() {
            let further: BTreeSet<Name> =
                reach[event].iter().flat_map(|next| &reach[next]).copied().collect();
            reach.entry(event).or_default().extend(further);
        }
        if reach.values().map(BTreeSet::len).sum::<usize>() == before {
            return reach;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[Name]) -> BTreeSet<Name> {
        names.iter().copied().collect()
    }

    #[test]
    fn a_cycle_is_found_with_what_ends_it() {
        let caused =
            BTreeSet::from([("Ask", "Refuse"), ("Refuse", "Ask"), ("Ask", "Grant"), ("Grant", "Use")]);
        let found = cycles(&caused, &[]);
        assert_eq!(found, [Cycle { events: set(&["Ask", "Refuse"]), ends: set(&["Grant"]) }]);
    }

    #[test]
    fn two_cycles_are_told_apart_and_one_step_round_is_a_cycle() {
        let caused = BTreeSet::from([("A", "B"), ("B", "A"), ("B", "C"), ("C", "C")]);
        let found = cycles(&caused, &[]);
        assert_eq!(found.iter().map(|cycle| cycle.ends.len()).collect::<Vec<_>>(), [1, 0]);
        assert_eq!(found[1].events, set(&["C"]));
    }

    #[test]
    fn a_cycle_through_what_is_said_once_is_none() {
        let caused = BTreeSet::from([("Ask", "Refuse"), ("Refuse", "Ask")]);
        assert_eq!(cycles(&caused, &["Refuse"]), []);
    }
}
