//! The figures of orders: how they end, how long they take, what they bring in.

use std::borrow::Cow;

use choreography::{Count, Figure, Labels, Shape, labels};
use events_schema::{
    Key, Timestamp,
    orders::{CancelReason, OrderFact, OrderRejected, RejectionCode},
};

use crate::{Orders, placement::time_of_id, state::OpenOrder};

/// Bucket bounds for a saga, in seconds: from one that waits for nobody to one that expires.
const SAGA_SECONDS: &[f64] =
    &[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0];

const ENDED: Figure = Figure {
    name: "orders_ended_total",
    help: "Orders ended, by fate and reason; `several` when an order was rejected for more than one.",
    shape: Shape::Counter,
    labels: &["fate", "reason"],
    known: &[
        &["completed", "none"],
        &["cancelled", "out_of_stock"],
        &["cancelled", "payment_failed"],
        &["cancelled", "customer_request"],
        &["cancelled", "expired"],
        &["rejected", "no_lines"],
        &["rejected", "too_many_lines"],
        &["rejected", "bad_quantity"],
        &["rejected", "duplicate_sku"],
        &["rejected", "unknown_sku"],
        &["rejected", "withdrawn_sku"],
        &["rejected", "no_price_in_currency"],
        &["rejected", "over_limit"],
        &["rejected", "customer_blocked"],
        &["rejected", "amount_overflow"],
        &["rejected", "bad_token"],
        &["rejected", "bad_time"],
        &["rejected", "several"],
    ],
};

const SAGA: Figure = Figure {
    name: "orders_saga_seconds",
    help: "Time from an order's placement to its end. By the time in the order's id (UUIDv7), else from its acceptance.",
    shape: Shape::Histogram(SAGA_SECONDS),
    labels: &["fate"],
    known: &[&["completed"], &["cancelled"], &["rejected"]],
};

const REVENUE: Figure = Figure {
    name: "orders_revenue_minor_total",
    help: "Totals of completed orders, in minor units of the currency.",
    shape: Shape::Counter,
    labels: &["currency"],
    known: &[],
};

/// All of them.
pub(crate) static FIGURES: [Figure; 3] = [ENDED, SAGA, REVENUE];

/// What one fact adds; `before` is the state before it.
pub(crate) fn count(
    before: &Orders,
    order: Key,
    fact: &OrderFact,
    time: Timestamp,
    add: &mut dyn FnMut(Count),
) {
    let (fate, reason) = match fact {
        OrderFact::OrderCompleted(_) => ("completed", "none"),
        OrderFact::OrderCancelled(cancelled) => ("cancelled", reason_of(cancelled.reason)),
        OrderFact::OrderRejected(rejected) => ("rejected", code_of(rejected)),
        OrderFact::OrderAccepted(_)
        | OrderFact::OrderConfirmed(_)
        | OrderFact::OrderCancellationRefused(_) => return,
    };
    let open = before.open(&order);
    add(Count::add(&ENDED, labels([fate, reason]), 1));
    add(Count::took(&SAGA, labels([fate]), placed(order, open, time).until(time)));
    if let (OrderFact::OrderCompleted(_), Some(OpenOrder { total, .. })) = (fact, open) {
        let currency: Labels = [Cow::Owned(total.currency.to_string()), Cow::Borrowed("")];
        add(Count::add(&REVENUE, currency, total.amount.unsigned_abs()));
    }
}

/// When an order was placed. An id from the future, or from long before the acceptance, tells nothing.
fn placed(order: Key, open: Option<&OpenOrder>, time: Timestamp) -> Timestamp {
    const PLAUSIBLE: std::time::Duration = std::time::Duration::from_secs(24 * 3600);
    let accepted = open.map_or(time, |open| open.accepted);
    let of_id = time_of_id(&order).filter(|placed| *placed <= accepted && *placed + PLAUSIBLE >= accepted);
    of_id.unwrap_or(accepted)
}

fn reason_of(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::OutOfStock => "out_of_stock",
        CancelReason::PaymentFailed => "payment_failed",
        CancelReason::CustomerRequest => "customer_request",
        CancelReason::Expired => "expired",
    }
}

