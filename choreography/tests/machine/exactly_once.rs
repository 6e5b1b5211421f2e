//! One input, one outcome: commits, aborts, commits in doubt, crashes, take-overs, lost positions.

use std::{collections::HashSet, time::Duration};

use choreography::{Clock, Fatal, Input, memory::CommitFate};
use events_schema::{EventId, Place, Source, Topic};

use crate::stage::{Stage, home, open};

#[test]
fn a_record_becomes_one_fact_that_names_its_cause_under_a_derived_id() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    let offset = stage.place("o-1", "");
    stage.settle(&mut member);
    let told = stage.records(Topic::Orders);
    assert_eq!(told.len(), 1);
    let fact = open(&told[0]);
    let place = Place { topic: Topic::Checkout, partition: home("o-1"), offset };
    assert_eq!(fact.id, EventId::of_record(Source::Order, place, "Counted", 0));
    assert_eq!(fact.causationid.map(|id| id.to_string()), Some("placed-1".to_owned()));
    assert_eq!(told[0].place.partition, home("o-1"));
}

#[test]
fn the_last_fact_of_a_transaction_says_what_was_consumed() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    for _ in 0..3 {
        stage.place("o-1", "");
    }
    stage.settle(&mut member);
    let told = stage.records(Topic::Orders);
    let headers: Vec<_> = told.iter().map(|record| record.headers.clone()).collect();
    assert!(headers[0].is_empty() && headers[1].is_empty());
    assert_eq!(headers[2], [("consumed".to_owned(), b"checkout=0..3,operations=0..0".to_vec())]);
}

#[test]
fn an_aborted_transaction_is_undone_and_run_again_with_the_same_ids() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.settle(&mut member);
    stage.place("o-1", "");
    stage.place("o-1", "");
    member.faults.0.lock().unwrap().commits.extend([CommitFate::Abort, CommitFate::Abort]);
    stage.settle(&mut member);
    assert_eq!(stage.story("o-1"), ["Counted 1", "Counted 2"]);
    let at = Input { topic: Topic::Orders, partition: home("o-1") };
    let all: Vec<_> = stage.log.all_records(at).iter().map(|record| open(record).id).collect();
    assert_eq!(all.len(), 6, "two aborted attempts are on the log, hidden");
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), 2, "deciding again gives the same ids");
}

#[test]
fn a_commit_in_doubt_is_found_out_whether_it_was_applied_or_not() {
    for fate in [CommitFate::UnknownApplied, CommitFate::UnknownAborted] {
        let stage = Stage::new();
        let mut member = stage.member("0");
        stage.settle(&mut member);
        stage.place("o-1", "");
        member.faults.0.lock().unwrap().commits.push_back(fate);
        stage.settle(&mut member);
        stage.place("o-1", "");
        stage.settle(&mut member);
        assert_eq!(stage.story("o-1"), ["Counted 1", "Counted 2"], "{fate:?}");
    }
}

#[test]
fn records_delivered_again_are_not_taken_again() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    member.faults.0.lock().unwrap().repeats = 2;
    for _ in 0..5 {
        stage.place("o-1", "");
        stage.turn(&mut member).unwrap();
    }
    member.faults.0.lock().unwrap().repeats = 0;
    stage.settle(&mut member);
    assert_eq!(stage.story("o-1").len(), 5);
}

#[test]
fn a_crashed_process_is_replaced_by_its_successor_where_it_stood() {
    let stage = Stage::new();
    for _ in 0..3 {
        let mut member = stage.member("0");
        stage.place("o-1", "");
        stage.settle(&mut member);
    }
    assert_eq!(stage.story("o-1"), ["Counted 1", "Counted 2", "Counted 3"]);
}

