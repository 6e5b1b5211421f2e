//! What order says to a command: the fate of one order, decided nowhere else.

use choreography::Decision;
use events_schema::{
    Key, Timestamp,
    checkout::OrderPlaced,
    orders::{
        CancelReason, OrderCancellationRefused, OrderCancelled, OrderCompleted, OrderConfirmed, OrderFact,
        RefusalReason,
    },
};

use crate::{
    Orders, Settings, Status, placement,
    state::{Known, OpenOrder},
};

/// What is wished for which order.
#[derive(Clone, PartialEq, Debug)]
pub struct Command {
    /// The order.
    pub order: Key,
    /// What is wished.
    pub wish: Wish,
}

/// What can be wished for an order.
#[derive(Clone, PartialEq, Debug)]
pub enum Wish {
    /// A customer placed it.
    Place {
        /// When, by the event's time.
        placed: Timestamp,
        /// What.
        placement: Box<OrderPlaced>,
    },
    /// The customer no longer wants it.
    CancelForCustomer,
    /// The stock does not cover it.
    CancelOutOfStock,
    /// No money came, and none will.
    CancelUnpaid,
    /// Its deadline has come, or an operator will not wait for it. That it has come is the machine's word: it fires each
    /// deadline once, and not early.
    Expire,
    /// The money is in.
    Confirm,
    /// The goods have left.
    Complete,
}

pub(crate) fn decide(
    settings: &Settings,
    command: &Command,
    state: &Orders,
    now: Timestamp,
    out: &mut Decision<OrderFact>,
) {
    let order = command.order;
    match (&command.wish, state.known(&order)) {
        (Wish::Place { placed, placement }, known) => {
            let asked = placement::Asked { order, placed: *placed, now, placement };
            placement::decide(settings, &asked, known, state, out);
        }
        (Wish::CancelForCustomer, known) => cancel_or_refuse(order, known, out),
        (Wish::CancelOutOfStock, known) => cancel(order, known, CancelReason::OutOfStock, out),
        (Wish::CancelUnpaid, known) => cancel(order, known, CancelReason::PaymentFailed, out),
        (Wish::Expire, known) => cancel(order, known, CancelReason::Expired, out),
        (Wish::Confirm, Known::Open(OpenOrder { status: Status::Pending, .. })) => {
            out.say(order, OrderConfirmed {});
        }
        (Wish::Complete, Known::Open(OpenOrder { status: Status::Processing, .. })) => {
            out.say(order, OrderCompleted {});
        }
        // Late, or not of an order accepted here: whatever it was, its fate stands.
        (Wish::Confirm | Wish::Complete, _) => {}
    }
}

/// Cancels while Pending; later the order's fate stands.
fn cancel(order: Key, known: Known<'_>, reason: CancelReason, out: &mut Decision<OrderFact>) {
    if let Known::Open(OpenOrder { status: Status::Pending, expires_at, .. }) = known {
        out.say(order, OrderCancelled { reason, expires_at: *expires_at });
    }
}

/// A customer always gets an answer, so that every wish that cannot be granted is refused aloud.
fn cancel_or_refuse(order: Key, known: Known<'_>, out: &mut Decision<OrderFact>) {
    let reason = match known {
        Known::Open(OpenOrder { status: Status::Pending, .. }) => {
            return cancel(order, known, CancelReason::CustomerRequest, out);
        }
        Known::Open(OpenOrder { status: Status::Processing, .. }) => RefusalReason::AlreadyConfirmed,
        Known::Ended(_) => RefusalReason::AlreadyEnded,
        Known::Never => RefusalReason::UnknownOrder,
    };
    out.say(order, OrderCancellationRefused { reason });
}
