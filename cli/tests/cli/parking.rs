//! Records a service could not take.

use events_schema::{Source, Topic, parking::EventDiscarded};

use crate::{
    facts::Scribe,
    stage::{Run, Stage, home},
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

/// Runs `parked edit o-1` with this event as the corrected one.
fn edit(stage: &Stage, event: &str, more: &[&str]) -> Run {
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/corrected.json");
    let file = format!("{file}.{}", std::thread::current().name().unwrap_or_default().replace("::", "-"));
    std::fs::write(&file, event).unwrap();
    stage.ctl(&[&["parked", "edit", "o-1", "--with", &file], more].concat())
}

pub fn a_corrected_event_names_the_one_whose_place_it_takes(stage: &Stage) {
    set_aside(stage, Topic::OrderParked, "order");
    let partition = home("o-1");
    let event = r#"{"type":"OrderCancellationRequested","id":"e-1","data":{}}"#;
    let because = ["--reason", "a slip", "--by", "ada", "--timeout", "1"];
    let preview = edit(stage, event, &[&because[..], &["--dry-run"]].concat()).ends_with(0).out;
    assert!(
        preview.ends_with(&format!("with a OrderCancellationRequested on checkout-{partition}\n")),
        "{preview}"
    );
    assert!(stage.records("checkout").is_empty());
    let run = edit(stage, event, &because).ends_with(5);
    assert!(run.err.contains(&format!("order has not taken checkout-{partition}@0 within 1s")), "{run:?}");
    let written = &stage.records("checkout")[0];
    assert_eq!(
        (&written["event"]["id"], &written["headers"]["corrects"]),
        (&"e-1".into(), &"17".into()),
        "{written}"
    );
    assert!(stage.records("operations").is_empty(), "nobody is asked for another try of the garbage");
}

pub fn a_correction_that_is_none_is_refused(stage: &Stage) {
    set_aside(stage, Topic::OrderParked, "order");
    let because = ["--reason", "a slip"];
    for (event, complaint) in [
        ("{", "not JSON"),
        (r#"{"type":"OrderPlaced","data":{"lines":7}}"#, "data of OrderPlaced"),
        (r#"{"type":"StockReceived","data":{"quantity":1}}"#, "no event of checkout"),
        (
            r#"{"type":"OrderCancellationRequested","subject":"o-2","data":{}}"#,
            "it is about o-2, but o-1 is blocked",
        ),
    ] {
        let run = edit(stage, event, &because).ends_with(65);
        assert!(run.err.contains(complaint), "{run:?}");
    }
    edit(stage, "{}", &[]).ends_with(2);
    stage.ctl(&["parked", "edit", "o-1", "--with", "no-such-file", "--reason", "a slip"]).ends_with(66);
    assert!(stage.records("checkout").is_empty());
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
