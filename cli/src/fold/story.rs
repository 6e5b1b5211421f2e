//! One order over all services: where it stands, where the goods and the money are, and who has to move next.

use events_schema::{
    Heard, Key, Money, Source, Timestamp, Topic, checkout::CheckoutEvent, inventory::InventoryFact,
    orders::OrderFact, parking::ParkingFact, payments::PaymentFact,
};
use serde::Serialize;

use super::{
    order::{Order, Status},
    parked::Identity,
    told::Told,
};
use crate::render::word;

/// What the events of one order add up to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Story {
    /// Its fate, as order tells it; none before it was accepted or rejected.
    pub order: Option<Order>,
    /// When it was placed, if a placement was seen.
    pub placed_at: Option<Timestamp>,
    /// When order cancels it if it is still pending.
    pub expires_at: Option<Timestamp>,
    /// How many wishes to cancel it have no answer.
    pub cancellations: u32,
    /// Why its placement was given up, if it was.
    pub given_up: Option<String>,
    /// Where the goods are.
    pub goods: Goods,
    /// Where the money is.
    pub money: Purse,
    /// The records of this order that are set aside, oldest first.
    pub blocked: Vec<Block>,
}

/// A record of the order that is set aside.
#[derive(Clone, PartialEq, Debug)]
pub struct Block {
    /// Where it stood, and which service set it aside.
    pub record: Identity,
    /// Why.
    pub reason: String,
    /// When.
    pub since: Timestamp,
}

/// Where the goods are.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goods {
    /// Nothing was decided.
    #[default]
    Untouched,
    /// The order waits in line for this SKU.
    InLine(Key),
    /// Taken for the order.
    Reserved,
    /// The stock does not cover it.
    Refused,
    /// Given back, or never taken after all.
    Released,
    /// They have left.
    Shipped,
}

/// Where the money is.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purse {
    /// With the customer; nobody has asked.
    #[default]
    Untouched,
    /// The provider was asked and has not answered.
    Asked(Money),
    /// With us.
    Captured(Money),
    /// With the customer, definitely: the reason.
    Failed(String),
    /// With the customer: nothing will be started.
    Voided,
    /// With us, on its way back.
    Returning(Money),
    /// The provider refused to give it back; tried again.
    ReturnRefused(String),
    /// With the customer again.
    Refunded(Money),
}

impl Story {
    /// Folds one event of the order.
    pub fn hear(&mut self, heard: &Heard<Told>) {
        match &heard.data {
            Told::Checkout(CheckoutEvent::OrderPlaced(_)) => {
                self.placed_at = Some(self.placed_at.map_or(heard.time, |before| before.min(heard.time)));
            }
            Told::Checkout(CheckoutEvent::OrderCancellationRequested(_)) => self.cancellations += 1,
            Told::Order(fact) => {
                self.order_says(fact);
                self.order =
                    Order::fold(self.order.take(), heard.subject, heard.place.partition, fact, heard.time);
            }
            Told::Inventory(fact) => self.goods_move(fact),
            Told::Payment(fact) => self.money_moves(fact),
            Told::Parking(fact) => self.set_aside(heard.place.topic, fact, heard.time),
            _ => {}
        }
    }

    fn order_says(&mut self, fact: &OrderFact) {
        match fact {
            OrderFact::OrderAccepted(accepted) => self.expires_at = Some(accepted.expires_at),
            OrderFact::OrderCancellationRefused(_) => {
                self.cancellations = self.cancellations.saturating_sub(1);
            }
            OrderFact::OrderCancelled(cancelled) => {
                self.expires_at = Some(cancelled.expires_at);
                if cancelled.reason == events_schema::orders::CancelReason::CustomerRequest {
                    self.cancellations = self.cancellations.saturating_sub(1);
                }
            }
            _ => {}
        }
    }

    fn goods_move(&mut self, fact: &InventoryFact) {
        self.goods = match fact {
            InventoryFact::StockReserved(_) => Goods::Reserved,
            InventoryFact::ReservationQueued(queued) => Goods::InLine(queued.waiting_on),
            InventoryFact::StockRejected(_) => Goods::Refused,
            InventoryFact::ReservationDropped(_) | InventoryFact::StockReleased(_) => Goods::Released,
            InventoryFact::StockShipped(_) => Goods::Shipped,
            _ => return,
        };
    }

