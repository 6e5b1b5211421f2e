//! Stories of records that could not be taken: their order waits, in order, until somebody looks after it.

use events_schema::{Place, Source, Topic, checkout::OrderCancellationRequested, orders::CancelReason};
use invariants::Fate;
use simulator::Shop;

use crate::shop::{a_while, assert_story, ended, key, mugs, shop};

#[test]
fn what_waits_behind_a_parked_record_is_taken_in_order_once_that_is_resumed() {
    let mut shop = shop();
    shop.break_on(Source::Inventory, key("o-1"), true);
    shop.place(key("o-1"), "tok_ok", &mugs(1));
    a_while(&mut shop);
    shop.cancel(key("o-1"));
    a_while(&mut shop);
    shop.break_on(Source::Inventory, key("o-1"), false);
    shop.operate(Source::Inventory, key("o-1"), 0, false);
    ended(&mut shop);
    assert_story(
        &shop,
        "o-1",
        &[
            "OrderPlaced",
            "OrderAccepted",
            "EventParked (orders: deciding panicked: a planted fault)",
            "OrderCancellationRequested",
            "OrderCancelled (customer_request)",
            "EventParked (orders: behind an earlier parked record)",
            "PaymentVoided",
            "ParkedResumeRequested",
            "StockReserved",
            "EventResumed (orders)",
            "StockReleased (order_cancelled)",
            "EventResumed (orders)",
        ],
    );
}

#[test]
fn another_order_passes_a_parked_one() {
    let mut shop = shop();
    shop.break_on(Source::Inventory, key("o-1"), true);
    shop.place(key("o-1"), "tok_ok", &mugs(1));
    shop.place(key("o-2"), "tok_ok", &mugs(1));
    a_while(&mut shop);
    let told = simulator::story(&shop.history(), key("o-2"));
    assert_eq!(told.last().map(String::as_str), Some("OrderCompleted"));
}

#[test]
fn garbage_under_an_orders_key_is_given_up_and_the_order_goes_its_way() {
    let mut shop = shop();
    shop.garbage(Topic::Checkout, key("o-1"), 0);
    shop.place(key("o-1"), "tok_ok", &mugs(1));
    a_while(&mut shop);
    shop.operate(Source::Order, key("o-1"), 0, true);
    ended(&mut shop);
    assert_story(
        &shop,
        "o-1",
        &[
            "OrderPlaced",
            "EventParked (checkout: not JSON: expected ident at line 1 column 2)",
            "EventParked (checkout: behind an earlier parked record)",
            "ParkedDiscardRequested",
            "EventDiscarded (checkout: asked by op)",
            "OrderAccepted",
            "EventResumed (checkout)",
            "StockReserved",
            "PaymentStarted",
            "PaymentCaptured",
            "OrderConfirmed",
            "StockShipped",
            "OrderCompleted",
        ],
    );
}

#[test]
fn a_corrected_event_is_taken_in_the_place_of_the_garbage_before_what_waited_behind_it() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_late", &mugs(1));
    a_while(&mut shop);
    shop.garbage(Topic::Checkout, key("o-1"), 0);
    shop.cancel(key("o-1"));
    a_while(&mut shop);
    let place = Place { topic: Topic::Checkout, partition: 0, offset: 1 };
    let note = Some("as told by telephone".to_owned());
    shop.put_right(place, key("o-1"), &OrderCancellationRequested { reason: note });
    a_while(&mut shop);
    shop.operate(Source::Order, key("o-1"), 0, false);
    ended(&mut shop);
    let told = simulator::story(&shop.history(), key("o-1"));
    let from = told.iter().position(|line| line.starts_with("EventParked")).unwrap();
    assert_eq!(
        told[from..],
        [
            "EventParked (checkout: not JSON: expected ident at line 1 column 2)",
            "EventParked (checkout: behind an earlier parked record)",
            "OrderCancellationRequested",
            "EventParked (checkout: corrects offset 1)",
            "ParkedResumeRequested",
            "OrderCancelled (customer_request)",
            "EventResumed (checkout)",
            "OrderCancellationRefused (already_ended)",
            "EventResumed (checkout)",
            "StockReleased (order_cancelled)",
            "PaymentVoided",
            "PaymentCaptured",
            "RefundStarted",
            "PaymentRefunded",
        ]
    );
}

#[test]
fn what_a_given_up_cancellation_left_undone_is_repaired_by_an_operator() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_late", &mugs(1));
    a_while(&mut shop);
    let deaf = [Source::Inventory, Source::Payment];
    deaf.iter().for_each(|service| shop.break_on(*service, key("o-1"), true));
    shop.cancel(key("o-1"));
    a_while(&mut shop);
    deaf.iter().for_each(|service| shop.break_on(*service, key("o-1"), false));
    deaf.iter().for_each(|service| shop.operate(*service, key("o-1"), 0, true));
    ended(&mut shop);
    let order = |shop: &Shop| shop.history().orders()[&key("o-1")].clone();
    assert!(order(&shop).holds_stock() && order(&shop).holds_money(), "the cancellation was given up");
    shop.release(key("o-1"));
    shop.refund(key("o-1"));
    // Asked for twice, done once.
    shop.refund(key("o-1"));
    ended(&mut shop);
    let story = simulator::story(&shop.history(), key("o-1"));
    let repaired: Vec<&str> =
        story.iter().skip_while(|line| *line != "ReleaseRequested").map(String::as_str).collect();
    let expected = [
        "ReleaseRequested",
        "RefundRequested",
        "RefundRequested",
        "StockReleased (order_cancelled)",
        "PaymentVoided",
        "RefundStarted",
        "PaymentRefunded",
    ];
    assert_eq!(repaired, expected);
    assert_eq!(shop.ledger().len(), 2, "taken, and given back");
}

#[test]
fn an_operator_who_will_not_wait_ends_a_pending_order_and_no_other() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_late", &mugs(1));
    shop.place(key("o-2"), "tok_ok", &mugs(1));
    a_while(&mut shop);
    shop.expire(key("o-1"));
    shop.expire(key("o-2"));
    ended(&mut shop);
    let fates = shop.history().orders();
    assert_eq!(fates[&key("o-1")].fate(), Fate::Cancelled(CancelReason::Expired));
    assert_eq!(fates[&key("o-2")].fate(), Fate::Completed);
}
