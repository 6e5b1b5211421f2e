//! Who has to move next on an order, and what is missing: one row for each place where a saga can stand.

use events_schema::orders::CancelReason;

use super::{
    order::Status,
    story::{Block, Goods, Purse, Story},
};
use crate::render::word;

/// Who can be waited for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// The order service.
    Order,
    /// The inventory service.
    Inventory,
    /// The payment service.
    Payment,
    /// The payment provider, whom the payment service asks.
    Provider,
    /// A person: something is parked.
    Operator,
}

impl Who {
    /// The service that must run for it to move: a provider is asked by payment.
    pub fn service(self) -> Option<events_schema::Source> {
        use events_schema::Source;
        match self {
            Who::Order => Some(Source::Order),
            Who::Inventory => Some(Source::Inventory),
            Who::Payment | Who::Provider => Some(Source::Payment),
            Who::Operator => None,
        }
    }
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Who::Order => "order",
            Who::Inventory => "inventory",
            Who::Payment => "payment",
            Who::Provider => "the payment provider",
            Who::Operator => "an operator",
        })
    }
}

/// A step that is missing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wait {
    /// Who has to move.
    pub on: Who,
    /// What is missing, in words.
    pub what: String,
    /// The event it would answer; empty where an operator decides.
    pub after: &'static str,
    /// The events, any of which would be the answer.
    pub next: &'static [&'static str],
}

impl std::fmt::Display for Wait {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.on, self.what)
    }
}

fn wait(
    on: Who,
    what: impl Into<String>,
    after: &'static str,
    next: &'static [&'static str],
) -> Option<Wait> {
    Some(Wait { on, what: what.into(), after, next })
}

fn unanswered(on: Who, after: &'static str, next: &'static [&'static str]) -> Option<Wait> {
    wait(on, format!("{after} has no answer yet"), after, next)
}

impl Story {
    /// Who has to move next, and what is missing; `None` when nobody has to.
    pub fn waits_for(&self) -> Option<Wait> {
        if let Some(block) = self.blocked.first() {
            let Block { record, reason, .. } = block;
            let what =
                format!("a record is parked at {} ({reason}); look: orderctl parked list", record.service);
            return wait(Who::Operator, what, "EventParked", &["EventResumed", "EventDiscarded"]);
        }
        match self.order.as_ref().map(|order| order.status) {
            None if self.given_up.is_some() => None,
            None => wait(
                Who::Order,
                "the placement has no answer yet",
                "OrderPlaced",
                &["OrderAccepted", "OrderRejected"],
            ),
            Some(Status::Pending) => self.pending(),
            Some(Status::Processing) if self.goods == Goods::Shipped => {
                unanswered(Who::Order, "StockShipped", &["OrderCompleted"])
            }
            Some(Status::Processing) => {
                wait(Who::Inventory, "the goods have not left yet", "OrderConfirmed", &["StockShipped"])
            }
            Some(Status::Completed | Status::Rejected) => None,
            Some(Status::Cancelled) => self.undoing(),
        }
        .or_else(|| self.wish())
    }

    fn pending(&self) -> Option<Wait> {
        const END: &[&str] = &["OrderCancelled"];
        match (&self.goods, &self.money) {
            (Goods::Untouched, _) => unanswered(
                Who::Inventory,
                "OrderAccepted",
                &["StockReserved", "ReservationQueued", "StockRejected"],
            ),
            (Goods::InLine(sku), _) => wait(
                Who::Inventory,
                format!("in line for {sku}"),
                "ReservationQueued",
                &["StockReserved", "ReservationQueued", "StockRejected"],
            ),
            (Goods::Reserved, Purse::Untouched) => {
                unanswered(Who::Payment, "StockReserved", &["PaymentStarted", "PaymentFailed"])
            }
            (Goods::Reserved, Purse::Asked(_)) => wait(
                Who::Provider,
                "asked, no answer yet",
                "PaymentStarted",
                &["PaymentCaptured", "PaymentFailed"],
            ),
            (_, Purse::Captured(_)) => unanswered(Who::Order, "PaymentCaptured", &["OrderConfirmed"]),
            (_, Purse::Failed(_)) => unanswered(Who::Order, "PaymentFailed", END),
            (Goods::Refused, _) => unanswered(Who::Order, "StockRejected", END),
            _ => wait(Who::Order, "the last answer has not been taken up yet", "", END),
        }
    }

    /// What a cancelled order still has to give back. Money first.
    fn undoing(&self) -> Option<Wait> {
        const BACK: &[&str] = &["PaymentRefunded", "RefundFailed"];
        match (&self.money, &self.goods) {
            (Purse::Captured(amount), _) => {
                let what = format!("{amount} must go back to the customer");
                wait(Who::Payment, what, "OrderCancelled", &["RefundStarted"])
            }
            (Purse::Returning(amount), _) => {
                wait(Who::Provider, format!("{amount} is on its way back"), "RefundStarted", BACK)
            }
            (Purse::ReturnRefused(reason), _) => wait(
                Who::Provider,
                format!("it refuses the refund ({reason}), and is asked again"),
                "RefundFailed",
                BACK,
            ),
            (Purse::Asked(_), _) => wait(
                Who::Provider,
                "whether it charged is not known yet",
                "PaymentStarted",
                &["PaymentCaptured", "PaymentFailed"],
            ),
            (_, Goods::Reserved) => {
                let what = "the goods are not free again yet";
                wait(Who::Inventory, what, self.lets_go(), &["StockReleased"])
            }
            (_, Goods::InLine(_)) => wait(
                Who::Inventory,
                "the order still stands in line",
                "OrderCancelled",
                &["ReservationDropped"],
            ),
            // What was accepted is always heard of by inventory, and what is cancelled meanwhile by payment.
            (_, Goods::Untouched) if self.was_accepted() => unanswered(
                Who::Inventory,
                "OrderAccepted",
                &["StockReserved", "ReservationQueued", "StockRejected"],
            ),
            (Purse::Untouched, _) if self.is_voided_by_payment() => {
                unanswered(Who::Payment, "OrderCancelled", &["PaymentVoided"])
            }
            _ => None,
        }
    }

    fn lets_go(&self) -> &'static str {
        match self.money {
            Purse::Failed(_) => "PaymentFailed",
            _ => "OrderCancelled",
        }
    }

    fn was_accepted(&self) -> bool {
        self.order.as_ref().is_some_and(|order| order.total.is_some())
    }

    fn is_voided_by_payment(&self) -> bool {
        let reasons = [CancelReason::CustomerRequest, CancelReason::Expired].map(|reason| word(&reason));
        self.was_accepted()
            && self
                .order
                .as_ref()
                .is_some_and(|order| order.reasons.iter().any(|reason| reasons.contains(&reason.code)))
    }

    /// A customer's wish to cancel always gets an answer.
    fn wish(&self) -> Option<Wait> {
        let next = &["OrderCancelled", "OrderCancellationRefused"];
        (self.cancellations > 0).then(|| unanswered(Who::Order, "OrderCancellationRequested", next)).flatten()
    }
}