fn code_of(rejected: &OrderRejected) -> &'static str {
    let [only] = rejected.reasons.as_slice() else { return "several" };
    match only.code {
        RejectionCode::NoLines => "no_lines",
        RejectionCode::TooManyLines => "too_many_lines",
        RejectionCode::BadQuantity => "bad_quantity",
        RejectionCode::DuplicateSku => "duplicate_sku",
        RejectionCode::UnknownSku => "unknown_sku",
        RejectionCode::WithdrawnSku => "withdrawn_sku",
        RejectionCode::NoPriceInCurrency => "no_price_in_currency",
        RejectionCode::OverLimit => "over_limit",
        RejectionCode::CustomerBlocked => "customer_blocked",
        RejectionCode::AmountOverflow => "amount_overflow",
        RejectionCode::BadToken => "bad_token",
        RejectionCode::BadTime => "bad_time",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use choreography::Amount;
    use events_schema::{
        Currency, Money, Payment, PaymentMethod, Token,
        orders::{OrderAccepted, OrderCancelled, OrderCompleted, OrderConfirmed, Rejection},
    };

    use super::*;
    use crate::Settings;

    const ID: &str = "019a9b7d-6d52-7a43-8d7f-2f3f1f6a2c11";

    fn told(before: &Orders, order: &str, fact: impl Into<OrderFact>, time: Timestamp) -> Vec<Count> {
        let mut counts = Vec::new();
        count(before, order.parse().unwrap(), &fact.into(), time, &mut |count| counts.push(count));
        counts
    }

    fn accepted(order: &str, at: Timestamp) -> Orders {
        let money = |amount| Money::new(amount, Currency::EUR);
        let accepted = OrderAccepted {
            customer_id: "ada".parse().unwrap(),
            lines: Vec::new(),
            subtotal: money(1_200),
            discount: money(0),
            tax: money(0),
            total: money(1_200),
            payment: Payment {
                method: PaymentMethod::Card,
                token: Token::from("tok_ok".parse::<Key>().unwrap()),
            },
            expires_at: at,
        };
        let mut orders = Orders::new(Settings::default().remembered);
        orders.evolve(order.parse().unwrap(), &accepted.into(), at);
        orders
    }

    #[test]
    fn a_completed_order_counts_once_with_its_time_and_its_total() {
        let placed = time_of_id(&ID.parse().unwrap()).unwrap();
        let orders = accepted(ID, placed + Duration::from_secs(1));
        let told = told(&orders, ID, OrderCompleted {}, placed + Duration::from_secs(3));
        let currency = [Cow::Borrowed("EUR"), Cow::Borrowed("")];
        assert_eq!(
            told,
            [
                Count::add(&ENDED, labels(["completed", "none"]), 1),
                Count::took(&SAGA, labels(["completed"]), Duration::from_secs(3)),
                Count::add(&REVENUE, currency, 1_200),
            ]
        );
    }

    #[test]
    fn an_order_that_has_not_ended_counts_nothing() {
        let orders = accepted(ID, Timestamp(0));
        assert_eq!(told(&orders, ID, OrderConfirmed {}, Timestamp(0)), []);
    }

    #[test]
    fn an_id_without_a_plausible_time_counts_from_the_acceptance() {
        let now = Timestamp(1_000_000_000);
        for order in ["shop-1", ID] {
            let orders = accepted(order, now);
            let cancelled = OrderCancelled { reason: CancelReason::Expired, expires_at: now };
            let told = told(&orders, order, cancelled, now + Duration::from_secs(7));
            assert_eq!(told[0].labels, labels(["cancelled", "expired"]));
            assert_eq!(told[1].amount, Amount::Took(Duration::from_secs(7)), "{order}");
        }
    }

    #[test]
    fn every_reason_there_is_is_shown_at_zero_from_the_start() {
        let shown = |fate, reason: &str| {
            assert!(ENDED.known.contains(&[fate, reason].as_slice()), "{fate} {reason} is not shown");
        };
        let variants = |schema: schemars::Schema| -> Vec<String> {
            let schema = schema.to_value();
            let all = schema["oneOf"].as_array().unwrap().iter();
            all.map(|one| one["const"].as_str().unwrap().to_owned()).collect()
        };
        for reason in variants(schemars::schema_for!(CancelReason)) {
            let told: CancelReason = serde_json::from_value(reason.clone().into()).unwrap();
            assert_eq!(reason_of(told), reason);
            shown("cancelled", &reason);
        }
        for code in variants(schemars::schema_for!(RejectionCode)) {
            let of = serde_json::from_value(code.clone().into()).unwrap();
            let rejection = Rejection { code: of, detail: String::new() };
            assert_eq!(code_of(&OrderRejected { reasons: vec![rejection.clone()] }), code);
            assert_eq!(code_of(&OrderRejected { reasons: vec![rejection.clone(), rejection] }), "several");
            shown("rejected", &code);
        }
    }
}
