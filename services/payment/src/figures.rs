//! The figures of payments: how they end, and what is on its way back.

use choreography::{Count, Figure, Level, Shape, labels};
use events_schema::payments::{FailureReason, PaymentFact};

use crate::Request;

const ENDED: Figure = Figure {
    name: "orders_payments_total",
    help: "Payments by result; `returning`: captured, but the order was called off, and the money goes back.",
    shape: Shape::Counter,
    labels: &["result"],
    known: &[
        &["captured"],
        &["returning"],
        &["declined"],
        &["insufficient_funds"],
        &["suspected_fraud"],
        &["unsupported_method"],
        &["too_late"],
        &["voided"],
    ],
};

const REFUNDS: Figure = Figure {
    name: "orders_refunds_pending",
    help: "Refunds that the provider was asked for and has not made.",
    shape: Shape::Level,
    labels: &[],
    known: &[],
};

/// All of them.
pub(crate) static FIGURES: [Figure; 2] = [ENDED, REFUNDS];

/// What one fact adds.
pub(crate) fn count(fact: &PaymentFact, add: &mut dyn FnMut(Count)) {
    let result = match fact {
        PaymentFact::PaymentCaptured(captured) if captured.returning => "returning",
        PaymentFact::PaymentCaptured(_) => "captured",
        PaymentFact::PaymentFailed(failed) => result_of(failed.reason),
        PaymentFact::PaymentStarted(_)
        | PaymentFact::PaymentVoided(_)
        | PaymentFact::RefundStarted(_)
        | PaymentFact::PaymentRefunded(_)
        | PaymentFact::RefundFailed(_) => return,
    };
    add(Count::add(&ENDED, labels([result]), 1));
}

/// How a task stands, by the requests that the provider has not answered.
pub(crate) fn levels(open: &mut dyn Iterator<Item = &Request>, level: &mut dyn FnMut(Level)) {
    let refunds = open.filter(|request| matches!(request, Request::Refund { .. })).count();
    level(Level { figure: REFUNDS.name, label: "", value: i64::try_from(refunds).unwrap_or(i64::MAX) });
}

fn result_of(reason: FailureReason) -> &'static str {
    match reason {
        FailureReason::Declined => "declined",
        FailureReason::InsufficientFunds => "insufficient_funds",
        FailureReason::SuspectedFraud => "suspected_fraud",
        FailureReason::UnsupportedMethod => "unsupported_method",
        FailureReason::TooLate => "too_late",
        FailureReason::Voided => "voided",
    }
}

#[cfg(test)]
mod tests {
    use events_schema::{
        Currency, Money,
        payments::{PaymentCaptured, PaymentFailed, PaymentVoided},
    };

    use super::*;

    fn result(fact: impl Into<PaymentFact>) -> Option<String> {
        let mut results = Vec::new();
        count(&fact.into(), &mut |count| results.push(count.labels[0].to_string()));
        assert!(results.len() <= 1, "{results:?}");
        results.pop()
    }

    fn captured(returning: bool) -> PaymentCaptured {
        PaymentCaptured {
            amount: Money::new(5, Currency::EUR),
            provider_reference: "r".to_owned(),
            returning,
        }
    }

    #[test]
    fn a_payment_counts_by_its_definite_result_and_a_step_on_the_way_does_not() {
        assert_eq!(result(captured(false)).as_deref(), Some("captured"));
        assert_eq!(result(captured(true)).as_deref(), Some("returning"));
        let declined = PaymentFailed { reason: FailureReason::Declined, provider_reference: None };
        assert_eq!(result(declined).as_deref(), Some("declined"));
        assert_eq!(result(PaymentVoided {}), None);
    }

    #[test]
    fn every_way_to_fail_is_shown_at_zero_from_the_start() {
        let schema = schemars::schema_for!(FailureReason).to_value();
        for one in schema["oneOf"].as_array().unwrap() {
            let reason: FailureReason = serde_json::from_value(one["const"].clone()).unwrap();
            assert_eq!(result_of(reason), one["const"]);
            assert!(ENDED.known.contains(&[result_of(reason)].as_slice()), "{reason:?} is not shown");
        }
    }

    #[test]
    fn refunds_that_are_asked_for_are_pending_and_captures_are_not() {
        let refund =
            Request::Refund { amount: Money::new(5, Currency::EUR), provider_reference: "r".to_owned() };
        let mut told = Vec::new();
        levels(&mut [refund, Request::Cancel].iter(), &mut |level| told.push((level.figure, level.value)));
        assert_eq!(told, [("orders_refunds_pending", 1)]);
    }
}
