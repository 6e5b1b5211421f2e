//! The choreography of order: one row per consumed event, one plain function per row.

use choreography::{Consumes, on};
use events_schema::{
    Heard, Topic,
    checkout::{OrderCancellationRequested, OrderPlaced},
    inventory::{StockRejected, StockShipped},
    operations::ExpiryRequested,
    payments::{PaymentCaptured, PaymentFailed},
};

use crate::{Command, Wish};

/// What order listens to.
pub static REACTIONS: &[&dyn Consumes<Command>] = &[
    on!(Topic::Checkout, accept_or_reject_on_order_placed),
    on!(Topic::Checkout, cancel_or_refuse_on_cancellation_requested),
    on!(Topic::Inventory, cancel_on_stock_rejected),
    on!(Topic::Payments, confirm_on_payment_captured),
    on!(Topic::Payments, cancel_on_payment_failed),
    on!(Topic::Inventory, complete_on_stock_shipped),
    on!(Topic::Operations, cancel_on_expiry_requested),
];

fn accept_or_reject_on_order_placed(heard: Heard<OrderPlaced>) -> Option<Command> {
    let Heard { subject, time, data, .. } = heard;
    Some(Command { order: subject, wish: Wish::Place { placed: time, placement: Box::new(data) } })
}

fn cancel_or_refuse_on_cancellation_requested(heard: Heard<OrderCancellationRequested>) -> Option<Command> {
    Some(Command { order: heard.subject, wish: Wish::CancelForCustomer })
}

fn cancel_on_stock_rejected(heard: Heard<StockRejected>) -> Option<Command> {
    Some(Command { order: heard.subject, wish: Wish::CancelOutOfStock })
}

/// Money that goes back at once confirms nothing. The order has mostly ended then, but not if an operator gave up what
/// ended it.
fn confirm_on_payment_captured(heard: Heard<PaymentCaptured>) -> Option<Command> {
    (!heard.data.returning).then_some(Command { order: heard.subject, wish: Wish::Confirm })
}

fn cancel_on_payment_failed(heard: Heard<PaymentFailed>) -> Option<Command> {
    Some(Command { order: heard.subject, wish: Wish::CancelUnpaid })
}

fn complete_on_stock_shipped(heard: Heard<StockShipped>) -> Option<Command> {
    Some(Command { order: heard.subject, wish: Wish::Complete })
}

fn cancel_on_expiry_requested(heard: Heard<ExpiryRequested>) -> Option<Command> {
    Some(Command { order: heard.subject, wish: Wish::Expire })
}
