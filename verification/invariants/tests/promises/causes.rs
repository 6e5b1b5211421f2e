//! S10, S11 and S16: nothing undone without need, nothing without a cause.

use events_schema::{EventId, Topic};
use invariants::Evidence;
use serde_json::json;

use crate::past::{Past, acceptance, allotment, cancellation, capture, placement, release, reservation};

#[test]
fn s10_a_release_of_what_was_never_reserved_is_refused() {
    let mut past = Past::default();
    past.accepted("o-1");
    past.order("o-1", "OrderCancelled", cancellation());
    past.goods("o-1", "StockReleased", release());
    past.breaks_at_once("S10", "o-1", &["StockReleased inventory-0@0"]);
}

#[test]
fn s10_a_refund_that_begins_before_the_capture_is_refused() {
    let mut past = Past::default();
    past.accepted("o-1");
    past.order("o-1", "OrderCancelled", cancellation());
    past.money("o-1", "RefundStarted", capture(400));
    past.captured("o-1");
    past.breaks_at_once("S10", "o-1", &["RefundStarted payments-0@0"]);
}

#[test]
fn s10_a_confirmed_order_that_is_voided_is_refused() {
    let mut past = Past::default();
    past.stocked();
    past.sold("o-1");
    past.money("o-1", "PaymentVoided", json!({}));
    past.breaks_at_once("S10", "o-1", &["OrderConfirmed orders-0@1", "PaymentVoided payments-0@2"]);
}

#[test]
fn s10_a_void_that_comes_before_anything_is_a_mark_and_sound() {
    let mut past = Past::default();
    past.accepted("o-1");
    past.say(Topic::Checkout, "o-1", "OrderCancellationRequested", json!({}));
    past.order("o-1", "OrderCancelled", cancellation());
    past.money("o-1", "PaymentVoided", json!({}));
    past.holds();
}

#[test]
fn s11_a_fact_that_names_no_cause_is_refused() {
    let mut past = Past::default();
    past.order("o-1", "OrderAccepted", acceptance());
    past.breaks_at_once("S11", "o-1", &["OrderAccepted orders-0@0"]);
}

#[test]
fn s11_a_fact_that_names_the_wrong_kind_of_cause_is_refused() {
    let mut past = Past::default();
    let placed = past.say(Topic::Checkout, "o-1", "OrderPlaced", placement());
    past.answer(Topic::Orders, "o-1", "OrderConfirmed", json!({}), &placed);
    past.breaks_at_once("S11", "o-1", &["OrderConfirmed orders-0@0", "OrderPlaced checkout-0@0"]);
}

#[test]
fn s11_a_fact_caused_by_another_order_is_refused() {
    let mut past = Past::default();
    let placed = past.say(Topic::Checkout, "o-2", "OrderPlaced", placement());
    past.answer(Topic::Orders, "o-1", "OrderAccepted", acceptance(), &placed);
    past.breaks_at_once("S11", "o-1", &["OrderAccepted orders-0@0", "OrderPlaced checkout-0@0"]);
}

#[test]
fn s11_stock_reserved_because_of_an_order_that_shares_no_sku_is_refused() {
    let mut past = Past::default();
    past.stocked();
    past.accepted("o-1");
    let placed = past.say(Topic::Checkout, "o-2", "OrderPlaced", placement());
    let mut other = acceptance();
    other["lines"][0]["sku"] = json!("cup");
    let accepted = past.answer(Topic::Orders, "o-2", "OrderAccepted", other, &placed);
    past.answer(Topic::Inventory, "o-1", "StockReserved", reservation(), &accepted);
    past.breaks_at_once("S11", "o-1", &["StockReserved inventory-0@3", "OrderAccepted orders-0@1"]);
}

#[test]
fn s11_causes_that_turn_in_a_circle_are_refused() {
    let mut past = Past::default();
    past.write(Topic::Inventory, "o-1", "StockShipped", json!({"lines": []}), "a", Some("c"));
    past.write(Topic::Orders, "o-1", "OrderConfirmed", json!({}), "c", Some("d"));
    past.write(Topic::Payments, "o-1", "PaymentCaptured", capture(400), "d", Some("e"));
    past.write(Topic::Payments, "o-1", "PaymentStarted", crate::past::start(), "e", Some("a"));
    past.breaks_at_once("S11", "o-1", &["PaymentStarted payments-0@1"]);
    let mut past = Past::default();
    past.write(Topic::StockTransfers, "mug", "StockReturned", back(), "b", None);
    past.write(Topic::Inventory, "mug", "StockAllotted", allotment(1), "a", Some("b"));
    past.write(Topic::StockTransfers, "mug", "StockAllotted", allotment(1), "a", Some("b"));
    past.write(Topic::Inventory, "mug", "StockReturned", back(), "b", Some("a"));
    past.breaks_at_once("S11", "mug", &["StockAllotted inventory-0@0", "StockReturned inventory-0@1"]);
}

fn back() -> serde_json::Value {
    json!({"shelf": 0, "quantity": 1, "recalled": false})
}

#[test]
fn s11_a_copy_without_its_original_is_refused() {
    let mut past = Past::default();
    past.stocked();
    past.write(Topic::StockTransfers, "mug", "StockAllotted", allotment(10), "forged", None);
    past.breaks("S11", "mug", &["StockAllotted stock-transfers-0@1"]);
}

#[test]
fn s16_a_fact_whose_cause_was_aborted_is_refused() {
    let mut past = Past::default();
    past.answer(Topic::Orders, "o-1", "OrderConfirmed", json!({}), "gone");
    let aborted = [EventId::from("gone".parse::<events_schema::Key>().unwrap())];
    let with = |evidence| Evidence { aborted: &aborted, ..evidence };
    past.breaks_with("S16", "o-1", &["OrderConfirmed orders-0@0"], with);
}

#[test]
fn s16_a_fact_whose_cause_is_nowhere_is_refused() {
    let mut past = Past::default();
    past.stocked();
    past.sold("o-1");
    past.answer(Topic::Inventory, "mug", "StockShelved", crate::past::shelving(0), "nowhere");
    past.breaks_at_once("S16", "mug", &["StockShelved inventory-0@5"]);
}

#[test]
fn s16_what_was_aborted_and_said_again_under_the_same_id_is_sound() {
    let mut past = Past::default();
    past.stocked();
    past.sold("o-1");
    let aborted: Vec<EventId> = past.history.all().map(|event| event.id).collect();
    past.holds_with(|evidence| Evidence { aborted: &aborted, ..evidence });
}