#[test]
fn a_neighbour_takes_over_what_an_expired_member_had_and_the_zombie_commits_nothing() {
    let stage = Stage::new();
    let mut first = stage.member("0");
    stage.place("o-1", "");
    stage.settle(&mut first);
    stage.log.expire("order", "0");
    let mut second = stage.member("1");
    stage.place("o-1", "");
    stage.settle(&mut second);
    // The zombie wakes with the partition still in its mind; its transaction is refused, then it joins anew.
    stage.place("o-1", "");
    for _ in 0..10 {
        stage.turn(&mut first).unwrap();
        stage.turn(&mut second).unwrap();
    }
    assert_eq!(stage.story("o-1"), ["Counted 1", "Counted 2", "Counted 3"]);
    let mut owned: Vec<u16> = first.worker.partitions().chain(second.worker.partitions()).collect();
    owned.sort_unstable();
    assert_eq!(owned, [0, 1, 2, 3], "every task has one owner");
}

#[test]
fn a_second_process_under_one_identity_ends_the_first() {
    let stage = Stage::new();
    let mut first = stage.member("0");
    stage.settle(&mut first);
    let mut second = stage.member("0");
    stage.settle(&mut second);
    let ended = stage.turn(&mut first).unwrap_err();
    assert!(
        matches!(&ended, Fatal::Fenced(line) if line.contains("taken over by another instance")),
        "{ended}"
    );
}

#[test]
fn lost_group_positions_are_found_in_the_own_log() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    for n in 0..10 {
        stage.place(&format!("o-{n}"), "");
        stage.settle(&mut member);
    }
    stage.log.forget_positions("order");
    let mut successor = stage.member("0");
    stage.settle(&mut successor);
    assert_eq!(stage.records(Topic::Orders).len(), 10, "nothing was consumed twice");
    let ten: Vec<_> = (0..10).map(|n| stage.story(&format!("o-{n}"))).collect();
    assert!(ten.iter().all(|story| story == &["Counted 1"]), "{ten:?}");
}

#[test]
fn restore_begins_at_the_first_fact_of_the_oldest_open_subject() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    let own = Input { topic: Topic::Orders, partition: home("old") };
    stage.place("old", "");
    stage.settle(&mut member);
    for _ in 0..20 {
        stage.place("old", "");
        stage.settle(&mut member);
    }
    assert_eq!(stage.log.position("order", own), Some(0), "an open subject pins the mark");
    stage.cancel("old");
    stage.settle(&mut member);
    stage.place("old", "");
    stage.settle(&mut member);
    let mark = stage.log.position("order", own).unwrap();
    assert!(mark > 20, "the mark has moved on to {mark}");
    let mut successor = stage.member("0");
    stage.settle(&mut successor);
    let state = successor.worker.state(own.partition).unwrap();
    assert_eq!(state.counts.get(&"old".parse().unwrap()), Some(&1), "the state is the fold from the mark on");
}

#[test]
fn what_ended_within_the_window_is_restored_too() {
    let stage = Stage { window: Duration::from_secs(60), ..Stage::new() };
    let mut member = stage.member("0");
    let own = Input { topic: Topic::Orders, partition: home("o-1") };
    for _ in 0..3 {
        stage.place("o-1", "");
        stage.cancel("o-1");
        stage.settle(&mut member);
        stage.pass(Duration::from_secs(50));
    }
    let mark = stage.log.position("order", own).unwrap();
    assert_eq!(mark, 0, "less than a window ago everything began");
    stage.pass(Duration::from_secs(100));
    stage.place("o-1", "");
    stage.settle(&mut member);
    stage.pass(Duration::from_secs(100));
    stage.place("o-1", "");
    stage.settle(&mut member);
    assert!(stage.log.position("order", own).unwrap() > 5);
}

