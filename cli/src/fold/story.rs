//! One order over all services: where it stands, where the goods and the money are, and who has to move next.

use events_schema::{
    Heard, Key, Money, checkout::CheckoutEvent, inventory::InventoryFact, parking::ParkingFact,
    payments::PaymentFact,
};
use serde::Serialize;

use super::{
    order::{Order, Status},
    told::Told,
};
use crate::render::word;

/// What the events of one order add up to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Story {
    /// Its fate, as order tells it; none before it was accepted or rejected.
    pub order: Option<Order>,
    /// Whether a placement was seen.
    pub placed: bool,
    /// Where the goods are.
    pub goods: Goods,
    /// Where the money is.
    pub money: Purse,
    /// Services at which a record of this order is set aside, with the reason of the first.
    pub blocked: Vec<(String, String)>,
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
            Told::Checkout(CheckoutEvent::OrderPlaced(_)) => self.placed = true,
            Told::Order(fact) => {
                self.order =
                    Order::fold(self.order.take(), heard.subject, heard.place.partition, fact, heard.time);
            }
            Told::Inventory(fact) => self.goods_move(fact),
            Told::Payment(fact) => self.money_moves(fact),
            Told::Parking(fact) => {
                self.set_aside(heard.place.topic.owner().map_or("", |owner| owner.name()), fact)
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

    fn set_aside(&mut self, service: &str, fact: &ParkingFact) {
        match fact {
            ParkingFact::EventForwarded(_) => {}
            ParkingFact::EventParked(parked) => {
                self.blocked.push((service.to_owned(), parked.reason.clone()))
            }
            ParkingFact::EventResumed(_) | ParkingFact::EventDiscarded(_) => {
                if let Some(at) = self.blocked.iter().position(|(name, _)| name == service) {
                    self.blocked.remove(at);
                }
            }
        }
    }

    /// The word for where the order stands.
    pub fn status(&self) -> &'static str {
        match &self.order {
            Some(order) => order.status.name(),
            None if self.placed => "placed",
            None => "unknown",
        }
    }

    /// Who has to move next, and what is missing; `None` when nobody has to.
    pub fn waits_for(&self) -> Option<String> {
        if let Some((service, reason)) = self.blocked.first() {
            return Some(format!(
                "an operator: a record is parked at {service} ({reason}); look: orderctl parked list"
            ));
        }
        match self.order.as_ref().map(|order| order.status) {
            None => Some("order: the placement has no answer yet".to_owned()),
            Some(Status::Pending) => Some(self.pending_waits_for()),
            Some(Status::Processing) if self.goods == Goods::Shipped => {
                Some("order: StockShipped has no answer yet".to_owned())
            }
            Some(Status::Processing) => Some("inventory: the goods have not left yet".to_owned()),
            Some(Status::Completed | Status::Rejected) => None,
            Some(Status::Cancelled) => self.undoing_waits_for(),
        }
    }

    fn pending_waits_for(&self) -> String {
        match (&self.goods, &self.money) {
            (Goods::Untouched, _) => "inventory: OrderAccepted has no answer yet".to_owned(),
            (Goods::InLine(sku), _) => format!("inventory: in line for {sku}"),
            (Goods::Reserved, Purse::Untouched) => "payment: StockReserved has no answer yet".to_owned(),
            (Goods::Reserved, Purse::Asked(_)) => "the payment provider: asked, no answer yet".to_owned(),
            _ => "order: the last answer has not been taken up yet".to_owned(),
        }
    }

    fn undoing_waits_for(&self) -> Option<String> {
        match (&self.goods, &self.money) {
            (_, Purse::Captured(amount)) => Some(format!("payment: {amount} must go back to the customer")),
            (_, Purse::Returning(amount)) => {
                Some(format!("the payment provider: {amount} is on its way back"))
            }
            (_, Purse::ReturnRefused(reason)) => {
                Some(format!("the payment provider refuses the refund ({reason}); tried again"))
            }
            (_, Purse::Asked(_)) => {
                Some("the payment provider: whether it charged is not known yet".to_owned())
            }
            (Goods::Reserved, _) => Some("inventory: the goods are not free again yet".to_owned()),
            (Goods::InLine(_), _) => Some("inventory: the order still stands in line".to_owned()),
            _ => None,
        }
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
