//! S4, S5 and S6: money.

use serde_json::json;

use crate::past::{Past, cancellation, capture, release};

#[test]
fn s4_an_order_charged_twice_is_refused() {
    let mut past = Past::default();
    past.stocked();
    past.sold("o-1");
    past.captured("o-1");
    past.breaks_at_once("S4", "o-1", &["PaymentCaptured payments-0@1", "PaymentCaptured payments-0@2"]);
}

#[test]
fn s4_another_amount_than_the_accepted_total_is_refused() {
    let mut past = Past::default();
    past.stocked();
    past.accepted("o-1");
    past.money("o-1", "PaymentCaptured", capture(401));
    past.breaks_at_once("S4", "o-1", &["PaymentCaptured payments-0@0"]);
}

#[test]
fn s4_money_for_an_order_that_was_rejected_is_refused() {
    let mut past = Past::default();
    past.order("o-1", "OrderRejected", json!({"reasons": []}));
    past.captured("o-1");
    past.breaks_at_once("S4", "o-1", &["PaymentCaptured payments-0@0"]);
}

#[test]
fn s5_a_completed_order_that_was_refunded_is_refused() {
    let mut past = Past::default();
    past.stocked();
    past.sold("o-1");
    past.money("o-1", "PaymentRefunded", capture(400));
    past.breaks("S5", "o-1", &["PaymentCaptured payments-0@1", "PaymentRefunded payments-0@2"]);
}

#[test]
fn s5_a_completed_order_nobody_paid_is_refused() {
    let mut past = Past::default();
    past.accepted("o-1");
    past.order("o-1", "OrderCompleted", json!({}));
    past.breaks("S5", "o-1", &[]);
}

#[test]
fn s5_a_cancelled_order_whose_money_was_kept_is_refused() {
    let mut past = Past::default();
    past.accepted("o-1");
    past.order("o-1", "OrderCancelled", cancellation());
    past.captured("o-1");
    past.breaks("S5", "o-1", &["PaymentCaptured payments-0@0"]);
}

#[test]
fn s6_a_refund_without_a_capture_is_refused() {
    let mut past = Past::default();
    past.accepted("o-1");
    past.money("o-1", "PaymentRefunded", capture(400));
    past.breaks_at_once("S6", "o-1", &["PaymentRefunded payments-0@0"]);
}

#[test]
fn s6_a_refund_of_less_than_was_captured_is_refused() {
    let mut past = Past::default();
    past.accepted("o-1");
    past.captured("o-1");
    past.money("o-1", "PaymentRefunded", capture(399));
    past.breaks_at_once("S6", "o-1", &["PaymentRefunded payments-0@1"]);
}

#[test]
fn s6_a_second_refund_is_refused() {
    let mut past = Past::default();
    past.stocked();
    past.undone("o-1");
    past.money("o-1", "PaymentRefunded", capture(400));
    past.breaks_at_once("S6", "o-1", &["PaymentRefunded payments-0@3", "PaymentRefunded payments-0@4"]);
}

#[test]
fn s9_a_cancelled_order_that_still_holds_mugs_is_refused() {
    let mut past = Past::default();
    past.stocked();
    past.accepted("o-1");
    past.reserved("o-1");
    past.order("o-1", "OrderCancelled", cancellation());
    past.breaks("S9", "o-1", &["StockReserved inventory-0@3"]);
}

#[test]
fn s9_a_cancelled_order_whose_money_was_kept_is_refused() {
    let mut past = Past::default();
    past.stocked();
    past.accepted("o-1");
    past.reserved("o-1");
    past.order("o-1", "OrderCancelled", cancellation());
    past.goods("o-1", "StockReleased", release());
    past.captured("o-1");
    past.breaks("S9", "o-1", &["PaymentCaptured payments-0@0"]);
}
