//! S14, S15 and L1 to L5: what the runner saw.

use std::time::Duration;

use events_schema::{EventId, Key, Place, Timestamp, Topic};
use invariants::{Derivation, Evidence, Folded, Memory, Pace, Poison, Reading, Rerun, Starts};
use serde_json::{Value, json};

use crate::past::{Past, placement};

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn derivation(past: &Past, derived: &[u8]) -> Derivation {
    let placed = past.history.of(Topic::Checkout).next().unwrap().id;
    Derivation {
        subject: key("o-1"),
        cause: placed,
        committed: b"{\"total\":400}".to_vec(),
        derived: derived.to_vec(),
    }
}

#[test]
fn s14_a_fact_that_comes_out_otherwise_is_refused() {
    let mut past = Past::default();
    past.accepted("o-1");
    let derivations = [derivation(&past, b"{\"total\":401}")];
    let with = |evidence| Evidence { derivations: &derivations, ..evidence };
    past.breaks_with("S14", "o-1", &["OrderPlaced checkout-0@0"], with);
}

#[test]
fn s14_a_fact_that_does_not_come_out_again_is_refused() {
    let mut past = Past::default();
    past.accepted("o-1");
    let derivations = [derivation(&past, b"")];
    let with = |evidence| Evidence { derivations: &derivations, ..evidence };
    past.breaks_with("S14", "o-1", &["OrderPlaced checkout-0@0"], with);
}

#[test]
fn s14_a_schedule_that_writes_something_else_the_second_time_is_refused() {
    let reruns = [Rerun { seed: 7, first: 1, again: 1 }, Rerun { seed: 8, first: 1, again: 2 }];
    let past = Past::default();
    past.breaks_with("S14", "seed.8", &[], |evidence| Evidence { reruns: &reruns, ..evidence });
    past.holds_with(|evidence| Evidence { reruns: &reruns[..1], ..evidence });
}

fn folded(after: &str, fold: u64) -> Folded {
    Folded { task: key("inventory.2"), after: after.to_owned(), memory: 1, fold }
}

#[test]
fn s15_a_state_that_is_not_the_fold_is_refused() {
    let past = Past::default();
    let folds = [folded("take-over", 2)];
    past.breaks_with("S15", "inventory.2", &[], |evidence| Evidence { folds: &folds, ..evidence });
    let folds = [folded("crash", 1), folded("undone batch", 3)];
    past.breaks_with("S15", "inventory.2", &[], |evidence| Evidence { folds: &folds, ..evidence });
    past.holds_with(|evidence| Evidence { folds: &folds[..1], ..evidence });
}

#[test]
fn l1_an_order_that_never_ends_is_refused() {
    let mut past = Past::default();
    past.accepted("o-1");
    past.breaks("L1", "o-1", &["OrderPlaced checkout-0@0", "OrderAccepted orders-0@0"]);
}

