//! Stories of records that could not be taken: their order waits, in order, until somebody looks after it.

use events_schema::{Source, Topic};

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
