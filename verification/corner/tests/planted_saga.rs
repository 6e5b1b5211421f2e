//! The checker checked: mistakes in the saga's services, each of which must be found under the promise it breaks.

use std::sync::Arc;

use corner::{
    Report, Tamper, explore,
    saga::{Saga, Tampers},
};
use events_schema::{
    Said,
    inventory::InventoryFact,
    orders::{OrderConfirmed, OrderFact},
    payments::{FailureReason, PaymentFact, PaymentFailed},
};
use inventory::{Inventory, Stock};
use order::{Order, Orders};
use payment::{Answer, Payment, Payments, Wish};

#[track_caller]
fn breaks(promise: &str, tampers: impl Fn() -> Tampers) {
    let mut reports = corner::saga_stories()
        .into_iter()
        .map(|story| explore(story.name, Saga::tampered(story, tampers()), 1));
    let broken = reports.find(|report: &Report| !report.holds()).expect("the mistake was not noticed");
    println!("{broken}");
    let found: Vec<_> = broken.found.iter().map(|found| found.property).collect();
    assert!(
        found.iter().any(|found| found.split(' ').next() == Some(promise)),
        "not {promise}, but {found:?}"
    );
}

struct RefundForgotten;

impl Tamper<Payment> for RefundForgotten {
    fn decide(&self, _: &Payments, _: &payment::Command, said: &mut Vec<Said<PaymentFact>>) {
        said.retain(|said| !matches!(said.fact, PaymentFact::RefundStarted(_)));
    }
}

#[test]
fn a_forgotten_refund_keeps_the_money_of_a_cancelled_order() {
    breaks("S9", || Tampers { payment: Arc::new(RefundForgotten), ..Tampers::default() });
}

struct VoidDropped;

impl Tamper<Payment> for VoidDropped {
    fn decide(&self, state: &Payments, _: &payment::Command, said: &mut Vec<Said<PaymentFact>>) {
        let unknown = |said: &Said<PaymentFact>| state.charge(&said.subject).is_none();
        said.retain(|said| !(matches!(said.fact, PaymentFact::PaymentVoided(_)) && unknown(said)));
    }
}

#[test]
fn a_void_that_leaves_no_mark_lets_a_cancelled_order_be_charged() {
    breaks("S9", || Tampers { payment: Arc::new(VoidDropped), ..Tampers::default() });
}

/// Gives up when the provider is asked to take nothing, as if its silence were a no.
struct TimeOutTakenForDecline;

impl Tamper<Payment> for TimeOutTakenForDecline {
    fn decide(&self, state: &Payments, command: &payment::Command, said: &mut Vec<Said<PaymentFact>>) {
        let open = state.charge(&command.order).is_some_and(|charge| charge.is_unanswered());
        if open && matches!(command.wish, Wish::Record(Answer::Captured { .. })) {
            let reason = FailureReason::Declined;
            let failed = PaymentFailed { reason, provider_reference: None };
            *said = vec![Said { subject: command.order, fact: failed.into() }];
        }
    }
}

#[test]
fn a_time_out_taken_for_a_decline_keeps_the_money() {
    breaks("S5", || Tampers { payment: Arc::new(TimeOutTakenForDecline), ..Tampers::default() });
}

struct ReleaseForgotten;

impl Tamper<Inventory> for ReleaseForgotten {
    fn decide(&self, _: &Stock, _: &inventory::Command, said: &mut Vec<Said<InventoryFact>>) {
        said.retain(|said| !matches!(said.fact, InventoryFact::StockReleased(_)));
    }
}

#[test]
fn a_forgotten_release_holds_stock_for_a_cancelled_order() {
    breaks("S9", || Tampers { inventory: Arc::new(ReleaseForgotten), ..Tampers::default() });
}

struct ConfirmsAgain;

impl Tamper<Order> for ConfirmsAgain {
    fn decide(&self, _: &Orders, command: &order::Command, said: &mut Vec<Said<OrderFact>>) {
        if command.wish == order::Wish::Confirm && said.is_empty() {
            said.push(Said { subject: command.order, fact: OrderConfirmed {}.into() });
        }
    }
}

#[test]
fn a_decision_that_is_not_idempotent_says_things_twice() {
    breaks("S12", || Tampers { order: Arc::new(ConfirmsAgain), ..Tampers::default() });
}
