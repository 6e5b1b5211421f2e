//! S17: order is kept behind a parked record.

use events_schema::Topic;
use serde_json::{Value, json};

use crate::past::{Past, acceptance, placement, reservation};

fn at(offset: i64) -> Value {
    json!({"topic": "checkout", "partition": 0, "offset": offset, "reason": "broken"})
}

/// Two placements of one order; the first is parked.
fn blocked() -> (Past, String, String) {
    let mut past = Past::default();
    let first = past.say(Topic::Checkout, "o-1", "OrderPlaced", placement());
    let second = past.say(Topic::Checkout, "o-1", "OrderPlaced", placement());
    past.order("o-1", "EventParked", at(0));
    (past, first, second)
}

#[test]
fn s17_what_waits_in_order_and_is_taken_in_order_is_sound() {
    let (mut past, first, _) = blocked();
    past.order("o-1", "EventParked", at(1));
    let refused = json!({"reasons": []});
    past.answer(Topic::Orders, "o-1", "OrderRejected", refused, &first);
    past.order("o-1", "EventResumed", at(0));
    past.order("o-1", "EventResumed", at(1));
    past.holds();
}

#[test]
fn s17_a_later_record_that_is_taken_first_is_refused() {
    let (mut past, _, second) = blocked();
    past.answer(Topic::Orders, "o-1", "OrderAccepted", acceptance(), &second);
    past.breaks_at_once("S17", "o-1", &["OrderAccepted orders-0@1"]);
}

#[test]
fn s17_a_later_record_may_not_even_speak_of_somebody_else() {
    let (mut past, _, second) = blocked();
    past.answer(Topic::Orders, "o-2", "OrderAccepted", acceptance(), &second);
    past.breaks_at_once("S17", "o-1", &["OrderAccepted orders-0@1"]);
}

#[test]
fn s17_a_later_record_that_is_resumed_first_is_refused() {
    let (mut past, ..) = blocked();
    past.order("o-1", "EventParked", at(1));
    past.order("o-1", "EventResumed", at(1));
    past.breaks_at_once("S17", "o-1", &["EventResumed orders-0@2"]);
}

#[test]
fn s17_records_of_others_pass_even_when_they_speak_of_the_blocked_one() {
    let mut past = Past::default();
    past.stocked();
    past.accepted("o-1");
    past.goods(
        "o-1",
        "EventParked",
        json!({"topic": "orders", "partition": 0, "offset": 9, "reason": "broken"}),
    );
    let transfer = past.history.of(Topic::StockTransfers).last().unwrap().id.as_str().to_owned();
    past.answer(Topic::Inventory, "o-1", "StockReserved", reservation(), &transfer);
    past.holds();
}
