//! What may be judged when: some promises are about the end.

use serde_json::json;

use crate::{past::Past, stage::Stage};

pub fn the_end_is_not_judged_while_somebody_is_behind(stage: &Stage) {
    let mut past = Past::new(stage);
    past.stocked();
    past.sold("o-1");
    past.placed("o-2");
    let told = stage.audit(&["--output", "json"]).ends_with(0).lines();
    let summary = &told["summary"];
    assert_eq!(summary["settled"], false);
    assert_eq!(summary["under_way"]["behind"][0]["service"], "order", "{summary}");
    assert!(summary["not_judged"].as_array().unwrap().contains(&json!("S5")), "{summary}");
}

pub fn a_shop_that_does_not_settle_in_time_ends_with_5_and_says_who_is_behind(stage: &Stage) {
    let mut past = Past::new(stage);
    past.stocked();
    stage.all_taken();
    past.placed("o-1");
    let page = stage.audit(&["--settle-within", "300ms"]).ends_with(5).out;
    assert!(page.contains("order is behind in 1 partitions; in checkout-0 it is at 0"), "{page}");
}

pub fn an_order_that_never_ends_is_held_against_the_promises(stage: &Stage) {
    let mut past = Past::new(stage);
    past.stocked();
    past.placed("o-1");
    stage.all_taken();
    let told = stage.audit(&["--output", "json"]).ends_with(0).lines();
    assert_eq!(told["summary"]["under_way"]["for_one"], "o-1", "{}", told["summary"]);
    let told = stage.audit(&["--output", "json", "--settle-within", "300ms"]).ends_with(1).lines();
    assert_eq!(told["S7"]["worst"]["subject"], "o-1", "{}", told["S7"]);
}