fn paced(evidence: Evidence<'_>, pace: Pace) -> Evidence<'_> {
    Evidence { pace: Some(pace), ..evidence }.settled(false)
}

#[test]
fn l1_an_order_that_takes_too_long_is_refused_before_all_has_settled() {
    let mut past = Past::default();
    past.accepted("o-1");
    let bound = Duration::from_secs(60);
    let pace =
        |seconds| Pace { now: past.history.all().next().unwrap().time + Duration::from_secs(seconds), bound };
    past.breaks_with("L1", "o-1", &["OrderPlaced checkout-0@0"], |evidence| paced(evidence, pace(61)));
    past.holds_with(|evidence| paced(evidence, pace(60)));
}

fn reading(next: i64) -> Reading {
    Reading { group: key("payment"), topic: Topic::Inventory, partition: 1, next, end: 9 }
}

#[test]
fn l2_a_reader_that_stays_behind_is_refused() {
    let past = Past::default();
    let readings = [reading(9), reading(8)];
    let with = |evidence| Evidence { readings: &readings, ..evidence };
    past.breaks_with("L2", "payment", &["next inventory-1@8"], with);
    past.holds_with(|evidence| Evidence { readings: &readings[..1], ..evidence });
}

#[test]
fn l2_a_transaction_that_hangs_is_refused() {
    let past = Past::default();
    let hanging = ["payment-1".to_owned()];
    past.breaks_with("L2", "payment-1", &[], |evidence| Evidence { hanging: Some(&hanging), ..evidence });
    past.holds_with(|evidence| Evidence { hanging: Some(&[]), ..evidence });
}

#[test]
fn l3_a_process_that_starts_more_often_than_it_was_killed_is_refused() {
    let past = Past::default();
    let starts = |started| [Starts { process: key("order-0"), started, expected: 3 }];
    let (right, wrong, worse) = (starts(3), starts(4), starts(1000));
    past.holds_with(|evidence| Evidence { starts: &right, ..evidence });
    past.breaks_with("L3", "order-0", &[], |evidence| Evidence { starts: &wrong, ..evidence });
    past.breaks_with("L3", "order-0", &[], |evidence| Evidence { starts: &worse, ..evidence });
}

fn at(offset: i64, reason: &str) -> Value {
    json!({"topic": "checkout", "partition": 0, "offset": offset, "reason": reason})
}

fn record(offset: i64) -> Poison {
    Poison::Record(Place { topic: Topic::Checkout, partition: 0, offset })
}

/// A poisoned record is parked, and a sound one behind it.
fn parked() -> Past {
    let mut past = Past::default();
    past.say(Topic::Checkout, "o-1", "OrderPlaced", placement());
    past.say(Topic::Checkout, "o-1", "OrderPlaced", placement());
    past.order("o-1", "EventParked", at(0, "it panics"));
    past.order("o-1", "EventParked", at(1, "behind checkout-0@0"));
    past
}

#[test]
fn what_was_poisoned_is_parked_with_what_waits_behind_it() {
    let (records, subjects) = ([record(0)], [Poison::Subject(key("o-1"))]);
    parked().holds_with(|evidence| Evidence { poisoned: Some(&records), ..evidence });
    parked().holds_with(|evidence| Evidence { poisoned: Some(&subjects), ..evidence });
}

#[test]
fn l4_a_sound_record_that_is_parked_is_refused() {
    let past = parked();
    let with = |evidence| Evidence { poisoned: Some(&[]), ..evidence };
    past.breaks_with("L4", "o-1", &["EventParked orders-0@0"], with);
}

#[test]
fn l4_poison_that_is_skipped_in_silence_is_refused() {
    let (past, poisoned) = (parked(), [record(0), record(2)]);
    let with = |evidence| Evidence { poisoned: Some(&poisoned), ..evidence };
    past.breaks_with("L4", "checkout.0.2", &["record checkout-0@2"], with);
}

#[test]
fn l5_memory_beyond_what_is_held_is_refused() {
    let past = Past::default();
    let memory = |takes, held| [Memory { process: key("order-0"), takes, held, base: 1_000, each: 10 }];
    let (right, empty, full) = (memory(1_100, 10), memory(1_001, 0), memory(1_101, 10));
    past.holds_with(|evidence| Evidence { memories: &right, ..evidence });
    past.breaks_with("L5", "order-0", &[], |evidence| Evidence { memories: &empty, ..evidence });
    past.breaks_with("L5", "order-0", &[], |evidence| Evidence { memories: &full, ..evidence });
}

#[test]
fn a_promise_without_evidence_has_no_verdict() {
    let history = invariants::History::default();
    let judged: Vec<&str> =
        invariants::check(&history, false).iter().map(|verdict| verdict.promise).collect();
    assert_eq!(judged, ["S1", "S2", "S3", "S4", "S6", "S7", "S8", "S10", "S11", "S12", "S16", "S17", "S19"]);
}

#[test]
fn all_promises_are_judged_in_their_order() {
    let history = invariants::History::default();
    let cause = EventId::from(key("e-1"));
    let derivation = Derivation { subject: key("o-1"), cause, committed: vec![], derived: vec![] };
    let answer = r#"{"order":"o-1","id":"e-1","topic":"checkout","partition":0,"offset":0}"#;
    let sighting = r#"{"order":"o-1","status":"pending","partition":0,"read":0}"#;
    let evidence = Evidence {
        ledger: Some(&[]),
        answers: &[invariants::Answer::parse(answer).unwrap()],
        sightings: &[invariants::Sighting::parse(sighting).unwrap()],
        derivations: &[derivation],
        folds: &[folded("crash", 1)],
        pace: Some(Pace { now: Timestamp::default(), bound: Duration::ZERO }),
        readings: &[reading(9)],
        starts: &[Starts { process: key("order-0"), started: 1, expected: 1 }],
        poisoned: Some(&[]),
        memories: &[Memory { process: key("order-0"), takes: 0, held: 0, base: 0, each: 0 }],
        ..Evidence::of(&history).settled(true)
    };
    let judged: Vec<&str> = invariants::judge(&evidence).iter().map(|verdict| verdict.promise).collect();
    let safety = (1..=19).map(|number| format!("S{number}"));
    let all: Vec<String> = safety.chain((1..=5).map(|number| format!("L{number}"))).collect();
    assert_eq!(judged, all);
}
