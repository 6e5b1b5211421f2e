//! Looking at orders and topics.

use std::io::{BufRead, BufReader};

use events_schema::{
    Source, Topic,
    orders::{CancelReason, OrderConfirmed, RejectionCode},
};

use crate::{
    facts::{Scribe, accepted, cancelled, rejected},
    stage::{Run, Stage, home},
};

pub fn a_completed_order_is_traced_over_all_services(stage: &Stage) {
    stage.ctl(&["place", "--sku", "mug", "--quantity", "2", "--order-id", "o-1"]).ends_with(0);
    let placed = stage.records("checkout");
    let cause = placed[0]["event"]["id"].as_str().unwrap().parse::<events_schema::Key>().unwrap().into();
    let mut scribe = Scribe::new(stage);
    scribe.completes("o-1", Some(cause));
    scribe.completes("o-2", None);
    let text = stage.ctl(&["trace", "o-1", "--layout", "list"]).ends_with(0).out;
    assert!(text.starts_with(&format!("order o-1 · partition {} · completed after ", home("o-1"))), "{text}");
    assert!(text.contains("customer ada · goods shipped · money 24.00 EUR captured"), "{text}");
    let json = stage.ctl(&["trace", "o-1", "--output", "json"]).ends_with(0).json();
    let events: Vec<&str> =
        json["events"].as_array().unwrap().iter().map(|e| e["event"].as_str().unwrap()).collect();
    let saga = [
        "OrderPlaced",
        "OrderAccepted",
        "StockReserved",
        "PaymentStarted",
        "PaymentCaptured",
        "OrderConfirmed",
        "StockShipped",
        "OrderCompleted",
    ];
    assert_eq!(events, saga);
    assert_eq!((&json["status"], &json["events"][2]["since_cause"]), (&"completed".into(), &1.0.into()));
}

pub fn a_placement_gone_astray_is_found(stage: &Stage) {
    let astray = (home("o-9") + 1) % crate::stage::PARTITIONS;
    let typed = br#"{"type":"OrderPlaced","data":{"order_id":"o-9","customer_id":"ada","lines":[],"payment":{"method":"card","token":"t"}}}"#;
    stage.write(Topic::Checkout, astray, "", typed, &[]);
    let json = stage.ctl(&["trace", "o-9", "--output", "json"]).ends_with(0).json();
    assert_eq!((&json["events"][0]["partition"], &json["status"]), (&astray.into(), &"placed".into()));
}

pub fn an_unknown_order_is_told_from_an_empty_one(stage: &Stage) {
    Scribe::new(stage).completes("o-1", None);
    let run = stage.ctl(&["trace", "o-77"]).ends_with(66);
    assert!(run.err.starts_with("o-77: no such order on "), "{run:?}");
    let young = "01a2047f-d1c1-724b-8853-609dc472401d";
    stage.ctl(&["trace", young]).ends_with(66);
}

pub fn orders_are_listed_by_where_they_stand(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    scribe.completes("o-done", None);
    scribe.say(Source::Order, "o-open", None, &accepted());
    scribe.say(Source::Order, "o-paid", None, &accepted());
    scribe.say(Source::Order, "o-paid", None, &OrderConfirmed {});
    scribe.say(Source::Order, "o-gone", None, &cancelled(CancelReason::Expired));
    scribe.say(Source::Order, "o-bad", None, &rejected(RejectionCode::BadQuantity, "mug: 0"));
    let listed = |status: &str| {
        let json = stage.ctl(&["list", "--status", status, "--output", "json"]).ends_with(0).json();
        json.as_array()
            .unwrap()
            .iter()
            .map(|order| order["order_id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let by_status = ["completed", "pending", "processing", "cancelled", "rejected"].map(listed);
    assert_eq!(
        by_status,
        [["o-done"], ["o-open"], ["o-paid"], ["o-gone"], ["o-bad"]]
            .map(|ids| ids.map(str::to_owned).to_vec())
    );
    let run = stage.ctl(&["list", "--limit", "2"]).ends_with(0);
    assert_eq!(run.out.lines().count(), 3, "a head and two orders: {}", run.out);
    assert!(run.out.lines().nth(1).unwrap().starts_with("o-bad "), "the newest first: {}", run.out);
    assert_eq!(run.err, "3 more; show them with --limit\n");
}

pub fn tail_shows_what_is_there_and_ends(stage: &Stage) {
    Scribe::new(stage).completes("o-1", None);
    Scribe::new(stage).completes("o-2", None);
    let run = stage
        .ctl(&["tail", "orders", "payments", "--from-beginning", "--until-end", "--key", "o-1"])
        .ends_with(0);
    assert_eq!(run.out.lines().count(), 5, "{}", run.out);
    assert!(run.out.lines().all(|line| line.contains("  o-1")), "{}", run.out);
    assert!(
        stage.ctl(&["tail", "orders", "--until-end"]).ends_with(0).out.is_empty(),
        "nothing comes after the end"
    );
}

pub fn a_value_over_several_lines_stays_one_line_of_json(stage: &Stage) {
    stage.write(Topic::Checkout, 0, "o-1", b"{\"type\":\n\"OrderPlaced\"}", &[("who", "kcat")]);
    stage.write(Topic::Checkout, 0, "o-1", b"no json", &[]);
    let records = stage.records("checkout");
    assert_eq!(
        (&records[0]["event"]["type"], &records[0]["headers"]["who"]),
        (&"OrderPlaced".into(), &"kcat".into())
    );
    assert_eq!(records[1]["text"], "no json");
}

pub fn a_closed_pipe_ends_it_quietly(stage: &Stage) {
    // More than a pipe holds, so that writing must fail once nobody reads.
    stage.ctl(&["place", "--line", "mug=1", "--count", "2000"]).ends_with(0);
    let mut child = stage.start(&["tail", "checkout", "--from-beginning", "--until-end", "--output", "json"]);
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with('{'));
    let run = Run::from(child.wait_with_output().unwrap()).ends_with(0);
    assert_eq!(run.err, "");
}

pub fn ctrl_c_ends_tail_with_130(stage: &Stage) {
    stage.ctl(&["place", "--line", "mug=1"]).ends_with(0);
    let mut child = stage.start(&["tail", "checkout", "--from-beginning"]);
    // Its first line says that it listens to signals by now.
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let run = Run::from(child.wait_with_output().unwrap()).ends_with(130);
    assert_eq!(run.err, "interrupted\n");
}
