//! What is judged from the log alone.

use events_schema::Topic;
use serde_json::json;

use crate::{past::Past, stage::Stage};

pub fn a_sound_log_holds(stage: &Stage) {
    let mut past = Past::new(stage);
    past.stocked();
    past.sold("o-1");
    past.sold("o-2");
    stage.all_taken();
    let told = stage.audit(&["--output", "json"]).ends_with(0).lines();
    for promise in ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S11", "S12"] {
        assert_eq!(told[promise]["breaches"], 0, "{}", told[promise]);
        assert!(told[promise]["checked"].as_u64() > Some(0), "{}", told[promise]);
    }
    let summary = &told["summary"];
    assert_eq!((&summary["settled"], &summary["broken"]), (&json!(true), &json!([])), "{summary}");
    let read = &summary["read"];
    assert_eq!(
        (&read["partitions"], &read["events"], &read["offsets"]),
        (&json!(24), &json!(21), &json!(21))
    );
    assert_eq!(read["of_offsets"], read["offsets"]);
}

pub fn a_double_charge_is_named_with_its_order_its_events_and_its_story(stage: &Stage) {
    let mut past = Past::new(stage);
    past.stocked();
    past.sold("o-1");
    let started = past.sold("o-2");
    past.captured("o-2", &started);
    let told = stage.audit(&["--output", "json"]).ends_with(1).lines();
    let (s4, worst) = (&told["S4"], &told["S4"]["worst"]);
    assert_eq!((&s4["breaches"], &worst["subject"]), (&json!(1), &json!("o-2")), "{s4}");
    let shown = json!(["PaymentCaptured payments-0@3", "PaymentCaptured payments-0@4"]);
    assert_eq!((&worst["events"], &worst["what"]), (&shown, &json!("charged 2 times")));
    let story: Vec<&str> = worst["story"]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["event"].as_str().unwrap())
        .collect();
    assert_eq!((story.len(), story[0], story[8]), (9, "OrderPlaced", "PaymentCaptured"), "{story:?}");
    assert!(told["summary"]["broken"].as_array().unwrap().contains(&json!("S4")));
}

pub fn an_event_without_its_cause_is_told_and_hides_nothing(stage: &Stage) {
    let mut past = Past::new(stage);
    past.stocked();
    past.say(Topic::Payments, "o-0", "PaymentFailed", Some("nobody"), json!({"reason": "declined"}));
    past.sold("o-1");
    let told = stage.audit(&["--output", "json"]).ends_with(1).lines();
    assert_eq!(told["S11"]["worst"]["subject"], "o-0", "{}", told["S11"]);
    assert_eq!(told["summary"]["read"]["events"], 14);
}

pub fn what_is_no_event_is_counted(stage: &Stage) {
    Past::new(stage).stocked();
    stage.write(Topic::Checkout, "o-1", b"no event");
    let told = stage.audit(&["--output", "json"]).ends_with(0).lines();
    assert_eq!(told["summary"]["read"]["unreadable"], 1);
}

pub fn a_page_for_people_says_the_same(stage: &Stage) {
    let mut past = Past::new(stage);
    past.stocked();
    let started = past.sold("o-1");
    past.captured("o-1", &started);
    let page = stage.audit(&[]).ends_with(1).out;
    for said in
        ["S4   BROKEN 1 of ", "o-1, 1 times: charged 2 times [PaymentCaptured payments-0@1", "BROKEN: S4"]
    {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(page.contains("14 of 14 offsets (100 %), 14 events, 0 unreadable"), "{page}");
}
