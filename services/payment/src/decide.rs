//! What payment says to a command. The first definite answer decides; money that comes in is always recorded.

use choreography::Decision;
use events_schema::{
    Key, Money, Timestamp,
    inventory::StockReserved,
    payments::{
        FailureReason, PaymentCaptured, PaymentFact, PaymentFailed, PaymentRefunded, PaymentStarted,
        PaymentVoided, RefundFailed, RefundStarted,
    },
};

use crate::{Answer, Charge, Payments, Purchase, Refund, RiskHook, Settings, charge::Captured};

/// What is wished for which order's payment.
#[derive(Clone, PartialEq, Debug)]
pub struct Command {
    /// The order.
    pub order: Key,
    /// What is wished.
    pub wish: Wish,
}

/// What can be wished for a payment.
#[derive(Clone, PartialEq, Debug)]
pub enum Wish {
    /// The stock is reserved: take the money.
    Start(Box<StockReserved>),
    /// The order is cancelled: take nothing, and give back what was taken.
    Void,
    /// An operator says that the order is cancelled: the same, if a payment was started.
    Return,
    /// The provider answered.
    Record(Answer),
}

/// By which rules is decided.
pub(crate) struct Rules<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) risk: &'a dyn RiskHook,
}

pub(crate) fn decide(
    rules: &Rules<'_>,
    command: &Command,
    state: &Payments,
    now: Timestamp,
    out: &mut Decision<PaymentFact>,
) {
    let order = command.order;
    let charge = state.charge(&order);
    match (&command.wish, charge.as_deref()) {
        (Wish::Start(reserved), None) => out.say(order, start_or_fail(rules, reserved, now)),
        // Started before, or voided before the reservation was heard of: nothing starts.
        (Wish::Start(_), Some(_)) => {}
        (Wish::Void, charge) => void(order, charge, out),
        (Wish::Return, Some(charge)) if charge.started => void(order, Some(charge), out),
        (Wish::Return, _) => {}
        (Wish::Record(answer), Some(charge)) => record(order, charge, answer, out),
        // Nothing was ever asked about it, or it has been over for longer than anybody waits.
        (Wish::Record(_), None) => {}
    }
}

fn start_or_fail(rules: &Rules<'_>, reserved: &StockReserved, now: Timestamp) -> PaymentFact {
    let StockReserved { lines, customer_id, total, payment, expires_at } = reserved;
    let purchase = Purchase { customer: customer_id.expose(), total: *total, payment: *payment, lines };
    let risk = rules.risk.assess(&purchase);
    let reason = if now >= *expires_at {
        FailureReason::TooLate
    } else if !rules.settings.methods.contains(&payment.method) {
        FailureReason::UnsupportedMethod
    } else if risk.score >= rules.settings.refuse_from {
        FailureReason::SuspectedFraud
    } else {
        let (method, token) = (payment.method, Some(payment.token));
        return PaymentStarted { amount: *total, method, risk, token }.into();
    };
    PaymentFailed { reason, provider_reference: None }.into()
}

fn void(order: Key, charge: Option<&Charge>, out: &mut Decision<PaymentFact>) {
    // Voided before, or nothing to void: no money moved, or it is on its way back already.
    if charge.is_some_and(|charge| !charge.is_live()) {
        return;
    }
    out.say(order, PaymentVoided {});
    if let Some(captured) = charge.and_then(|charge| charge.captured.as_ref()) {
        out.say(order, refund_of(captured.amount, &captured.reference));
    }
}

fn record(order: Key, charge: &Charge, answer: &Answer, out: &mut Decision<PaymentFact>) {
    match answer {
        Answer::Captured { amount, reference } => capture(order, charge, *amount, reference, out),
        Answer::Declined { reason, reference } => fail(order, charge, *reason, reference.clone(), out),
        Answer::NeverWill => fail(order, charge, FailureReason::Voided, None, out),
        Answer::Refunded { reference } => refund(order, charge, reference, out),
        Answer::RefundRefused { reason } if charge.refund == Refund::Started => {
            out.say(order, RefundFailed { reason: reason.clone() });
        }
        Answer::RefundRefused { .. } => {}
    }
}

/// Money came in: said once, whatever was said before, and given back if it may not stay.
fn capture(order: Key, charge: &Charge, amount: Money, reference: &str, out: &mut Decision<PaymentFact>) {
    if charge.captured.is_some() {
        return;
    }
    let returning = !charge.is_live();
    out.say(order, PaymentCaptured { amount, provider_reference: reference.to_owned(), returning });
    if returning {
        out.say(order, refund_of(amount, reference));
    }
}

fn fail(
    order: Key,
    charge: &Charge,
    reason: FailureReason,
    provider_reference: Option<String>,
    out: &mut Decision<PaymentFact>,
) {
    if charge.is_unanswered() {
        out.say(order, PaymentFailed { reason, provider_reference });
    }
}

fn refund(order: Key, charge: &Charge, reference: &str, out: &mut Decision<PaymentFact>) {
    if let (Some(Captured { amount, .. }), Refund::Started) = (&charge.captured, charge.refund) {
        out.say(order, PaymentRefunded { amount: *amount, provider_reference: reference.to_owned() });
    }
}

fn refund_of(amount: Money, reference: &str) -> RefundStarted {
    RefundStarted { amount, provider_reference: reference.to_owned() }
}
