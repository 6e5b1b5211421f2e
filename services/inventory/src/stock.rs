//! `Stock`: the state of a task, and `Books`, what the fold needs of a state.

use choreography::{State, Table, Task};
use events_schema::{Key, catalog::ProductPublished, partition_of};

use crate::{Depot, Reservation, Shelf};

/// Everything inventory knows on one partition.
#[derive(PartialEq, Debug)]
pub struct Stock {
    task: Task,
    depots: Table<Key, Depot>,
    shelves: Table<Key, Shelf>,
    reservations: Table<Key, Reservation>,
    products: Table<Key, ProductPublished>,
}

/// Pieces of all products of one task, by where they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pieces {
    /// At depots.
    pub depot: u64,
    /// Free on shelves.
    pub shelf: u64,
    /// Taken for open orders.
    pub held: u64,
}

impl Stock {
    pub(crate) fn new(task: Task) -> Stock {
        Stock {
            task,
            depots: Table::default(),
            shelves: Table::default(),
            reservations: Table::default(),
            products: Table::default(),
        }
    }

    /// The task this is the state of.
    pub fn task(&self) -> Task {
        self.task
    }

    /// Whether the SKU's depot and product stand on this partition.
    pub fn is_home(&self, sku: &Key) -> bool {
        partition_of(sku, self.task.partitions) == self.task.partition
    }

    /// The depot of a SKU.
    pub fn depot(&self, sku: &Key) -> Option<&Depot> {
        self.depots.get(sku)
    }

    /// The shelf of a SKU.
    pub fn shelf(&self, sku: &Key) -> Option<&Shelf> {
        self.shelves.get(sku)
    }

    /// All pieces here. It looks at every product: for figures now and then.
    pub fn pieces(&self) -> Pieces {
        Pieces {
            depot: self.depots.sum(|depot| depot.free),
            shelf: self.shelves.sum(|shelf| shelf.free),
            held: self.shelves.sum(|shelf| shelf.held),
        }
    }

    /// An open order.
    pub fn reservation(&self, order: &Key) -> Option<&Reservation> {
        self.reservations.get(order)
    }

    /// How many orders are open.
    pub fn open_orders(&self) -> usize {
        self.reservations.len()
    }

    /// All open orders in order of their ids, for reports and checks: it sorts.
    pub fn sorted_orders(&self) -> Vec<Key> {
        self.reservations.sorted_keys()
    }

    /// The product of a SKU whose home is here, as it was last published.
    pub fn product(&self, sku: &Key) -> Option<&ProductPublished> {
        self.products.get(sku)
    }

    pub(crate) fn publish(&mut self, sku: Key, product: ProductPublished) {
        self.products.put(sku, product);
    }

    pub(crate) fn unpublish(&mut self, sku: &Key) {
        self.products.remove(sku);
    }
}

impl State for Stock {
    fn commit(&mut self) {
        self.depots.commit();
        self.shelves.commit();
        self.reservations.commit();
        self.products.commit();
    }

    fn roll_back(&mut self) {
        self.depots.roll_back();
        self.shelves.roll_back();
        self.reservations.roll_back();
        self.products.roll_back();
    }
}

/// What the fold reads and writes: the state itself, or a draft of it within a decision.
pub(crate) trait Books {
    fn depot(&self, sku: &Key) -> Option<&Depot>;
    fn shelf(&self, sku: &Key) -> Option<&Shelf>;
    fn reservation(&self, order: &Key) -> Option<&Reservation>;
    fn put_depot(&mut self, sku: Key, depot: Depot);
    fn put_shelf(&mut self, sku: Key, shelf: Shelf);
    /// `None`: the order is over and forgotten.
    fn put_reservation(&mut self, order: Key, reservation: Option<Reservation>);
}

impl Books for Stock {
    fn depot(&self, sku: &Key) -> Option<&Depot> {
        self.depots.get(sku)
    }
    fn shelf(&self, sku: &Key) -> Option<&Shelf> {
        self.shelves.get(sku)
    }
    fn reservation(&self, order: &Key) -> Option<&Reservation> {
        self.reservations.get(order)
    }
    fn put_depot(&mut self, sku: Key, depot: Depot) {
        put(&mut self.depots, sku, depot);
    }
    fn put_shelf(&mut self, sku: Key, shelf: Shelf) {
        put(&mut self.shelves, sku, shelf);
    }
    fn put_reservation(&mut self, order: Key, reservation: Option<Reservation>) {
        match reservation {
            Some(reservation) => self.reservations.put(order, reservation),
            None => self.reservations.remove(&order),
        }
    }
}

/// What is as it was at birth is not kept: a restore that begins later never heard of it, and must end up the same.
fn put<V: Default + PartialEq>(table: &mut Table<Key, V>, sku: Key, value: V) {
    match value == V::default() {
        true => table.remove(&sku),
        false => table.put(sku, value),
    }
}
