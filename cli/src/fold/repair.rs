//! Whether an order needs a repair: what a given-up cancellation has left undone, or an end before its time.

use events_schema::Source;

use super::{
    order::Status,
    story::{Goods, Purse, Story},
};

/// What an operator can have done about an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Repair {
    /// Payment gives back what was taken for a cancelled order.
    Refund,
    /// Inventory gives back what a cancelled order holds.
    Release,
    /// Order cancels a pending order as if its time had run out.
    Expire,
}

impl Repair {
    /// The service that does it.
    pub fn owner(self) -> Source {
        match self {
            Repair::Refund => Source::Payment,
            Repair::Release => Source::Inventory,
            Repair::Expire => Source::Order,
        }
    }

    /// Why there is nothing to repair, by the order's story; `None`: there is. An ended order stays ended, so that what
    /// is true of it now is true when the service reads the request.
    pub fn needless(self, story: &Story) -> Option<String> {
        let status = story.order.as_ref().map(|order| order.status)?;
        if let Some(block) = story.blocked.first() {
            return Some(format!("{} is parked; that comes first: orderctl parked show", block.record));
        }
        match (self, status) {
            (Repair::Expire, Status::Pending) => None,
            (Repair::Expire, _) => Some(format!("it is {}, not pending", status.name())),
            (_, Status::Cancelled) => self.kept(story),
            (_, Status::Pending) => Some("it is pending; end it first: orderctl cancel".to_owned()),
            _ => Some(format!("it is {}, not cancelled: what was done for it stands", status.name())),
        }
    }

    fn kept(self, story: &Story) -> Option<String> {
        let text = match (self, &story.goods, &story.money) {
            (Repair::Release, Goods::Reserved | Goods::InLine(_), _)
            | (Repair::Refund, _, Purse::Captured(_) | Purse::Asked(_)) => return None,
            (Repair::Release, ..) => "it holds no stock",
            (_, _, Purse::Returning(_) | Purse::ReturnRefused(_)) => {
                "its money is on its way back; a refused refund is asked for again"
            }
            (_, _, Purse::Refunded(_)) => "its money is back already",
            _ => "nothing was taken for it",
        };
        Some(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use events_schema::{Currency, Money, Timestamp};

    use super::*;
    use crate::fold::order::Order;

    fn story(status: Status, goods: Goods, money: Purse) -> Story {
        let order = Order::unheard("o-1".parse().unwrap(), 0, status, Timestamp(0));
        Story { order: Some(order), goods, money, ..Story::default() }
    }

    #[test]
    fn only_a_cancelled_order_that_holds_something_needs_it_given_back() {
        let euros = Money::new(100, Currency::EUR);
        for status in [Status::Pending, Status::Processing, Status::Completed, Status::Rejected] {
            let story = story(status, Goods::Reserved, Purse::Captured(euros));
            assert!(Repair::Refund.needless(&story).is_some() && Repair::Release.needless(&story).is_some());
        }
        let kept = story(Status::Cancelled, Goods::Reserved, Purse::Captured(euros));
        assert_eq!((Repair::Refund.needless(&kept), Repair::Release.needless(&kept)), (None, None));
        let back = story(Status::Cancelled, Goods::Released, Purse::Refunded(euros));
        assert_eq!(Repair::Refund.needless(&back).as_deref(), Some("its money is back already"));
        assert_eq!(Repair::Release.needless(&back).as_deref(), Some("it holds no stock"));
    }

    #[test]
    fn only_a_pending_order_can_be_ended_before_its_time() {
        let of = |status| Repair::Expire.needless(&story(status, Goods::Untouched, Purse::Untouched));
        assert_eq!(of(Status::Pending), None);
        assert_eq!(of(Status::Processing).as_deref(), Some("it is processing, not pending"));
    }
}
