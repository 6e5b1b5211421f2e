//! Stories of money: declined, late, twice, contradicted, and given back.

use crate::shop::{a_while, assert_story, ended, hasty_shop, key, mugs, shop};

#[test]
fn a_declined_card_gives_the_mugs_back() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_declined", &mugs(1));
    ended(&mut shop);
    assert_story(
        &shop,
        "o-1",
        &[
            "OrderPlaced",
            "OrderAccepted",
            "StockReserved",
            "PaymentStarted",
            "PaymentFailed (declined)",
            "OrderCancelled (payment_failed)",
            // Inventory hears of both at once; here the cancellation was read first.
            "StockReleased (order_cancelled)",
        ],
    );
}

#[test]
fn suspected_fraud_fails_before_the_provider_is_asked() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_fraud", &mugs(1));
    ended(&mut shop);
    assert_story(
        &shop,
        "o-1",
        &[
            "OrderPlaced",
            "OrderAccepted",
            "StockReserved",
            "PaymentFailed (suspected_fraud)",
            "OrderCancelled (payment_failed)",
            "StockReleased (payment_failed)",
        ],
    );
    assert_eq!(shop.ledger(), []);
}

#[test]
fn an_order_cancelled_while_it_is_paid_is_refunded() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_late", &mugs(1));
    a_while(&mut shop);
    shop.cancel(key("o-1"));
    ended(&mut shop);
    assert_story(
        &shop,
        "o-1",
        &[
            "OrderPlaced",
            "OrderAccepted",
            "StockReserved",
            "PaymentStarted",
            "OrderCancellationRequested",
            "OrderCancelled (customer_request)",
            "StockReleased (order_cancelled)",
            "PaymentVoided",
            "PaymentCaptured",
            "RefundStarted",
            "PaymentRefunded",
        ],
    );
    assert_eq!(shop.ledger().len(), 2);
}

#[test]
fn an_order_whose_time_runs_out_while_it_is_paid_is_refunded() {
    let mut shop = hasty_shop();
    shop.place(key("o-1"), "tok_timeout", &mugs(1));
    ended(&mut shop);
    assert_story(
        &shop,
        "o-1",
        &[
            "OrderPlaced",
            "OrderAccepted",
            "StockReserved",
            "PaymentStarted",
            "OrderCancelled (expired)",
            "StockReleased (order_cancelled)",
            "PaymentVoided",
            "PaymentCaptured",
            "RefundStarted",
            "PaymentRefunded",
        ],
    );
}

#[test]
fn a_question_that_was_never_answered_is_asked_again_and_charged_once() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_timeout", &mugs(1));
    ended(&mut shop);
    assert_story(
        &shop,
        "o-1",
        &[
            "OrderPlaced",
            "OrderAccepted",
            "StockReserved",
            "PaymentStarted",
            "PaymentCaptured",
            "OrderConfirmed",
            "StockShipped",
            "OrderCompleted",
        ],
    );
    assert_eq!(shop.ledger().len(), 1);
}

#[test]
fn a_provider_that_answers_twice_is_heard_once() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_twice", &mugs(1));
    ended(&mut shop);
    assert_story(
        &shop,
        "o-1",
        &[
            "OrderPlaced",
            "OrderAccepted",
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
fn a_provider_that_contradicts_itself_gets_its_money_back() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_contradict", &mugs(1));
    a_while(&mut shop);
    ended(&mut shop);
    assert_story(
        &shop,
        "o-1",
        &[
            "OrderPlaced",
            "OrderAccepted",
            "StockReserved",
            "PaymentStarted",
            "PaymentFailed (declined)",
            "OrderCancelled (payment_failed)",
            "StockReleased (order_cancelled)",
            "PaymentCaptured",
            "RefundStarted",
            "PaymentRefunded",
        ],
    );
    assert_eq!(shop.ledger().len(), 2);
}
