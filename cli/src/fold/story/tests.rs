//! Where the goods and the money are, at every turn an order can take.

use events_schema::{
    Currency, EventId, Place, Timestamp, Topic,
    inventory::{ReleaseCause, StockReleased},
    orders::{CancelReason, OrderCancelled, OrderCompleted, OrderConfirmed, OrderFact},
    parking::{EventParked, EventResumed},
    payments::{PaymentCaptured, PaymentRefunded, PaymentVoided, RefundFailed, RefundStarted},
};

use super::*;

fn hear(story: &mut Story, told: Told) {
    let topic = match &told {
        Told::Inventory(_) => Topic::Inventory,
        Told::Payment(_) => Topic::Payments,
        _ => Topic::Orders,
    };
    let place = Place { topic, partition: 0, offset: 0 };
    let subject: Key = "o-1".parse().unwrap();
    let id = EventId::of_place(place);
    story.hear(&Heard { id, subject, time: Timestamp(1), traceparent: None, place, data: told });
}

fn after(facts: impl IntoIterator<Item = Told>) -> Story {
    let mut story = Story::default();
    facts.into_iter().for_each(|fact| hear(&mut story, fact));
    story
}

fn paid(fact: impl Into<PaymentFact>) -> Told {
    Told::Payment(fact.into())
}

fn euro() -> Money {
    Money::new(100, Currency::EUR)
}

fn captured() -> Told {
    paid(PaymentCaptured { amount: euro(), provider_reference: "ch_1".to_owned(), returning: false })
}

fn cancelled() -> Told {
    let fact = OrderCancelled { reason: CancelReason::CustomerRequest, expires_at: Timestamp(9) };
    Told::Order(OrderFact::OrderCancelled(fact))
}

fn waits(story: &Story) -> String {
    story.waits_for().map_or_else(String::new, |wait| wait.to_string())
}

#[test]
fn money_that_came_after_a_cancellation_must_go_back() {
    let mut story = after([cancelled(), captured()]);
    assert_eq!(waits(&story), "payment: 1.00 EUR must go back to the customer");
    hear(&mut story, paid(RefundStarted { amount: euro(), provider_reference: "ch_1".to_owned() }));
    assert_eq!(waits(&story), "the payment provider: 1.00 EUR is on its way back");
    hear(&mut story, paid(RefundFailed { reason: "closed account".to_owned() }));
    assert!(waits(&story).contains("refuses the refund (closed account)"));
    hear(&mut story, paid(PaymentRefunded { amount: euro(), provider_reference: "re_1".to_owned() }));
    assert_eq!((story.waits_for(), story.money), (None, Purse::Refunded(euro())));
}

#[test]
fn voiding_a_captured_payment_does_not_give_the_money_back() {
    let story = after([captured(), cancelled(), paid(PaymentVoided {})]);
    assert_eq!(story.money, Purse::Captured(euro()));
    assert_eq!(after([cancelled(), paid(PaymentVoided {})]).money, Purse::Voided);
}

#[test]
fn a_completed_order_waits_for_nobody() {
    let story = after([Told::Order(OrderConfirmed {}.into()), Told::Order(OrderCompleted {}.into())]);
    assert_eq!((story.status(), story.waits_for()), ("completed", None));
}

#[test]
fn a_confirmed_order_waits_for_its_goods() {
    let story = after([captured(), Told::Order(OrderConfirmed {}.into())]);
    assert_eq!(waits(&story), "inventory: the goods have not left yet");
}

#[test]
fn released_goods_are_no_longer_waited_for() {
    let released = StockReleased { lines: vec![], cause: ReleaseCause::OrderCancelled };
    let story = after([cancelled(), Told::Inventory(released.into())]);
    assert_eq!((story.waits_for(), story.goods), (None, Goods::Released));
}

#[test]
fn a_parked_record_comes_before_everything_else_until_it_is_resumed() {
    let (topic, reason) = ("checkout".to_owned(), "bad data".to_owned());
    let parked = EventParked { topic: topic.clone(), partition: 0, offset: 1, reason, corrects: None };
    let mut story = after([captured(), Told::Parking(parked.into())]);
    assert!(waits(&story).starts_with("an operator: a record is parked at order (bad data)"));
    let resumed = EventResumed { topic, partition: 0, offset: 1, reason: String::new() };
    hear(&mut story, Told::Parking(resumed.into()));
    assert_eq!(waits(&story), "order: the placement has no answer yet");
}