#[test]
fn a_task_restored_after_a_quiet_week_knows_its_window_and_no_less() {
    let stage = Stage { window: Duration::from_secs(3600), ..Stage::new() };
    let mut member = stage.member("0");
    for _ in 0..2 {
        stage.place("o-1", "");
        stage.cancel("o-1");
        stage.settle(&mut member);
        stage.pass(Duration::from_secs(7 * 24 * 3600));
    }
    stage.place("o-1", "");
    stage.settle(&mut member);
    let mut successor = stage.member("0");
    stage.settle(&mut successor);
    let since = successor.worker.state(home("o-1")).unwrap().known_since.unwrap();
    let ago = since.until(stage.clock.now());
    assert!(ago >= stage.window, "what ended {ago:?} ago would be refused as too old");
}

#[test]
fn an_idle_task_renews_its_positions_and_passes_the_markers_behind_the_last_record() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    let checkout = Input { topic: Topic::Checkout, partition: home("o-1") };
    // Sent on within a transaction, so that a marker follows it.
    stage.write(Topic::Checkout, (home("o-1") + 1) % 4, "o-1", &stage.placement(""));
    stage.settle(&mut member);
    assert_eq!(stage.log.bounds(checkout).end, 2);
    assert_eq!(stage.log.position("order", checkout), Some(1));
    stage.pass(Duration::from_secs(25 * 3600));
    stage.settle(&mut member);
    assert_eq!(stage.log.position("order", checkout), Some(2));
}

#[test]
fn an_idle_task_renews_its_positions_beside_a_busy_one() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    let (idle, busy) = ("o-1", (2..).map(|n| format!("o-{n}")).find(|id| home(id) != home("o-1")).unwrap());
    stage.place(idle, "");
    stage.settle(&mut member);
    stage.log.forget_positions("order");
    for _ in 0..30 {
        stage.place(&busy, "");
        stage.settle(&mut member);
        stage.pass(Duration::from_secs(3600));
    }
    let checkout = Input { topic: Topic::Checkout, partition: home(idle) };
    assert_eq!(
        stage.log.position("order", checkout),
        Some(1),
        "within a day the idle one is committed again"
    );
}

#[test]
fn a_position_below_the_start_of_a_log_refuses_to_run_with_the_gap_named() {
    let gone = Fatal::Gone { topic: Topic::Checkout, partition: 2, start: 100, next: 40 };
    let line = gone.to_string();
    assert!(line.contains("checkout-2 begins at offset 100") && line.contains("40"), "{line}");
}

#[test]
fn a_misrouted_record_is_forwarded_whole_to_the_partition_of_its_subject() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    let wrong = (home("o-1") + 1) % 4;
    let value = r#"{"data":{"customer_id":"ada","lines":[],"payment":{"method":"card","token":"t"},"gift":true},"type":"OrderPlaced"}"#;
    let offset = stage.write(Topic::Checkout, wrong, "o-1", value);
    stage.settle(&mut member);
    assert_eq!(sorted(stage.story("o-1")), ["Counted 1", "EventForwarded"]);
    let sent_on = stage.log.committed_records(Input { topic: Topic::Checkout, partition: home("o-1") });
    let opened = open(&sent_on[0]);
    assert_eq!(opened.id, EventId::of_place(Place { topic: Topic::Checkout, partition: wrong, offset }));
    assert!(opened.data.get().contains("\"gift\":true"), "what is not known of it survives");
    let counted =
        stage.records(Topic::Orders).into_iter().find(|record| open(record).kind == "Counted").unwrap();
    assert_eq!(counted.place.partition, home("o-1"));
}

#[test]
fn a_forwarded_record_is_not_forwarded_again_when_group_positions_are_lost() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.write(Topic::Checkout, (home("o-1") + 1) % 4, "o-1", &stage.placement(""));
    stage.settle(&mut member);
    stage.log.forget_positions("order");
    let mut successor = stage.member("0");
    stage.settle(&mut successor);
    assert_eq!(sorted(stage.story("o-1")), ["Counted 1", "EventForwarded"]);
}

fn sorted(mut story: Vec<String>) -> Vec<String> {
    story.sort();
    story
}
