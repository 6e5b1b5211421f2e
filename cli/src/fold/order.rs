//! An order's fate: the fold of its facts on `orders`.

use events_schema::{
    Key, Line, Money, Timestamp,
    orders::{OrderFact, PricedLine},
};
use serde::Serialize;

use crate::render::word;

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Accepted; the money is not in yet.
    Pending,
    /// The money is in; the goods are on their way.
    Processing,
    /// The goods have left.
    Completed,
    /// Ended without a sale.
    Cancelled,
    /// Never accepted.
    Rejected,
}

impl Status {
    /// Whether nothing can change any more.
    pub fn is_ending(self) -> bool {
        matches!(self, Status::Completed | Status::Cancelled | Status::Rejected)
    }

    /// Where a fact leaves its order; `None` for one that says nothing about it.
    pub fn after(fact: &OrderFact) -> Option<Status> {
        Some(match fact {
            OrderFact::OrderAccepted(_) => Status::Pending,
            OrderFact::OrderRejected(_) => Status::Rejected,
            OrderFact::OrderConfirmed(_) => Status::Processing,
            OrderFact::OrderCompleted(_) => Status::Completed,
            OrderFact::OrderCancelled(_) => Status::Cancelled,
            OrderFact::OrderCancellationRefused(_) => return None,
        })
    }

    /// The word for people and scripts.
    pub fn name(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Processing => "processing",
            Status::Completed => "completed",
            Status::Cancelled => "cancelled",
            Status::Rejected => "rejected",
        }
    }
}

/// One reason of a rejection.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Reason {
    /// Its code, as in the contract.
    pub code: String,
    /// What exactly.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// An order as its facts tell it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Order {
    /// Its id.
    pub order_id: Key,
    /// Where it stands.
    pub status: Status,
    /// Why it was rejected or cancelled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Who buys; unknown when its acceptance was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<Key>,
    /// What it costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<Money>,
    /// What was accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
    /// When order first spoke of it.
    pub since: Timestamp,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The partition its saga lives on.
    pub partition: u16,
}

impl Order {
    /// Folds one fact: `None` for one that says nothing about an order's status.
    pub fn fold(
        before: Option<Order>,
        id: Key,
        partition: u16,
        fact: &OrderFact,
        time: Timestamp,
    ) -> Option<Order> {
        let Some(status) = Status::after(fact) else { return before };
        let mut order = before.unwrap_or_else(|| Order::unheard(id, partition, status, time));
        order.status = status;
        order.ended_at = status.is_ending().then_some(time);
        match fact {
            OrderFact::OrderAccepted(accepted) => {
                order.customer_id = Some(accepted.customer_id.expose());
                order.total = Some(accepted.total);
                let line = |line: &PricedLine| Line { sku: line.sku, quantity: line.quantity };
                order.lines = accepted.lines.iter().map(line).collect();
            }
            OrderFact::OrderRejected(rejected) => {
                let reason = |r: &events_schema::orders::Rejection| Reason {
                    code: word(&r.code),
                    detail: r.detail.clone(),
                };
                order.reasons = rejected.reasons.iter().map(reason).collect();
            }
            OrderFact::OrderCancelled(cancelled) => {
                order.reasons = vec![Reason { code: word(&cancelled.reason), detail: String::new() }];
            }
            _ => {}
        }
        Some(order)
    }

    pub(super) fn unheard(order_id: Key, partition: u16, status: Status, since: Timestamp) -> Order {
        Order {
            order_id,
            status,
            reasons: Vec::new(),
            customer_id: None,
            total: None,
            lines: Vec::new(),
            since,
            ended_at: None,
            partition,
        }
    }

    /// The reasons in one line: `unknown_sku mug; bad_quantity 0`.
    pub fn why(&self) -> String {
        let each: Vec<String> = self.reasons.iter().map(Reason::to_string).collect();
        each.join("; ")
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.code)?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, " {}", self.detail) }
    }
}

#[cfg(test)]
mod tests {
    use events_schema::orders::{
        CancelReason, OrderCancellationRefused, OrderCancelled, OrderCompleted, OrderConfirmed,
        OrderRejected, RefusalReason, Rejection, RejectionCode,
    };

    use super::*;

    fn told(facts: &[OrderFact]) -> Option<Order> {
        let id = "o-1".parse().unwrap();
        let mut at = 0;
        facts.iter().fold(None, |order, fact| {
            at += 1;
            Order::fold(order, id, 0, fact, Timestamp(at))
        })
    }

    #[test]
    fn a_confirmed_order_is_processing_until_the_goods_have_left() {
        let facts = [OrderConfirmed {}.into(), OrderCompleted {}.into()];
        assert_eq!(told(&facts[..1]).unwrap().status, Status::Processing);
        let done = told(&facts).unwrap();
        assert_eq!((done.status, done.ended_at), (Status::Completed, Some(Timestamp(2))));
    }

    #[test]
    fn a_rejection_keeps_every_reason() {
        let reason = |code, detail: &str| Rejection { code, detail: detail.to_owned() };
        let reasons = vec![reason(RejectionCode::UnknownSku, "mug"), reason(RejectionCode::NoLines, "")];
        assert_eq!(told(&[OrderRejected { reasons }.into()]).unwrap().why(), "unknown_sku mug; no_lines");
    }

    #[test]
    fn a_refused_cancellation_changes_nothing() {
        let refused = OrderCancellationRefused { reason: RefusalReason::AlreadyConfirmed };
        assert_eq!(told(&[refused.clone().into()]), None);
        let order = told(&[OrderConfirmed {}.into(), refused.into()]).unwrap();
        assert_eq!(order.status, Status::Processing);
    }

    #[test]
    fn a_cancellation_tells_why() {
        let cancelled = OrderCancelled { reason: CancelReason::OutOfStock, expires_at: Timestamp(9) };
        let order = told(&[cancelled.into()]).unwrap();
        assert_eq!((order.status, order.why().as_str()), (Status::Cancelled, "out_of_stock"));
    }
}
