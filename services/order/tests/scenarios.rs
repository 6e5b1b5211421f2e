//! The life of an order: what was said, what is heard, what is said next.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod stage;

use choreography::{Duty, RememberedLimits, State};
use events_schema::{
    orders::{CancelReason, OrderFact, RefusalReason},
    payments::PaymentCaptured,
};
use order::{Settings, Status};
use stage::*;

#[test]
fn two_mugs_are_accepted_with_their_price_and_a_deadline() {
    let mut shop = Shop::open();
    let told = shop.given_pending("o1");
    let accepted = told.accepted();
    assert_eq!(
        (accepted.subtotal, accepted.discount, accepted.tax, accepted.total),
        (eur(1998), eur(0), eur(0), eur(1998))
    );
    assert_eq!(accepted.expires_at, shop.now + 15 * MINUTE);
    assert_eq!(shop.state.status(&key("o1")), Some(Status::Pending));
}

#[test]
fn a_happy_order_is_confirmed_by_the_money_and_completed_by_the_parcel() {
    let mut shop = Shop::open();
    shop.given_pending("o1");
    assert_eq!(shop.captured("o1").events(), ["OrderConfirmed"]);
    assert_eq!(shop.state.status(&key("o1")), Some(Status::Processing));
    assert_eq!(shop.shipped("o1").events(), ["OrderCompleted"]);
    assert!(shop.state.has_ended(&key("o1")));
    assert_eq!(shop.state.open_count(), 0);
}

#[test]
fn the_subject_is_the_order_whatever_the_data_say() {
    let mut shop = Shop::open();
    let mut placed = two_mugs();
    placed.order_id = Some(key("another"));
    shop.hears("o1", &placed);
    assert_eq!(shop.state.status(&key("o1")), Some(Status::Pending));
    assert_eq!(shop.state.status(&key("another")), None);
}

#[test]
fn a_pending_order_is_cancelled_for_every_reason_there_is() {
    let mut shop = Shop::open();
    for order in ["o1", "o2", "o3", "o4"] {
        shop.given_pending(order);
    }
    assert_eq!(shop.stock_rejected("o1").cancelled(), CancelReason::OutOfStock);
    assert_eq!(shop.payment_failed("o2").cancelled(), CancelReason::PaymentFailed);
    assert_eq!(shop.customer_cancels("o3").cancelled(), CancelReason::CustomerRequest);
    shop.now = shop.now + 15 * MINUTE;
    assert_eq!(shop.is_due("o4").cancelled(), CancelReason::Expired);
    assert_eq!(shop.state.open_count(), 0);
}