    fn money_moves(&mut self, fact: &PaymentFact) {
        self.money = match fact {
            PaymentFact::PaymentStarted(started) => Purse::Asked(started.amount),
            PaymentFact::PaymentCaptured(captured) => Purse::Captured(captured.amount),
            PaymentFact::PaymentFailed(failed) => Purse::Failed(word(&failed.reason)),
            // A voided payment that was asked for is settled by the provider's answer, not by the wish.
            PaymentFact::PaymentVoided(_) if self.money == Purse::Untouched => Purse::Voided,
            PaymentFact::PaymentVoided(_) => return,
            PaymentFact::RefundStarted(started) => Purse::Returning(started.amount),
            PaymentFact::PaymentRefunded(refunded) => Purse::Refunded(refunded.amount),
            PaymentFact::RefundFailed(failed) => Purse::ReturnRefused(failed.reason.clone()),
        };
    }

    fn set_aside(&mut self, topic: Topic, fact: &ParkingFact, time: Timestamp) {
        let Some(service) = topic.owner() else { return };
        let identity = |topic: &String, partition: u16, offset: i64| {
            let topic = topic.clone();
            Identity { service, topic, partition, offset }
        };
        match fact {
            ParkingFact::EventForwarded(_) => {}
            ParkingFact::EventParked(p) => {
                let record = identity(&p.topic, p.partition, p.offset);
                let old = p.corrects.map_or(record.clone(), |old| identity(&p.topic, p.partition, old));
                // Tried in vain it keeps its place, and has a newer reason; corrected it has the place of the other.
                match self.blocked.iter_mut().find(|block| block.record == old) {
                    Some(block) => (block.record, block.reason) = (record, p.reason.clone()),
                    None => self.blocked.push(Block { record, reason: p.reason.clone(), since: time }),
                }
            }
            ParkingFact::EventResumed(p) => self.freed(&identity(&p.topic, p.partition, p.offset)),
            ParkingFact::EventDiscarded(p) => {
                self.freed(&identity(&p.topic, p.partition, p.offset));
                if service == Source::Order && p.topic == Topic::Checkout.name() && self.order.is_none() {
                    self.given_up = Some(p.reason.clone());
                }
            }
        }
    }

    fn freed(&mut self, record: &Identity) {
        self.blocked.retain(|block| block.record != *record);
    }

    /// The word for where the order stands.
    pub fn status(&self) -> &'static str {
        match &self.order {
            Some(order) => order.status.name(),
            None if self.given_up.is_some() => "discarded",
            None if self.placed_at.is_some() => "placed",
            None => "unknown",
        }
    }

    /// Whether its fate is decided: it was given up, or order said its last word on it.
    pub fn has_ended(&self) -> bool {
        match &self.order {
            Some(order) => order.status.is_ending(),
            None => self.given_up.is_some(),
        }
    }

    /// Whether it has ended and nobody owes anything any more.
    pub fn is_settled(&self) -> bool {
        self.has_ended() && self.waits_for().is_none()
    }

    /// Whether money is ours that must go back, or may be.
    pub fn owes_refund(&self) -> bool {
        let cancelled = self.order.as_ref().is_some_and(|order| order.status == Status::Cancelled);
        cancelled && matches!(self.money, Purse::Captured(_) | Purse::Returning(_) | Purse::ReturnRefused(_))
    }
}

impl std::fmt::Display for Goods {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Goods::Untouched => f.write_str("untouched"),
            Goods::InLine(sku) => write!(f, "in line for {sku}"),
            Goods::Reserved => f.write_str("reserved"),
            Goods::Refused => f.write_str("refused"),
            Goods::Released => f.write_str("released"),
            Goods::Shipped => f.write_str("shipped"),
        }
    }
}

impl std::fmt::Display for Purse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Purse::Untouched => f.write_str("untouched"),
            Purse::Asked(amount) => write!(f, "{amount} asked for"),
            Purse::Captured(amount) => write!(f, "{amount} captured"),
            Purse::Failed(reason) => write!(f, "none taken, {reason}"),
            Purse::Voided => f.write_str("none taken, voided"),
            Purse::Returning(amount) => write!(f, "{amount} on its way back"),
            Purse::ReturnRefused(reason) => write!(f, "captured, refund refused: {reason}"),
            Purse::Refunded(amount) => write!(f, "{amount} refunded"),
        }
    }
}

#[cfg(test)]
mod tests;
