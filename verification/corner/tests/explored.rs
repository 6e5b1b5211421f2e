//! Every configuration, every interleaving: all promises hold, everything that matters is seen, and it is many.

use std::collections::BTreeSet;

use corner::{Report, Sight, escrow::Escrow, explore, saga::Saga};

/// The promise of the size: different states, over all configurations.
const STATES: usize = 1_000_000;

#[test]
fn every_promise_holds_in_every_state_of_every_configuration() {
    let mut reports: Vec<Report> = Vec::new();
    reports.extend(corner::escrow_plans().into_iter().map(|plan| explore(plan.name, Escrow::new(plan), 2)));
    reports.extend(corner::saga_stories().into_iter().map(|story| explore(story.name, Saga::new(story), 2)));
    for report in &reports {
        print!("{report}");
        assert!(report.holds(), "{report}");
    }
    let states: usize = reports.iter().map(|report| report.states).sum();
    assert!(states >= STATES, "{states} states are too few");
    let seen: BTreeSet<Sight> = reports.iter().flat_map(|report| report.sights.iter().copied()).collect();
    let missed: Vec<_> = Sight::ALL.iter().filter(|sight| !seen.contains(sight)).collect();
    assert!(missed.is_empty(), "never seen: {missed:?}");
}