#[test]
fn a_cancellation_carries_the_orders_deadline() {
    let mut shop = Shop::open();
    let expires_at = shop.given_pending("o1").accepted().expires_at;
    shop.now = shop.now + MINUTE;
    match &shop.customer_cancels("o1").facts[..] {
        [OrderFact::OrderCancelled(cancelled)] => assert_eq!(cancelled.expires_at, expires_at),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_cancellation_that_cannot_be_granted_is_refused_with_the_reason() {
    let mut shop = Shop::open();
    assert_eq!(shop.customer_cancels("never-placed").refused(), RefusalReason::UnknownOrder);
    shop.given_processing("o1");
    assert_eq!(shop.customer_cancels("o1").refused(), RefusalReason::AlreadyConfirmed);
    shop.shipped("o1");
    assert_eq!(shop.customer_cancels("o1").refused(), RefusalReason::AlreadyEnded);
    shop.hears("o2", &placing(&[]));
    assert_eq!(shop.customer_cancels("o2").refused(), RefusalReason::AlreadyEnded);
}

#[test]
fn after_confirmation_nothing_cancels() {
    let mut shop = Shop::open();
    shop.given_processing("o1");
    shop.now = shop.now + 60 * MINUTE;
    assert!(shop.stock_rejected("o1").is_silent());
    assert!(shop.payment_failed("o1").is_silent());
    assert!(shop.is_due("o1").is_silent());
    assert_eq!(shop.state.status(&key("o1")), Some(Status::Processing));
}

#[test]
fn whichever_comes_first_of_deadline_and_money_decides() {
    let mut shop = Shop::open();
    shop.given_pending("money-first");
    shop.given_pending("deadline-first");
    shop.now = shop.now + 15 * MINUTE;
    assert_eq!(shop.captured("money-first").events(), ["OrderConfirmed"]);
    assert!(shop.is_due("money-first").is_silent());
    assert_eq!(shop.is_due("deadline-first").cancelled(), CancelReason::Expired);
    assert!(shop.captured("deadline-first").is_silent());
}

#[test]
fn a_parcel_before_the_money_completes_nothing() {
    let mut shop = Shop::open();
    shop.given_pending("o1");
    assert!(shop.shipped("o1").is_silent());
    assert_eq!(shop.state.status(&key("o1")), Some(Status::Pending));
}

#[test]
fn what_comes_late_for_an_ended_order_is_not_answered() {
    let mut shop = Shop::open();
    shop.given_pending("o1");
    shop.customer_cancels("o1");
    assert!(shop.captured("o1").is_silent());
    assert!(shop.payment_failed("o1").is_silent());
    assert!(shop.stock_rejected("o1").is_silent());
    assert!(shop.shipped("o1").is_silent());
    assert!(shop.is_due("o1").is_silent());
}

/// Found by seed 20276: an operator had given up the failure that came before it, and the order was confirmed.
#[test]
fn money_that_goes_back_at_once_confirms_nothing() {
    let mut shop = Shop::open();
    shop.given_pending("o1");
    let returning = PaymentCaptured { amount: eur(1998), provider_reference: "p1".into(), returning: true };
    assert!(shop.hears("o1", &returning).is_silent());
    shop.now = shop.now + 15 * MINUTE;
    assert_eq!(shop.is_due("o1").cancelled(), CancelReason::Expired);
}

#[test]
fn answers_for_an_order_never_accepted_here_are_not_answered() {
    let mut shop = Shop::open();
    assert!(shop.captured("o1").is_silent());
    assert!(shop.payment_failed("o1").is_silent());
    assert!(shop.stock_rejected("o1").is_silent());
    assert!(shop.shipped("o1").is_silent());
    assert!(shop.is_due("o1").is_silent());
}

#[test]
fn the_deadline_stands_while_pending_and_the_order_is_open_until_it_ends() {
    let mut shop = Shop::open();
    let accepted = shop.given_pending("o1").facts[0].clone();
    let expires_at = shop.now + 15 * MINUTE;
    assert_eq!(shop.duties("o1", &accepted), [Duty::Open, Duty::Wake(expires_at)]);
    let confirmed = shop.captured("o1").facts[0].clone();
    assert_eq!(shop.duties("o1", &confirmed), [Duty::Sleep]);
    let completed = shop.shipped("o1").facts[0].clone();
    assert_eq!(shop.duties("o1", &completed), [Duty::Sleep, Duty::Over]);
    shop.given_pending("o2");
    let cancelled = shop.customer_cancels("o2").facts[0].clone();
    assert_eq!(shop.duties("o2", &cancelled), [Duty::Sleep, Duty::Over]);
}

#[test]
fn a_repeated_placement_is_not_answered_again() {
    let mut shop = Shop::open();
    shop.given_pending("o1");
    assert!(shop.hears("o1", &two_mugs()).is_silent());
    shop.captured("o1");
    assert!(shop.hears("o1", &two_mugs()).is_silent());
    shop.shipped("o1");
    assert!(shop.hears("o1", &two_mugs()).is_silent());
}

#[test]
fn naming_the_shops_own_currency_makes_no_other_order() {
    let mut shop = Shop::open();
    shop.given_pending("o1");
    let mut named = two_mugs();
    named.currency = Some("EUR".into());
    assert!(shop.hears("o1", &named).is_silent());
}

#[test]
fn another_order_under_a_used_id_is_discarded() {
    let mut shop = Shop::open();
    shop.given_pending("o1");
    let mut others =
        vec![placing(&[("mug", 3)]), placing(&[("mug", 2), ("mug", 1)]), two_mugs(), two_mugs(), two_mugs()];
    others[2].customer_id = key("bob").into();
    others[3].currency = Some("USD".into());
    others[4].payment.token = "tok_other".into();
    for other in &others {
        assert_eq!(shop.hears("o1", other).discarded, Some("id_reused"));
    }
    shop.customer_cancels("o1");
    for other in &others {
        assert_eq!(shop.hears("o1", other).discarded, Some("id_reused"));
    }
}

#[test]
fn the_id_of_a_rejected_order_is_used_up() {
    let mut shop = Shop::open();
    assert_eq!(shop.hears("o1", &placing(&[])).events(), ["OrderRejected"]);
    let told = shop.hears("o1", &two_mugs());
    assert_eq!((told.events(), told.discarded), (vec![], Some("id_reused")));
}

/// A shop that remembers ended orders for two hours, in which `o1` ended, and much later something else happened.
fn shop_that_forgot(first: &str) -> Shop {
    let remembered = RememberedLimits { age: 120 * MINUTE, count: 1_000 };
    let mut shop = Shop::with(Settings { remembered, ..Settings::default() });
    shop.given_pending(first);
    shop.customer_cancels(first);
    shop.state.commit();
    shop.now = shop.now + 10 * MINUTE;
    shop.given_pending("o2");
    shop.state.commit();
    shop.now = shop.now + 200 * MINUTE;
    shop.given_pending("o3");
    shop.state.commit();
    assert!(!shop.state.has_ended(&key(first)));
    shop
}

/// A UUIDv7 made at noon.
fn made_at_noon() -> String {
    let millis = format!("{:012x}", time(NOON).as_millis());
    format!("{}-{}-7000-8000-000000000001", &millis[..8], &millis[8..])
}

#[test]
fn a_placement_older_than_what_was_forgotten_is_too_old() {
    let mut shop = shop_that_forgot("o1");
    let told = shop.hears_from(time(NOON), "o1", &two_mugs());
    assert_eq!((told.events(), told.discarded), (vec![], Some("too_old")));
    assert_eq!(shop.customer_cancels("o1").refused(), RefusalReason::UnknownOrder);
}

#[test]
fn the_age_of_a_uuid_v7_is_its_own_and_not_the_events() {
    let mut shop = shop_that_forgot(&made_at_noon());
    let resent = shop.now;
    assert_eq!(shop.hears_from(resent, &made_at_noon(), &two_mugs()).discarded, Some("too_old"));
}

#[test]
fn an_old_placement_is_taken_while_nothing_was_forgotten() {
    let mut shop = Shop::open();
    let days_ago = shop.now - 3 * 24 * 60 * MINUTE;
    assert_eq!(shop.hears_from(days_ago, "o1", &two_mugs()).events(), ["OrderAccepted"]);
}

#[test]
fn a_placement_younger_than_what_was_forgotten_is_taken() {
    let mut shop = shop_that_forgot("o1");
    let sent = shop.now - 100 * MINUTE;
    assert_eq!(shop.hears_from(sent, "o4", &two_mugs()).events(), ["OrderAccepted"]);
}

#[test]
fn after_a_restore_what_ended_before_it_began_counts_as_forgotten() {
    let mut shop = Shop::open();
    shop.state.known_since(time(NOON));
    assert_eq!(shop.hears_from(time(NOON) - MINUTE, "o1", &two_mugs()).discarded, Some("too_old"));
    let later = time(NOON) + 6 * MINUTE;
    shop.now = later;
    assert_eq!(shop.hears_from(later, "o1", &two_mugs()).events(), ["OrderAccepted"]);
}

#[test]
fn an_order_of_a_customer_whose_clock_ran_ahead_is_not_taken_twice() {
    // Placed and ended at noon with a clock four minutes ahead; forgotten since.
    let remembered = RememberedLimits { age: 120 * MINUTE, count: 1_000 };
    let mut shop = Shop::with(Settings { remembered, ..Settings::default() });
    let ahead = shop.now + 4 * MINUTE;
    shop.hears_from(ahead, "o1", &two_mugs());
    shop.customer_cancels("o1");
    shop.state.commit();
    for minutes in [3, 300] {
        shop.now = time(NOON) + minutes * MINUTE;
        shop.hears(&format!("later-{minutes}"), &two_mugs());
        shop.state.commit();
    }
    assert!(!shop.state.has_ended(&key("o1")));
    assert_eq!(shop.hears_from(ahead, "o1", &two_mugs()).discarded, Some("too_old"));
}

#[test]
fn an_aborted_turn_makes_nothing_forgotten() {
    let remembered = RememberedLimits { age: 120 * MINUTE, count: 1_000 };
    let mut shop = Shop::with(Settings { remembered, ..Settings::default() });
    shop.given_pending("o1");
    shop.customer_cancels("o1");
    shop.state.commit();
    shop.now = shop.now + 5 * MINUTE;
    shop.given_pending("seals-the-bucket");
    shop.state.commit();
    shop.now = shop.now + 500 * MINUTE;
    shop.given_pending("o2");
    shop.state.roll_back();
    shop.state.commit();
    assert!(shop.state.has_ended(&key("o1")), "the time of an aborted turn has not come");
}
