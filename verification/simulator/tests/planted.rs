//! Every mistake known to slip into a system like this one, planted: the storms must find each of them soon. And the
//! walls taken away one by one, to see what the others hold.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

use std::{collections::BTreeSet, sync::Mutex, thread};

use events_schema::{EventId, Key, OwnedRecord, Topic};
use invariants::{History, Verdict};
use simulator::{
    Broken,
    planted::{Control, Hunted, Mistake, hunt_all, records_without, run_without},
};

/// A mistake that takes more seeds than these means that the storms must get better.
const SOON: u64 = 1_000;

/// Where the seeds of one hunt begin.
const STARTS: [u64; 3] = [0, 1_000_000, 2_000_000];

#[test]
fn every_planted_mistake_is_caught_soon_and_a_promise_is_named() {
    let hunted = hunt_all(&Mistake::ALL, &STARTS, SOON);
    let names: BTreeSet<&str> = hunted.iter().map(|one| one.mistake).collect();
    assert_eq!(names.len(), 27, "each has a name of its own");
    for Hunted { mistake, promises, seeds, worst, what, .. } in hunted {
        println!("{mistake}: {seeds:?} seeds, {promises:?}: {what:.100}");
        assert!(worst.is_some(), "{mistake} was not caught within {SOON} seeds: {seeds:?}");
        assert!(promises.iter().all(|promise| promise.starts_with(['S', 'L'])), "{mistake}: {promises:?}");
    }
}

/// Runs this for every seed, on two threads.
fn each<T: Send>(seeds: std::ops::Range<u64>, run: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for half in 0..2 {
            let (seeds, run, done) = (seeds.clone(), &run, &done);
            scope.spawn(move || {
                for seed in seeds.filter(|seed| seed % 2 == half) {
                    let one = run(seed);
                    done.lock().unwrap().push(one);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

/// A history of these records; `distinct`: of facts that stand there more than once, the first alone.
fn history_of(records: &[OwnedRecord], distinct: bool) -> History {
    let (mut history, mut seen) = (History::default(), BTreeSet::<(Topic, EventId, Key)>::new());
    for record in records {
        let opened = events_schema::open(&record.as_record());
        let name = |opened: events_schema::Opened<'_>| (record.place.topic, opened.id, opened.subject);
        let known = opened.is_ok_and(|opened| !seen.insert(name(opened)));
        if !(distinct && known) {
            history.push(&record.as_record());
        }
    }
    history
}

fn broken(history: &History) -> BTreeSet<&'static str> {
    let verdicts = invariants::check(history, false).into_iter();
    verdicts.filter(|verdict| !verdict.holds()).map(|verdict: Verdict| verdict.promise).collect()
}

/// Whoever died between two records left half of what it said: transfers without their fact, pieces counted twice. Only
/// transactions hold that off. But no decider says anything about an order that contradicts what stands already.
#[test]
fn without_transactions_there_are_duplicates_and_the_deciders_alone_keep_fates_and_money_right() {
    let found = each(0..300, |seed| {
        let records = records_without(Control::NoTransactions, seed).unwrap();
        (broken(&history_of(&records, false)), broken(&history_of(&records, true)))
    });
    let seen = |promise| found.iter().filter(|(all, _)| all.contains(promise)).count();
    let kept = |promise: &str| found.iter().all(|(_, distinct)| !distinct.contains(promise));
    assert!(seen("S12") > 0, "no history had a fact twice");
    let lost: Vec<&str> = ["S4", "S6", "S7", "S8", "S10"].into_iter().filter(|one| !kept(one)).collect();
    assert!(lost.is_empty(), "without transactions these are broken: {lost:?}");
}

/// What a history breaks without this wall, if one does.
fn first_broken(wall: Control) -> Option<Broken> {
    each(0..300, |seed| run_without(wall, seed).err()).into_iter().flatten().next()
}

#[test]
fn with_transactions_no_decider_need_know_what_it_was_asked_before() {
    assert_eq!(first_broken(Control::NoDedup), None);
}

#[test]
fn positions_committed_after_the_output_do_no_harm_for_the_log_itself_names_them() {
    assert_eq!(first_broken(Control::OffsetsAfterOutput), None);
}
