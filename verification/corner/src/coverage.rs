//! What was seen to happen: an exploration that misses the interesting steps proves nothing.
//!
//! Seen on steps, not on states: two ways into one situation are one state, and only the step tells them apart.

use std::sync::atomic::{AtomicU64, Ordering};

use events_schema::{
    Key,
    inventory::{InventoryFact, ReleaseCause},
    orders::{CancelReason, OrderFact},
    payments::{FailureReason, PaymentFact},
};
use inventory::{Inventory, Stock};
use order::Order;
use payment::{Payment, Payments};

use crate::situations::Spoken;

macro_rules! sights {
    ($($(#[$doc:meta])* $name:ident $says:literal)+) => {
        /// Something that must be seen to happen.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Sight { $($(#[$doc])* $name),+ }

        impl Sight {
            /// All of them.
            pub const ALL: &'static [Sight] = &[$(Sight::$name),+];

            /// In words.
            pub fn says(self) -> &'static str {
                match self { $(Sight::$name => $says),+ }
            }
        }
    };
}

sights! {
    /// C4, the first half.
    QueuedServed "an order that waited in line is served"
    /// C4, the second half.
    QueuedRejected "an order that waited in line is rejected"
    /// An order that waited is cancelled.
    Dropped "an order that waited in line is cancelled"
    /// C16.
    RecalledSome "stock is recalled from a shelf that has some"
    /// A shelf that has nothing answers as well.
    RecalledNone "stock is recalled from a shelf that has none"
    /// A scarce shelf sends back what it gets.
    SentHome "a scarce shelf sends home what it was given back"
    /// Goods come in and are dealt.
    Dealt "goods that come in are dealt to shelves"
    /// A round was needed to write pieces off.
    WrittenOff "missing pieces are written off"
    /// Even a round did not find them all.
    Shortage "more pieces are missing than can be found"
    /// Two requests meet at the depot.
    RequestWaited "a request waits at the depot"
    /// A denial that comes with pieces for some.
    DeniedWithSome "a denial brings pieces for those who fit"
    /// An order took a line and waits for another.
    TookAndWaits "an order holds one line and waits for another"
    /// C3.
    LastUnit "of two orders for the last unit one is reserved and one rejected"
    /// C5.
    CaptureAfterCancel "a capture after the cancellation is refunded"
    /// C6.
    DeadlineFirst "a deadline beats the payment"
    /// C7.
    AnswerFirst "a payment confirms an order whose deadline has come"
    /// C8.
    Contradicted "a provider captures what it has declined"
    /// C8.
    AskedAgain "a provider is asked again after its answer was lost"
    /// An ending each.
    Completed "an order is completed"
    /// No money.
    Declined "an order is cancelled for want of money"
    /// Out of stock.
    OutOfStock "an order is cancelled for want of stock"
    /// Too late for the customer.
    RefusedToCancel "a cancellation comes too late and is refused"
    /// The order was void before a payment started.
    VoidBeforeStart "a cancellation reaches payment before the reservation"
    /// A reservation after the order's time.
    TooLate "a reservation comes after the order's time"
    /// Released for want of money.
    ReleasedUnpaid "stock is released for want of money"
    /// Released after a cancellation.
    ReleasedCancelled "stock is released for a cancellation"
    /// A record came twice.
    Twice "a record is delivered twice"
    /// Payment crashed while it waited for an answer.
    CrashedAsking "payment crashes while a question is open"
}

/// What was seen, as a set that only grows.
#[derive(Debug, Default)]
pub struct Seen(AtomicU64);

impl Seen {
    /// Notes a sight.
    pub(crate) fn note(&self, sight: Sight) {
        self.0.fetch_or(1 << sight as u64, Ordering::Relaxed);
    }

    /// Notes a sight if it is one.
    pub(crate) fn note_if(&self, is: bool, sight: Sight) {
        if is {
            self.note(sight);
        }
    }

    /// All that was seen.
    pub fn all(&self) -> Vec<Sight> {
        let seen = self.0.load(Ordering::Relaxed);
        Sight::ALL.iter().copied().filter(|sight| seen & (1 << *sight as u64) != 0).collect()
    }

    /// Looks at a step of inventory.
    pub(crate) fn notice_stock(&self, before: &Stock, said: &[Spoken<Inventory>]) {
        for Spoken { said, .. } in said {
            let waited = before.reservation(&said.subject).is_some_and(|open| open.place.is_some());
            match &said.fact {
                InventoryFact::StockReserved(_) => self.note_if(waited, Sight::QueuedServed),
                InventoryFact::StockRejected(_) => {
                    self.note_if(waited, Sight::QueuedRejected);
                    self.note_if(somebody_holds(before, &said.subject), Sight::LastUnit);
                }
                InventoryFact::ReservationDropped(_) => self.note(Sight::Dropped),
                InventoryFact::ReservationQueued(queued) => {
                    let first = queued.lines.first().map(|line| line.sku);
                    self.note_if(first != Some(queued.waiting_on), Sight::TookAndWaits);
                }
                InventoryFact::StockReturned(back) if !back.recalled => self.note(Sight::SentHome),
                InventoryFact::StockReturned(back) if back.quantity > 0 => self.note(Sight::RecalledSome),
                InventoryFact::StockReturned(_) => self.note(Sight::RecalledNone),
                InventoryFact::StockAllotted(sent) => self.note_if(!sent.answer, Sight::Dealt),
                InventoryFact::StockWrittenOff(_) => self.note(Sight::WrittenOff),
                InventoryFact::StockShortage(_) => self.note(Sight::Shortage),
                InventoryFact::StockRequestQueued(_) => self.note(Sight::RequestWaited),
                InventoryFact::StockDenied(denied) => {
                    self.note_if(denied.quantity > 0, Sight::DeniedWithSome);
                }
                InventoryFact::StockReleased(released) => self.note(match released.cause {
                    ReleaseCause::PaymentFailed => Sight::ReleasedUnpaid,
                    ReleaseCause::OrderCancelled => Sight::ReleasedCancelled,
                }),
                _ => {}
            }
        }
    }

    /// Looks at a step of order.
    pub(crate) fn notice_order(&self, said: &[Spoken<Order>], late: bool) {
        for Spoken { said, .. } in said {
            match &said.fact {
                OrderFact::OrderConfirmed(_) => self.note_if(late, Sight::AnswerFirst),
                OrderFact::OrderCompleted(_) => self.note(Sight::Completed),
                OrderFact::OrderCancellationRefused(_) => self.note(Sight::RefusedToCancel),
                OrderFact::OrderCancelled(cancelled) => match cancelled.reason {
                    CancelReason::Expired => self.note(Sight::DeadlineFirst),
                    CancelReason::OutOfStock => self.note(Sight::OutOfStock),
                    CancelReason::PaymentFailed => self.note(Sight::Declined),
                    CancelReason::CustomerRequest => {}
                },
                OrderFact::OrderAccepted(_) | OrderFact::OrderRejected(_) => {}
            }
        }
    }

    /// Looks at a step of payment.
    pub(crate) fn notice_payment(&self, before: &Payments, said: &[Spoken<Payment>]) {
        for Spoken { said, .. } in said {
            let charge = before.charge(&said.subject);
            match &said.fact {
                PaymentFact::PaymentVoided(_) => self.note_if(charge.is_none(), Sight::VoidBeforeStart),
                PaymentFact::PaymentCaptured(_) => {
                    self.note_if(charge.is_some_and(|charge| charge.voided), Sight::CaptureAfterCancel);
                }
                PaymentFact::PaymentFailed(failed) => {
                    self.note_if(failed.reason == FailureReason::TooLate, Sight::TooLate);
                }
                _ => {}
            }
        }
    }
}

/// Whether another order holds its stock.
fn somebody_holds(stock: &Stock, but: &Key) -> bool {
    let holds = |order: &Key| stock.reservation(order).is_some_and(|open| open.place.is_none());
    stock.sorted_orders().iter().any(|order| order != but && holds(order))
}
