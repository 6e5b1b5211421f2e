//! The life of a payment: what was said, what is heard, what is said next.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod stage;

use events_schema::{
    PaymentMethod, Quantity, Timestamp,
    orders::CancelReason,
    payments::{FailureReason, PaymentFact},
};
use payment::{Answer, BadSettings, Payment, Refund, RiskRules, Settings};
use stage::*;

#[test]
fn reserved_stock_starts_the_payment_with_all_it_takes_to_ask_again() {
    let mut till = Till::open();
    match &till.reserved("o1").0[..] {
        [PaymentFact::PaymentStarted(started)] => {
            assert_eq!((started.amount, started.method), (eur(1998), PaymentMethod::Card));
            assert_eq!(started.token, Some(token("tok_ok")));
            assert_eq!((started.risk.score, started.risk.reasons.len()), (0, 0));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn money_that_came_in_is_recorded_as_it_came() {
    let mut till = Till::open();
    till.given_started("o1");
    let odd = Answer::Captured { amount: eur(1997), reference: "charge-9".into() };
    match &till.answers("o1", odd).0[..] {
        [PaymentFact::PaymentCaptured(captured)] => {
            assert_eq!((captured.amount, captured.provider_reference.as_str()), (eur(1997), "charge-9"));
            assert!(!captured.returning);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_reservation_at_its_deadline_is_too_late_and_a_moment_before_is_not() {
    let mut till = Till::open();
    let mut reserved = reservation(till.now);
    reserved.expires_at = till.now;
    assert_eq!(till.hears("o1", &reserved).failed(), FailureReason::TooLate);
    reserved.expires_at = Timestamp(till.now.0 + 1);
    assert_eq!(till.hears("o2", &reserved).events(), ["PaymentStarted"]);
}

#[test]
fn a_method_the_provider_does_not_take_fails() {
    let mut till = Till::open();
    let mut reserved = reservation(till.now);
    reserved.payment.method = PaymentMethod::BankTransfer;
    assert_eq!(till.hears("o1", &reserved).failed(), FailureReason::UnsupportedMethod);
    reserved.payment.method = PaymentMethod::Wallet;
    assert_eq!(till.hears("o2", &reserved).events(), ["PaymentStarted"]);
}

#[test]
fn fraud_is_suspected_before_the_provider_is_asked() {
    let risk = RiskRules { marked_customers: vec![key("mallory")], ..RiskRules::default() };
    let mut till = Till::with(Settings { risk, ..Settings::default() });
    let mut reserved = reservation(till.now);
    reserved.payment.token = token("tok_fraud");
    assert_eq!(till.hears("o1", &reserved).failed(), FailureReason::SuspectedFraud);
    let mut reserved = reservation(till.now);
    reserved.customer_id = key("mallory").into();
    assert_eq!(till.hears("o2", &reserved).failed(), FailureReason::SuspectedFraud);
}

#[test]
fn a_score_below_the_threshold_is_told_and_one_at_it_fails() {
    let mut reserved = reservation(Till::open().now);
    reserved.total = eur(10_000_000);
    reserved.lines[0].quantity = Quantity::try_from(1_000).unwrap();
    let mut till = Till::with(Settings { refuse_from: 81, ..Settings::default() });
    match &till.hears("o1", &reserved).0[..] {
        [PaymentFact::PaymentStarted(started)] => {
            assert_eq!(started.risk.score, 80);
            assert_eq!(started.risk.reasons, ["huge_total", "many_pieces"]);
        }
        other => panic!("{other:?}"),
    }
    let mut till = Till::with(Settings { refuse_from: 80, ..Settings::default() });
    assert_eq!(till.hears("o1", &reserved).failed(), FailureReason::SuspectedFraud);
}

#[test]
fn a_shop_can_bring_its_own_risk_hook() {
    struct NobodyIsTrusted;
    impl payment::RiskHook for NobodyIsTrusted {
        fn assess(&self, _: &payment::Purchase<'_>) -> events_schema::payments::Risk {
            events_schema::payments::Risk { score: 100, reasons: vec!["nobody".into()] }
        }
    }
    let mut till = Till::open();
    till.payment = Payment::default().with_risk(std::sync::Arc::new(NobodyIsTrusted));
    assert_eq!(till.reserved("o1").failed(), FailureReason::SuspectedFraud);
}

#[test]
fn a_declined_payment_fails_with_the_providers_reason() {
    let mut till = Till::open();
    for (order, reason) in [("o1", FailureReason::Declined), ("o2", FailureReason::InsufficientFunds)] {
        till.given_started(order);
        match &till.answers(order, declined(reason)).0[..] {
            [PaymentFact::PaymentFailed(failed)] => {
                assert_eq!(
                    (failed.reason, failed.provider_reference.as_deref()),
                    (reason, Some("attempt-1"))
                );
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_reservation_heard_twice_starts_one_payment() {
    let mut till = Till::open();
    till.given_started("o1");
    assert!(till.reserved("o1").events().is_empty());
    till.answers("o1", captured());
    assert!(till.reserved("o1").events().is_empty());
}

#[test]
fn an_answer_heard_twice_is_recorded_once() {
    let mut till = Till::open();
    till.given_captured("o1");
    assert!(till.answers("o1", captured()).events().is_empty());
    till.given_started("o2");
    till.answers("o2", declined(FailureReason::Declined));
    assert!(till.answers("o2", declined(FailureReason::Declined)).events().is_empty());
}

#[test]
fn a_decline_after_the_money_came_in_changes_nothing() {
    let mut till = Till::open();
    till.given_captured("o1");
    assert!(till.answers("o1", declined(FailureReason::Declined)).events().is_empty());
    assert!(till.answers("o1", Answer::NeverWill).events().is_empty());
}

#[test]
fn money_that_comes_in_after_a_decline_is_recorded_and_goes_back() {
    let mut till = Till::open();
    till.given_started("o1");
    till.answers("o1", declined(FailureReason::Declined));
    match &till.answers("o1", captured()).0[..] {
        [PaymentFact::PaymentCaptured(captured), PaymentFact::RefundStarted(_)] => {
            assert!(captured.returning)
        }
        other => panic!("{other:?}"),
    }
    assert!(till.answers("o1", captured()).events().is_empty());
    assert_eq!(till.answers("o1", refunded()).events(), ["PaymentRefunded"]);
}

#[test]
fn an_order_cancelled_before_its_stock_was_reserved_never_starts_a_payment() {
    let mut till = Till::open();
    assert_eq!(till.customer_cancels("o1").events(), ["PaymentVoided"]);
    assert!(till.reserved("o1").events().is_empty());
    assert!(till.customer_cancels("o1").events().is_empty());
}

#[test]
fn an_order_cancelled_after_the_money_came_in_gets_it_back() {
    let mut till = Till::open();
    for (order, reason) in [("o1", CancelReason::CustomerRequest), ("o2", CancelReason::Expired)] {
        till.given_captured(order);
        let told = till.cancelled(order, reason);
        assert_eq!(told.events(), ["PaymentVoided", "RefundStarted"]);
        match &told.0[1] {
            PaymentFact::RefundStarted(refund) => {
                assert_eq!((refund.amount, refund.provider_reference.as_str()), (eur(1998), "charge-1"));
            }
            other => panic!("{other:?}"),
        }
        match &till.answers(order, refunded()).0[..] {
            [PaymentFact::PaymentRefunded(back)] => {
                assert_eq!((back.amount, back.provider_reference.as_str()), (eur(1998), "refund-1"));
            }
            other => panic!("{other:?}"),
        }
        assert!(till.answers(order, refunded()).events().is_empty());
        assert!(till.cancelled(order, reason).events().is_empty());
    }
}

#[test]
fn an_order_cancelled_while_the_provider_is_asked_is_called_off() {
    let mut till = Till::open();
    till.given_started("o1");
    assert_eq!(till.customer_cancels("o1").events(), ["PaymentVoided"]);
    assert_eq!(till.answers("o1", Answer::NeverWill).failed(), FailureReason::Voided);
    assert!(till.answers("o1", Answer::NeverWill).events().is_empty());
}

#[test]
fn a_capture_that_wins_against_its_cancellation_goes_back() {
    let mut till = Till::open();
    till.given_started("o1");
    till.customer_cancels("o1");
    assert_eq!(till.answers("o1", captured()).events(), ["PaymentCaptured", "RefundStarted"]);
    assert!(till.answers("o1", captured()).events().is_empty(), "the cancel's own answer says the same");
    assert!(till.answers("o1", Answer::NeverWill).events().is_empty());
    assert_eq!(till.answers("o1", refunded()).events(), ["PaymentRefunded"]);
}

#[test]
fn a_decline_that_comes_after_the_cancellation_is_definite_too() {
    let mut till = Till::open();
    till.given_started("o1");
    till.customer_cancels("o1");
    assert_eq!(till.answers("o1", declined(FailureReason::Declined)).failed(), FailureReason::Declined);
    assert!(till.answers("o1", Answer::NeverWill).events().is_empty());
}

#[test]
fn a_cancellation_for_want_of_stock_or_money_moves_nothing() {
    let mut till = Till::open();
    till.given_captured("o1");
    for reason in [CancelReason::OutOfStock, CancelReason::PaymentFailed] {
        assert!(till.cancelled("o1", reason).events().is_empty());
        assert!(till.cancelled("unknown", reason).events().is_empty());
    }
}

#[test]
fn a_failed_payment_needs_no_voiding() {
    let mut till = Till::open();
    till.given_started("o1");
    till.answers("o1", declined(FailureReason::Declined));
    assert!(till.customer_cancels("o1").events().is_empty());
}

#[test]
fn a_refused_refund_is_told_and_asked_for_until_it_is_granted() {
    let mut till = Till::open();
    till.given_captured("o1");
    till.customer_cancels("o1");
    for _ in 0..3 {
        assert_eq!(till.answers("o1", refused()).events(), ["RefundFailed"]);
        assert_eq!(till.state.charge(&key("o1")).map(|charge| charge.refund), Some(Refund::Started));
    }
    assert_eq!(till.answers("o1", refunded()).events(), ["PaymentRefunded"]);
    assert!(
        till.answers("o1", refused()).events().is_empty(),
        "a refusal after the refund is of no interest"
    );
}

#[test]
fn answers_about_refunds_nobody_asked_for_are_not_recorded() {
    let mut till = Till::open();
    till.given_captured("o1");
    assert!(till.answers("o1", refunded()).events().is_empty());
    assert!(till.answers("o1", refused()).events().is_empty());
}

#[test]
fn answers_about_unknown_orders_are_not_recorded() {
    let mut till = Till::open();
    for answer in [captured(), declined(FailureReason::Declined), Answer::NeverWill, refunded(), refused()] {
        assert!(till.answers("o1", answer).events().is_empty());
    }
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let none = Settings { methods: vec![], ..Settings::default() };
    assert_eq!(none.check(), Err(BadSettings::NoMethod));
    for off in [0, 101] {
        let settings = Settings { refuse_from: off, ..Settings::default() };
        assert_eq!(settings.check(), Err(BadSettings::OffTheScale(off)));
    }
    let forgetful = Settings { window: MINUTE / 2, ..Settings::default() };
    assert_eq!(forgetful.check(), Err(BadSettings::TooForgetful(MINUTE / 2)));
}
