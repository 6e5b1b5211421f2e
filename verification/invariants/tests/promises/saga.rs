//! S7 and S8: one ending, reached by its steps.

use events_schema::Topic;
use serde_json::json;

use crate::past::{Past, acceptance, cancellation, lines, placement};

#[test]
fn s7_an_order_that_was_accepted_and_rejected_is_refused() {
    let mut past = Past::default();
    past.accepted("o-1");
    past.order("o-1", "OrderRejected", json!({"reasons": []}));
    past.breaks_at_once("S7", "o-1", &["OrderAccepted orders-0@0", "OrderRejected orders-0@1"]);
}

#[test]
fn s7_an_order_with_two_endings_is_refused() {
    let mut past = Past::default();
    past.stocked();
    past.sold("o-1");
    past.order("o-1", "OrderCancelled", cancellation());
    past.breaks_at_once("S7", "o-1", &["OrderCompleted orders-0@2", "OrderCancelled orders-0@3"]);
}

#[test]
fn s7_an_ending_without_a_beginning_is_refused() {
    let mut past = Past::default();
    past.order("o-1", "OrderCancelled", cancellation());
    past.breaks_at_once("S7", "o-1", &["OrderCancelled orders-0@0"]);
}

#[test]
fn s7_an_order_that_never_ends_is_refused_once_everything_has_settled() {
    let mut past = Past::default();
    past.accepted("o-1");
    past.breaks("S7", "o-1", &["OrderAccepted orders-0@0"]);
}

#[test]
fn s7_a_placement_without_an_answer_is_refused_once_everything_has_settled() {
    let mut past = Past::default();
    past.say(Topic::Checkout, "o-1", "OrderPlaced", placement());
    past.breaks("S7", "o-1", &["OrderPlaced checkout-0@0"]);
}

#[test]
fn s7_an_order_behind_a_parked_record_need_not_end_and_one_behind_forwarding_must() {
    let mut past = Past::default();
    past.say(Topic::Checkout, "o-1", "OrderPlaced", placement());
    let at = json!({"topic": "checkout", "partition": 0, "offset": 0, "reason": "broken"});
    past.order("o-1", "EventParked", at.clone());
    past.holds();
    past.order("o-1", "EventResumed", at);
    past.breaks("S7", "o-1", &["OrderPlaced checkout-0@0"]);
    let mut past = Past::default();
    past.say(Topic::Checkout, "o-2", "OrderPlaced", placement());
    past.order("o-2", "EventForwarded", json!({"topic": "checkout", "partition": 0, "offset": 0, "to": 1}));
    past.breaks("S7", "o-2", &["OrderPlaced checkout-0@0"]);
}

#[test]
fn s7_giving_garbage_up_is_no_excuse_for_the_order() {
    let mut past = Past::default();
    let offset = past.raw(Topic::Checkout, "o-1", b"not an event");
    past.say(Topic::Checkout, "o-1", "OrderPlaced", placement());
    let at = json!({"topic": "checkout", "partition": 0, "offset": offset, "reason": "asked by op"});
    past.order("o-1", "EventParked", at.clone());
    past.order("o-1", "EventDiscarded", at);
    past.order("o-1", "OrderAccepted", acceptance());
    past.breaks("S7", "o-1", &["OrderAccepted orders-0@2"]);
}

#[test]
fn s8_a_confirmation_without_a_capture_is_refused() {
    let mut past = Past::default();
    past.accepted("o-1");
    past.order("o-1", "OrderConfirmed", json!({}));
    past.breaks_at_once("S8", "o-1", &["OrderConfirmed orders-0@1"]);
}

#[test]
fn s8_a_shipment_without_a_confirmation_is_refused() {
    let mut past = Past::default();
    past.stocked();
    past.accepted("o-1");
    past.reserved("o-1");
    past.goods("o-1", "StockShipped", json!({"lines": lines()}));
    past.breaks_at_once("S8", "o-1", &["StockShipped inventory-0@4"]);
}

#[test]
fn s8_a_completion_without_a_shipment_is_refused() {
    let mut past = Past::default();
    past.accepted("o-1");
    past.order("o-1", "OrderCompleted", json!({}));
    past.breaks_at_once("S8", "o-1", &["OrderCompleted orders-0@1"]);
}
