//! Stories of goods: there are enough, too few, or just enough for those who wait.

use crate::shop::{a_while, assert_story, ended, key, mugs, shop, shop_of};

const HAPPY: [&str; 8] = [
    "OrderPlaced",
    "OrderAccepted",
    "StockReserved",
    "PaymentStarted",
    "PaymentCaptured",
    "OrderConfirmed",
    "StockShipped",
    "OrderCompleted",
];

#[test]
fn a_happy_order_is_eight_events() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_ok", &mugs(1));
    ended(&mut shop);
    assert_story(&shop, "o-1", &HAPPY);
}

#[test]
fn an_order_for_more_than_there_is_is_out_of_stock() {
    let mut shop = shop_of(3);
    shop.place(key("o-1"), "tok_ok", &mugs(4));
    ended(&mut shop);
    assert_story(
        &shop,
        "o-1",
        &[
            "OrderPlaced",
            "OrderAccepted",
            "ReservationQueued (mug)",
            "StockRejected",
            "OrderCancelled (out_of_stock)",
        ],
    );
}

#[test]
fn an_order_for_more_than_the_shelf_has_is_queued_and_then_served() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_ok", &mugs(10));
    ended(&mut shop);
    let mut queued = HAPPY.to_vec();
    queued.insert(2, "ReservationQueued (mug)");
    assert_story(&shop, "o-1", &queued);
}

#[test]
fn of_two_orders_for_the_last_mug_one_is_served_and_one_is_rejected() {
    let mut shop = shop_of(1);
    shop.place(key("o-1"), "tok_ok", &mugs(1));
    shop.place(key("o-2"), "tok_ok", &mugs(1));
    ended(&mut shop);
    let mut queued = HAPPY.to_vec();
    queued.insert(2, "ReservationQueued (mug)");
    assert_story(&shop, "o-1", &queued);
    assert_story(
        &shop,
        "o-2",
        &[
            "OrderPlaced",
            "OrderAccepted",
            "ReservationQueued (mug)",
            "StockRejected",
            "OrderCancelled (out_of_stock)",
        ],
    );
}

#[test]
fn an_order_cancelled_before_its_reservation_is_reserved_and_released_and_never_charged() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_ok", &mugs(1));
    shop.cancel(key("o-1"));
    ended(&mut shop);
    assert_story(
        &shop,
        "o-1",
        &[
            "OrderPlaced",
            "OrderCancellationRequested",
            "OrderAccepted",
            "OrderCancelled (customer_request)",
            "StockReserved",
            "StockReleased (order_cancelled)",
            "PaymentVoided",
        ],
    );
    assert_eq!(shop.ledger(), []);
}

#[test]
fn an_order_for_an_unknown_product_of_no_pieces_is_refused_with_both_reasons() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_ok", &[(key("unheard-of"), 0)]);
    a_while(&mut shop);
    assert_story(&shop, "o-1", &["OrderPlaced", "OrderRejected (bad_quantity unknown_sku)"]);
}
