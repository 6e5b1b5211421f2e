//! What a saga begins with: the catalog, the goods, the customers' wishes, and the time.

use std::{sync::Arc, time::Duration};

use choreography::{Service, State};
use events_schema::{
    Currency, Key, Money, PaymentMethod, Timestamp, Topic,
    catalog::{ProductPublished, ProductStatus},
    checkout::{OfferedPayment, OrderCancellationRequested, OrderPlaced, WantedLine},
    warehouse::StockReceived,
};
use invariants::{Event, History};
use inventory::Inventory;
use order::{Order, Orders};

use super::story::Story;
use crate::wire::{Letter, key};

/// The time before the orders' time has run out.
pub(crate) const BEGIN: Timestamp = Timestamp(1_800_000_000_000_000);
/// And after it: an hour later.
pub(crate) const AFTER: Timestamp = Timestamp(BEGIN.0 + 3_600_000_000);
/// What the one product costs.
pub(crate) const PRICE: Money = Money { amount: 100, currency: Currency::EUR };

/// What a customer has wished for so far.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Wishes {
    placed: bool,
    again: bool,
    cancelled: bool,
    /// It was placed early enough for its deadline to come.
    pub(crate) expires: bool,
}

impl Wishes {
    pub(crate) fn has_placed(self) -> bool {
        self.placed
    }

    pub(crate) fn may_place(self, again: bool) -> bool {
        !self.placed || (again && !self.again)
    }

    pub(crate) fn may_cancel(self, cancels: bool) -> bool {
        cancels && self.placed && !self.cancelled
    }

    pub(crate) fn place(&mut self, late: bool) {
        if self.placed {
            self.again = true;
        } else {
            (self.placed, self.expires) = (true, !late);
        }
    }

    pub(crate) fn cancel(&mut self) {
        self.cancelled = true;
    }
}

/// What outsiders say, as each service takes it.
pub(crate) struct Inputs {
    pub(crate) places: Vec<order::Command>,
    pub(crate) cancels: Vec<order::Command>,
    /// The placements, as the judge reads them.
    pub(crate) placed: Vec<Event>,
    sku: Key,
}

impl Inputs {
    /// The goods that are there before all else.
    pub(crate) fn goods(&self, pieces: i64) -> Option<inventory::Command> {
        let goods = StockReceived { quantity: pieces };
        Letter::of_outsider(Topic::Warehouse, self.sku, BEGIN, &goods).command::<Inventory>()
    }
}

/// The orders and the product.
pub(crate) fn names(story: &Story) -> (Arc<[Key]>, Key) {
    ((1..=story.customers.len()).map(|n| key(&format!("order-{n}"))).collect(), key("sku-a"))
}

/// All that customers can say.
pub(crate) fn inputs(orders: &[Key], sku: &Key) -> Inputs {
    let place = |order: &Key| Letter::of_outsider(Topic::Checkout, *order, BEGIN, &placement(sku));
    let cancel = |order: &Key| {
        let wish = OrderCancellationRequested { reason: None };
        Letter::of_outsider(Topic::Checkout, *order, BEGIN, &wish)
    };
    let mut history = History::default();
    for (offset, order) in orders.iter().enumerate() {
        history.push(&place(order).record(offset as i64));
    }
    Inputs {
        places: orders.iter().filter_map(|order| place(order).command::<Order>()).collect(),
        cancels: orders.iter().filter_map(|order| cancel(order).command::<Order>()).collect(),
        placed: history.all().cloned().collect(),
        sku: *sku,
    }
}

fn placement(sku: &Key) -> OrderPlaced {
    OrderPlaced {
        order_id: None,
        customer_id: key("customer").into(),
        lines: vec![WantedLine { sku: sku.to_string(), quantity: 1 }],
        currency: None,
        payment: OfferedPayment { method: PaymentMethod::Card, token: "tok_ok".to_owned() },
        note: None,
    }
}

/// The state of order once it has read its catalog.
pub(crate) fn with_catalog(mut state: Orders, sku: &Key) -> Orders {
    let product = ProductPublished {
        name: "a".to_owned(),
        description: String::new(),
        category: String::new(),
        prices: vec![PRICE],
        status: ProductStatus::Available,
    };
    let row = Letter::of_outsider(Topic::Catalog, *sku, BEGIN, &product);
    for table in Order::tables().iter().filter(|table| table.table.topic() == Topic::Catalog) {
        // It was written a moment ago, so that it can be read.
        let _ = table.table.remember(&mut state, &row.record(0));
    }
    state.commit();
    state
}

/// A lifetime that is longer than the time that passes would make deadlines that never come.
const _: () = assert!(AFTER.0 - BEGIN.0 > Duration::from_secs(15 * 60).as_micros() as i64);
