//! Records a service could not take.

use events_schema::{Source, Topic, parking::EventDiscarded};

use crate::{
    facts::Scribe,
    stage::{Stage, home},
};

/// Writes a record as a service sets it aside.
fn set_aside(stage: &Stage, topic: Topic, service: &str) {
    let partition = home("o-1").to_string();
    let headers = [
        ("own", "kept"),
        ("parked-service", service),
        ("parked-subject", "o-1"),
        ("parked-topic", "checkout"),
        ("parked-partition", &partition),
        ("parked-offset", "17"),
        ("parked-reason", "data of OrderPlaced: no lines"),
        ("parked-at", "2026-01-02T03:04:05.678Z"),
    ];
    stage.write(topic, home("o-1"), "o-1", br#"{"type":"OrderPlaced","data":{}}"#, &headers);
}

pub fn a_parked_record_is_listed_shown_and_resumed_where_it_stands(stage: &Stage) {
    set_aside(stage, Topic::OrderParked, "order");
    let partition = home("o-1");
    let list = stage.ctl(&["parked", "list", "--output", "json"]).ends_with(0).json();
    let row = &list[0];
    assert_eq!(
        (&row["service"], &row["subject"], &row["state"]),
        (&"order".into(), &"o-1".into(), &"waiting".into())
    );
    assert_eq!((&row["partition"], &row["offset"]), (&partition.into(), &17.into()));
    let page = stage.ctl(&["parked", "show", &format!("checkout-{partition}@17")]).ends_with(0).out;
    for line in
        ["reason   data of OrderPlaced: no lines", "since    2026-01-02 03:04:05.678", "header   own: kept"]
    {
        assert!(page.contains(line), "{line} in {page}");
    }
    let run = stage.ctl(&["parked", "resume", "o-1", "--reason", "fixed", "--by", "ada"]).ends_with(0);
    assert_eq!(run.out, format!("o-1  ParkedResumeRequested  operations-{partition}@0\n"));
    let asked = stage.records("operations");
    assert_eq!(
        asked[0]["event"]["data"],
        serde_json::json!({ "service": "order", "by": "ada", "reason": "fixed" })
    );
    stage.ctl(&["parked", "discard", "o-1"]).ends_with(2);
    stage.ctl(&["parked", "discard", "o-1", "--reason", "a test"]).ends_with(0);
    stage.ctl(&["parked", "resume", "o-2"]).ends_with(66);
}

pub fn a_dry_run_writes_nothing_and_shows_what_waits(stage: &Stage) {
    set_aside(stage, Topic::OrderParked, "order");
    let run = stage.ctl(&["parked", "resume", "o-1", "--dry-run"]).ends_with(0);
    let partition = home("o-1");
    assert_eq!(
        run.out,
        format!(
            "nothing is written; order would be asked to\n\
             resume checkout-{partition}@17  OrderPlaced  data of OrderPlaced: no lines\n"
        )
    );
    let args = ["parked", "discard", "o-1", "--dry-run", "--reason", "a test", "--output", "json"];
    assert_eq!(stage.ctl(&args).ends_with(0).json()[0]["offset"], 17);
    assert!(stage.records("operations").is_empty());
    let list = stage.ctl(&["parked", "list"]).ends_with(0);
    assert!(list.err.starts_with("1 wait: 1 at order; the oldest for "), "{list:?}");
}

pub fn a_decided_record_waits_no_more(stage: &Stage) {
    set_aside(stage, Topic::OrderParked, "order");
    let gone = EventDiscarded {
        topic: "checkout".to_owned(),
        partition: home("o-1"),
        offset: 17,
        reason: "a test".to_owned(),
    };
    Scribe::new(stage).say(Source::Order, "o-1", None, &gone);
    assert_eq!(stage.ctl(&["parked", "list"]).ends_with(0).out, "no parked record waits\n");
    let all = stage.ctl(&["parked", "list", "--all", "--output", "json"]).ends_with(0).json();
    assert_eq!(all[0]["state"], "discarded");
    stage.ctl(&["parked", "resume", "o-1"]).ends_with(66);
}

pub fn a_subject_parked_at_two_services_must_be_told_apart(stage: &Stage) {
    set_aside(stage, Topic::OrderParked, "order");
    set_aside(stage, Topic::PaymentParked, "payment");
    let run = stage.ctl(&["parked", "resume", "o-1"]).ends_with(2);
    assert!(run.err.contains("choose with --service"), "{run:?}");
    stage.ctl(&["parked", "resume", "o-1", "--service", "payment"]).ends_with(0);
    assert_eq!(stage.records("operations")[0]["event"]["data"]["service"], "payment");
}
