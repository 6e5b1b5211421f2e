//! Parking: a record's own fault sets it aside; its subject waits in order, all others pass.

use std::time::Duration;

use events_schema::Topic;

use crate::stage::{Stage, home, open};

fn reasons(stage: &Stage, kind: &str) -> Vec<String> {
    let told = stage.records(Topic::Orders);
    let of_kind = told.iter().map(open).filter(|opened| opened.kind == kind);
    of_kind
        .map(|opened| {
            let data: serde_json::Value = serde_json::from_str(opened.data.get()).unwrap();
            data["reason"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn garbage_is_parked_verbatim_with_its_place_and_reason_and_delays_nobody() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.write(Topic::Checkout, home("o-1"), "o-9", "this is {not json");
    stage.place("o-1", "");
    stage.settle(&mut member);
    assert_eq!(stage.story("o-1"), ["Counted 1"]);
    let parked = stage.records(Topic::OrderParked);
    assert_eq!(parked[0].value.as_deref(), Some(&b"this is {not json"[..]));
    let header = |name: &str| {
        parked[0]
            .headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| String::from_utf8_lossy(v).into_owned())
    };
    assert_eq!(header("parked-topic").as_deref(), Some("checkout"));
    assert_eq!(header("parked-offset").as_deref(), Some("0"));
    assert_eq!(header("parked-subject").as_deref(), Some("o-9"));
    assert!(header("parked-reason").unwrap().starts_with("not JSON"));
}

#[test]
fn later_records_of_a_blocked_subject_wait_in_order_and_others_pass() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.set_broken("o-1", true);
    stage.settle(&mut member);
    stage.place("o-1", "");
    stage.place("o-2", "");
    stage.settle(&mut member);
    stage.set_broken("o-1", false);
    stage.place("o-1", "");
    stage.cancel("o-1");
    stage.settle(&mut member);
    assert_eq!(stage.story("o-1"), ["EventParked", "EventParked", "EventParked"]);
    assert_eq!(stage.story("o-2"), ["Counted 1"]);
    let said = reasons(&stage, "EventParked");
    assert_eq!(said[0], "deciding panicked: this subject is broken");
    assert!(said[1].starts_with("behind"), "{said:?}");
}

#[test]
fn a_resumed_subject_catches_up_in_order_with_the_ids_it_would_have_had() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.set_broken("o-1", true);
    stage.settle(&mut member);
    let first = stage.place("o-1", "");
    stage.place("o-1", "");
    stage.settle(&mut member);
    stage.set_broken("o-1", false);
    stage.settle(&mut member);
    stage.operate("ParkedResumeRequested", "o-1", home("o-1"));
    stage.settle(&mut member);
    stage.cancel("o-1");
    stage.settle(&mut member);
    let told =
        ["EventParked", "EventParked", "Counted 1", "EventResumed", "Counted 2", "EventResumed", "Ended"];
    assert_eq!(stage.story("o-1"), told);
    let counted = stage.records(Topic::Orders).iter().map(|r| open(r).id).nth(2).unwrap();
    let place = events_schema::Place { topic: Topic::Checkout, partition: home("o-1"), offset: first };
    assert_eq!(counted, events_schema::EventId::of_record(events_schema::Source::Order, place, "Counted", 0));
    assert_eq!(reasons(&stage, "EventResumed")[0], "asked by op: mended");
}

#[test]
fn a_discarded_record_is_given_up_and_what_waited_behind_it_is_taken() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.write(Topic::Checkout, home("o-1"), "o-1", "garbage");
    stage.place("o-1", "");
    stage.settle(&mut member);
    stage.operate("ParkedDiscardRequested", "o-1", home("o-1"));
    stage.settle(&mut member);
    assert_eq!(
        stage.story("o-1"),
        ["EventParked", "EventParked", "EventDiscarded", "Counted 1", "EventResumed"]
    );
}

#[test]
fn a_corrected_record_takes_the_place_of_the_parked_one_and_survives_a_restart() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    let place = home("o-1");
    stage.write(Topic::Checkout, place, "o-1", "garbage");
    stage.cancel("o-1");
    stage.settle(&mut member);
    stage.correct("o-1", 0);
    stage.settle(&mut member);
    let mut successor = stage.member("0");
    stage.operate("ParkedResumeRequested", "o-1", place);
    stage.settle(&mut successor);
    let waits = ["EventParked", "EventParked", "EventParked"];
    let told = ["Counted 1", "EventResumed", "Ended", "EventResumed"];
    assert_eq!(stage.story("o-1"), [&waits[..], &told[..]].concat());
    assert_eq!(reasons(&stage, "EventParked")[2], "corrects offset 0");
}

#[test]
fn a_correction_of_what_does_not_wait_is_an_event_like_any_other() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.correct("o-1", 17);
    stage.settle(&mut member);
    assert_eq!(stage.story("o-1"), ["Counted 1"]);
    stage.write(Topic::Checkout, home("o-1"), "o-1", "garbage");
    stage.correct("o-1", 17);
    stage.settle(&mut member);
    assert!(reasons(&stage, "EventParked")[1].starts_with("behind"));
}

