//! `Draft`: the state as it will be after what a decision has said so far.
//!
//! A decision cascades: a cancellation frees pieces, which serves an order, which joins another line. Each step must see
//! the ones before it. The draft folds with the very fold of the state, so that the two cannot disagree.

use ahash::AHashMap;
use choreography::{Decision, Task};
use events_schema::{Key, catalog::ProductPublished, inventory::InventoryFact};

use crate::{Depot, Reservation, Shelf, Stock, fold::fold, stock::Books};

pub(crate) struct Draft<'a> {
    stock: &'a Stock,
    depots: AHashMap<Key, Depot>,
    shelves: AHashMap<Key, Shelf>,
    reservations: AHashMap<Key, Option<Reservation>>,
    out: &'a mut Decision<InventoryFact>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(stock: &'a Stock, out: &'a mut Decision<InventoryFact>) -> Draft<'a> {
        let (depots, shelves, reservations) = Default::default();
        Draft { stock, depots, shelves, reservations, out }
    }

    /// Says a fact, and takes it into account from here on.
    pub(crate) fn say(&mut self, subject: Key, fact: impl Into<InventoryFact>) {
        let fact = fact.into();
        fold(self, subject, &fact);
        self.out.say(subject, fact);
    }

    /// Gives the consumed record up.
    pub(crate) fn discard(&mut self, reason: &'static str) {
        self.out.discard(reason);
    }

    pub(crate) fn task(&self) -> Task {
        self.stock.task()
    }

    /// The product of a SKU whose home is here. A decision publishes one at most, so what it says needs no draft.
    pub(crate) fn product(&self, sku: &Key) -> Option<&'a ProductPublished> {
        self.stock.product(sku)
    }

    /// The depot of a SKU; a new one if nothing was ever said of it.
    pub(crate) fn depot_of(&self, sku: &Key) -> Depot {
        self.depot(sku).cloned().unwrap_or_default()
    }

    /// The shelf of a SKU; a new one if nothing was ever said of it.
    pub(crate) fn shelf_of(&self, sku: &Key) -> Shelf {
        self.shelf(sku).cloned().unwrap_or_default()
    }
}

impl Books for Draft<'_> {
    fn depot(&self, sku: &Key) -> Option<&Depot> {
        self.depots.get(sku).or_else(|| self.stock.depot(sku))
    }
    fn shelf(&self, sku: &Key) -> Option<&Shelf> {
        self.shelves.get(sku).or_else(|| self.stock.shelf(sku))
    }
    fn reservation(&self, order: &Key) -> Option<&Reservation> {
        match self.reservations.get(order) {
            Some(drafted) => drafted.as_ref(),
            None => self.stock.reservation(order),
        }
    }
    fn put_depot(&mut self, sku: Key, depot: Depot) {
        self.depots.insert(sku, depot);
    }
    fn put_shelf(&mut self, sku: Key, shelf: Shelf) {
        self.shelves.insert(sku, shelf);
    }
    fn put_reservation(&mut self, order: Key, reservation: Option<Reservation>) {
        self.reservations.insert(order, reservation);
    }
}
