//! Placing orders, and waiting for what becomes of them.

use std::collections::BTreeSet;

use events_schema::{
    EventId, Source, Topic,
    orders::{CancelReason, RejectionCode},
    parking::EventDiscarded,
};

use crate::{
    facts::{Scribe, accepted, cancelled, key, rejected},
    stage::{Run, Stage, home},
};

pub fn an_order_stands_on_the_partition_of_its_id(stage: &Stage) {
    for order in ["o-1", "o-2", "o-3"] {
        let run = stage.ctl(&["place", "--sku", "mug", "--quantity", "2", "--order-id", order]).ends_with(0);
        assert_eq!(run.out, format!("{order}  checkout-{}@0\n", home(order)));
    }
    let records = stage.records("checkout");
    let first = records.iter().find(|record| record["key"] == "o-1").unwrap();
    let event = &first["event"];
    assert_eq!(
        (&event["type"], &event["subject"], &event["source"]),
        (&"OrderPlaced".into(), &"o-1".into(), &"cli".into())
    );
    assert_eq!(event["data"]["lines"], serde_json::json!([{ "sku": "mug", "quantity": 2 }]));
    assert_eq!(event["data"]["payment"], serde_json::json!({ "method": "card", "token": "tok_ok" }));
}

pub fn a_file_of_orders_is_placed_line_by_line(stage: &Stage) {
    let data = |id: &str| {
        format!(
            r#"{{"order_id":"{id}","customer_id":"ada","lines":[{{"sku":"mug","quantity":1}}],"payment":{{"method":"card","token":"t"}}}}"#
        )
    };
    let event = format!(r#"{{"type":"OrderPlaced","id":"e-2","data":{}}}"#, data("o-2"));
    let run = stage
        .ctl_reading(&["place", "--file", "-", "--output", "json"], &format!("{}\n\n{event}\n", data("o-1")));
    let receipts: BTreeSet<String> = run
        .ends_with(0)
        .out
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["order_id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(receipts, ["o-1", "o-2"].map(str::to_owned).into());
    let placed = stage.records("checkout");
    assert!(placed.iter().any(|record| record["event"]["id"] == "e-2"), "an id that was given is kept");
}

pub fn many_orders_each_have_their_own_id(stage: &Stage) {
    let run = stage.ctl(&["place", "--line", "mug=1", "--count", "50", "--rate", "1000"]).ends_with(0);
    let ids: BTreeSet<&str> = run.out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(ids.len(), 50);
    assert_eq!(stage.records("checkout").len(), 50);
}

pub fn a_wrong_line_is_told_and_the_lines_before_it_stand(stage: &Stage) {
    let good = r#"{"order_id":"o-1","customer_id":"ada","lines":[],"payment":{"method":"card","token":"t"}}"#;
    let run = stage.ctl_reading(&["place", "--file", "-"], &format!("{good}\nnonsense\n")).ends_with(2);
    assert!(run.err.starts_with("- line 2: expected"), "{run:?}");
    assert_eq!(stage.records("checkout").len(), 1);
}

/// Places o-1 with --wait, answers by `answer` once it stands at the checkout, and returns how that ended.
fn place_and_answer(stage: &Stage, answer: impl FnOnce(&mut Scribe<'_>, EventId)) -> Run {
    let child = stage.start(&["place", "--sku", "mug", "--order-id", "o-1", "--wait", "--timeout", "30"]);
    let placed = stage.await_records("checkout", 1);
    let cause = EventId::from(key(placed[0]["event"]["id"].as_str().unwrap()));
    answer(&mut Scribe::new(stage), cause);
    Run::from(child.wait_with_output().unwrap())
}

pub fn waiting_ends_with_0_when_the_order_completes(stage: &Stage) {
    let run = place_and_answer(stage, |scribe, cause| scribe.completes("o-1", Some(cause))).ends_with(0);
    assert!(run.out.contains("o-1: completed in "), "{run:?}");
}

pub fn waiting_ends_with_3_and_the_reasons_when_it_is_rejected(stage: &Stage) {
    let run = place_and_answer(stage, |scribe, cause| {
        scribe.say(Source::Order, "o-1", Some(cause), &rejected(RejectionCode::UnknownSku, "mug"));
    });
    assert_eq!(
        run.ends_with(3).err,
        "o-1: rejected, unknown_sku mug. The catalog is empty; for samples: orderctl init --sample\n"
    );
}

pub fn waiting_ends_with_4_when_it_is_cancelled(stage: &Stage) {
    let run = place_and_answer(stage, |scribe, cause| {
        let cause = scribe.say(Source::Order, "o-1", Some(cause), &accepted());
        scribe.say(Source::Order, "o-1", Some(cause), &cancelled(CancelReason::PaymentFailed));
    });
    assert_eq!(run.ends_with(4).err, "o-1: cancelled, payment_failed\n");
}

pub fn waiting_ends_with_5_when_nobody_answers(stage: &Stage) {
    let run = stage
        .ctl(&["place", "--sku", "mug", "--order-id", "o-1", "--wait", "--timeout", "300ms"])
        .ends_with(5);
    assert!(run.err.starts_with("o-1: no answer within 300.0 ms"), "{run:?}");
    assert_eq!(run.err.lines().count(), 1);
}

pub fn a_placement_given_up_is_an_order_refused(stage: &Stage) {
    let run = place_and_answer(stage, |scribe, cause| {
        let gone = EventDiscarded {
            topic: "checkout".to_owned(),
            partition: home("o-1"),
            offset: 0,
            reason: "id_reused".to_owned(),
        };
        scribe.say(Source::Order, "o-1", Some(cause), &gone);
    });
    assert_eq!(run.ends_with(3).err, "o-1: rejected, id_reused\n");
}

pub fn a_cancellation_goes_to_the_partition_of_its_order(stage: &Stage) {
    let run = stage.ctl(&["cancel", "o-5", "--reason", "changed my mind"]).ends_with(0);
    assert_eq!(run.out, format!("o-5  {}-{}@0\n", Topic::Checkout, home("o-5")));
    let records = stage.records("checkout");
    assert_eq!(records[0]["event"]["type"], "OrderCancellationRequested");
    assert_eq!(records[0]["event"]["data"]["reason"], "changed my mind");
}
