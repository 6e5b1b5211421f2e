//! The choreography of payment: one row per consumed event, one plain function per row.

use choreography::{Consumes, on};
use events_schema::{
    Heard, Topic,
    inventory::StockReserved,
    operations::RefundRequested,
    orders::{CancelReason, OrderCancelled},
};

use crate::{Command, Wish};

/// What payment listens to.
pub static REACTIONS: &[&dyn Consumes<Command>] = &[
    on!(Topic::Inventory, start_or_fail_on_stock_reserved),
    on!(Topic::Orders, void_and_refund_on_order_cancelled),
    on!(Topic::Operations, void_and_refund_on_refund_requested),
];

fn start_or_fail_on_stock_reserved(heard: Heard<StockReserved>) -> Option<Command> {
    Some(Command { order: heard.subject, wish: Wish::Start(Box::new(heard.data)) })
}

/// Only where a payment may be under way: without stock none was started, and a failed one needs no undoing.
fn void_and_refund_on_order_cancelled(heard: Heard<OrderCancelled>) -> Option<Command> {
    match heard.data.reason {
        CancelReason::CustomerRequest | CancelReason::Expired => {
            Some(Command { order: heard.subject, wish: Wish::Void })
        }
        CancelReason::OutOfStock | CancelReason::PaymentFailed => None,
    }
}

fn void_and_refund_on_refund_requested(heard: Heard<RefundRequested>) -> Option<Command> {
    Some(Command { order: heard.subject, wish: Wish::Return })
}
