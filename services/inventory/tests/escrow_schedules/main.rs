//! Escrow under random schedules: the real decide and evolve on several partitions, transfers delayed and interleaved
//! at will, every invariant of the protocol checked after every step.
#![allow(clippy::unwrap_used, reason = "a world that lacks what it must have is a failed test")]

#[path = "../hearing/mod.rs"]
mod hearing;

mod checks;
mod one_shelf;
mod planted;
mod restore;
mod schedule;
mod tally;
mod world;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use planted::Mistake;
use schedule::Schedule;

/// Runs so many schedules, always the same ones; the error is the smallest schedule that breaks something.
fn explore(schedules: u32, mistake: Option<Mistake>) -> Result<(), String> {
    let config =
        Config { cases: schedules, failure_persistence: None, max_shrink_iters: 4096, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(&schedule::any(), |schedule: Schedule| {
        schedule.run(mistake).map(drop).map_err(TestCaseError::fail)
    });
    result.map_err(|error| match error {
        TestError::Fail(why, schedule) => format!("{why}\nin {schedule:?}"),
        TestError::Abort(why) => why.to_string(),
    })
}

#[test]
fn every_invariant_holds_after_every_step_and_everybody_is_answered() {
    explore(4_000, None).unwrap();
}

#[test]
fn the_schedules_reach_every_fact_of_the_protocol() {
    let mut seen = std::collections::BTreeSet::new();
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    for _ in 0..500 {
        use proptest::strategy::{Strategy, ValueTree};
        let schedule = schedule::any().new_tree(&mut runner).unwrap().current();
        seen.extend(schedule.run(None).unwrap().events());
    }
    let all = <events_schema::inventory::InventoryFact as events_schema::Fact>::names();
    let missing: Vec<_> = all.iter().filter(|name| !seen.contains(*name)).collect();
    assert_eq!(missing, [&"ProductPublished"], "products are no part of the protocol");
}

#[test]
fn a_fold_that_begins_anywhere_never_panics_and_a_balance_sets_it_right() {
    let config = Config { cases: 500, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(&(schedule::any(), 0..200_usize, 1..4_usize), |(schedule, from, every)| {
        let world = schedule.run(None).map_err(TestCaseError::fail)?;
        restore::any_part_of_the_log_can_be_folded(&world, from, every);
        Ok(())
    });
    result.unwrap();
}

#[test]
fn when_nothing_is_under_way_escrow_answers_as_one_shelf_would() {
    let config = Config { cases: 1_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result =
        runner.run(&schedule::any(), |schedule| schedule.run_like_one_shelf().map_err(TestCaseError::fail));
    result.unwrap();
}

#[test]
fn every_mistake_known_to_slip_in_is_caught() {
    for mistake in Mistake::ALL {
        let caught = explore(4_000, Some(mistake));
        assert!(caught.is_err(), "{mistake:?} was not noticed");
        println!("{mistake:?}: {}\n", caught.unwrap_err());
    }
}

#[test]
#[ignore = "minutes: scripts/test --only explore"]
fn a_long_exploration_finds_nothing_more() {
    explore(300_000, None).unwrap();
}
