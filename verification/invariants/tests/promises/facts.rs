//! S12: no fact stands there twice.

use events_schema::Topic;
use serde_json::json;

use crate::past::{Past, cancellation, placement};

#[test]
fn s12_an_id_that_stands_twice_on_its_own_topic_is_refused() {
    let mut past = Past::default();
    past.accepted("o-1");
    let refused = json!({"reason": "already_ended"});
    past.write(Topic::Orders, "o-1", "OrderCancellationRefused", refused.clone(), "twin", None);
    past.write(Topic::Orders, "o-1", "OrderCancellationRefused", refused, "twin", None);
    past.breaks_at_once("S12", "o-1", &["OrderCancellationRefused orders-0@2", "first orders-0@1"]);
}

#[test]
fn s12_a_fact_that_may_be_said_once_is_refused_under_another_id() {
    let mut past = Past::default();
    past.accepted("o-1");
    past.order("o-1", "OrderCancelled", cancellation());
    past.order("o-1", "OrderCancelled", cancellation());
    past.breaks_at_once("S12", "o-1", &["OrderCancelled orders-0@2", "first orders-0@1"]);
}

#[test]
fn s12_what_outsiders_repeat_is_no_fact_of_ours() {
    let mut past = Past::default();
    past.stocked();
    past.sold("o-1");
    past.write(Topic::Checkout, "o-1", "OrderPlaced", placement(), "e-4", None);
    past.holds();
}
