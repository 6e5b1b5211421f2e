//! Services that forget a word or say it twice: the storms must find every one of them soon. And the canary: one subtle
//! mistake that every batch of seeds must catch, or the storms have become too mild.

use simulator::{
    Plan,
    Planted::{self, *},
    planted::{Mistake, hunt},
};

/// What the first seed that finds the mistake says.
fn found(planted: Planted) -> String {
    for seed in 0..60 {
        let mut plan = Plan::of(seed);
        plan.planted = Some(planted);
        if let Err(broken) = simulator::run_plan(plan) {
            return broken.what;
        }
    }
    panic!("60 storms did not find a service that {planted:?}");
}

#[test]
fn a_service_that_forgets_to_say_something_is_found() {
    for event in [
        "StockReleased",
        "ReservationDropped",
        "StockReturned",
        "StockTakenBack",
        "StockShelved",
        "PaymentVoided",
        "PaymentCaptured",
        "RefundStarted",
        "PaymentRefunded",
        "PaymentFailed",
        "OrderCancelled",
        "OrderConfirmed",
        "OrderRejected",
        "OrderCompleted",
    ] {
        found(Forgets(event));
    }
}

#[test]
fn a_service_that_says_something_twice_is_found_and_the_promise_is_named() {
    for (event, promise) in [
        ("OrderAccepted", "S7"),
        ("OrderCompleted", "S7"),
        ("StockReserved", "S1 S3"),
        ("StockReleased", "S1 S3"),
        ("StockShipped", "S1 S2 S3"),
        ("StockShelved", "S1 S2 S19"),
        ("PaymentCaptured", "S4"),
        ("PaymentRefunded", "S4 S5 S6"),
        ("PaymentStarted", "S12"),
        ("OrderConfirmed", "S12"),
    ] {
        let what = found(Repeats(event));
        let named = promise.split(' ').any(|promise| what.split([' ', ':']).next() == Some(promise));
        assert!(named, "{promise} was to be named when {event} is said twice: {what}");
    }
}

#[test]
fn the_canary_is_caught() {
    for start in [0, 10_000_000] {
        let caught = hunt(Mistake::CANARY, start, 1_000);
        assert!(
            caught.is_some(),
            "from seed {start} on, a thousand storms did not find: {}",
            Mistake::CANARY.name()
        );
    }
}