#[test]
fn what_still_cannot_be_taken_waits_on_and_says_why() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.write(Topic::Checkout, home("o-1"), "o-1", "garbage");
    stage.settle(&mut member);
    stage.operate("ParkedResumeRequested", "o-1", home("o-1"));
    stage.settle(&mut member);
    stage.place("o-1", "");
    stage.settle(&mut member);
    assert_eq!(stage.story("o-1"), ["EventParked", "EventParked", "EventParked"]);
}

#[test]
fn a_restarted_process_still_knows_who_waits() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.write(Topic::Checkout, home("o-1"), "o-1", "garbage");
    stage.settle(&mut member);
    let mut successor = stage.member("0");
    stage.place("o-1", "");
    stage.settle(&mut successor);
    stage.operate("ParkedDiscardRequested", "o-1", home("o-1"));
    stage.settle(&mut successor);
    assert_eq!(
        stage.story("o-1"),
        ["EventParked", "EventParked", "EventDiscarded", "Counted 1", "EventResumed"]
    );
}

#[test]
fn a_parked_record_pins_the_mark_until_it_is_resolved() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    let own = choreography::Input { topic: Topic::Orders, partition: home("o-1") };
    stage.write(Topic::Checkout, home("o-1"), "o-1", "garbage");
    for _ in 0..10 {
        stage.place("o-2b", "");
        stage.settle(&mut member);
    }
    assert_eq!(stage.log.position("order", own), Some(0));
    stage.operate("ParkedDiscardRequested", "o-1", home("o-1"));
    stage.settle(&mut member);
    stage.place("o-1", "");
    stage.settle(&mut member);
    assert!(stage.log.position("order", own).unwrap() > 0);
}

#[test]
fn an_operator_who_writes_a_novel_is_heard_all_the_same() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.write(Topic::Checkout, home("o-1"), "o-1", "garbage");
    stage.settle(&mut member);
    let novel = "because ".repeat(120_000);
    let value =
        format!(r#"{{"type":"ParkedDiscardRequested","data":{{"service":"order","reason":"{novel}"}}}}"#);
    stage.write(Topic::Operations, home("o-1"), "o-1", &value);
    stage.settle(&mut member);
    assert_eq!(stage.story("o-1"), ["EventParked", "EventDiscarded"]);
    assert!(reasons(&stage, "EventDiscarded")[0].len() <= 500);
}

#[test]
fn a_request_for_another_service_or_for_nobody_changes_nothing() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    let other = r#"{"type":"ParkedResumeRequested","data":{"service":"payment"}}"#;
    stage.write(Topic::Operations, 0, "o-1", other);
    stage.operate("ParkedResumeRequested", "o-1", 1);
    stage.write(Topic::Operations, 2, "o-1", r#"{"type":"SomethingNewer","data":{}}"#);
    stage.settle(&mut member);
    assert!(stage.records(Topic::Orders).is_empty());
}

#[test]
fn a_fact_too_large_for_the_log_parks_the_record_that_caused_it() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.place("o-1", "size 3000000");
    stage.place("o-2", "");
    stage.settle(&mut member);
    assert_eq!(stage.story("o-1"), ["EventParked"]);
    assert_eq!(stage.story("o-2"), ["Counted 1"]);
    assert!(reasons(&stage, "EventParked")[0].starts_with("what it causes is too large"));
}

#[test]
fn a_record_too_large_to_be_set_aside_whole_is_set_aside_cut() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.write(Topic::Checkout, home("o-1"), "o-1", &"x".repeat(3 * 1024 * 1024));
    stage.settle(&mut member);
    let parked = stage.records(Topic::OrderParked);
    assert!(parked[0].headers.iter().any(|(name, _)| name == "parked-truncated"));
    assert_eq!(stage.story("o-1"), ["EventParked"]);
}

#[test]
fn a_record_too_large_to_be_sent_on_waits_and_is_tried_again_when_resumed() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    let astray = (home("o-1") + 1) % 4;
    let bare = stage.placement("").len();
    stage.write(Topic::Checkout, astray, "o-1", &stage.placement(&"x".repeat(1_048_580 - bare)));
    stage.settle(&mut member);
    stage.operate("ParkedResumeRequested", "o-1", astray);
    stage.settle(&mut member);
    assert_eq!(stage.story("o-1"), ["EventParked", "EventParked"], "it is decided nowhere but at home");
    assert!(reasons(&stage, "EventParked").iter().all(|reason| reason.starts_with("too large")));
}

#[test]
fn the_deadline_of_a_blocked_subject_waits_for_the_operator() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.place("o-1", "sleep 10");
    stage.settle(&mut member);
    stage.write(Topic::Checkout, home("o-1"), "o-1", "garbage");
    stage.settle(&mut member);
    stage.pass(Duration::from_secs(60));
    stage.settle(&mut member);
    assert_eq!(stage.story("o-1"), ["Counted 1", "Slept", "EventParked"]);
    stage.operate("ParkedDiscardRequested", "o-1", home("o-1"));
    stage.settle(&mut member);
    assert_eq!(stage.story("o-1").last().unwrap(), "Ended");
}
