//! The stock books: every piece of a SKU is in a depot, on its way, on a shelf, taken by an order, or shipped.
//!
//! Folds the `inventory` topic, all partitions, each in its order. Sums do not depend on how partitions interleave.

use std::collections::BTreeMap;

use events_schema::{Key, Line, inventory::InventoryFact, inventory::StockCounted};

/// Where the pieces of one SKU are. Signed, so that books that do not add up are shown and not hidden.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Account {
    /// Free in the depot.
    pub depot: i64,
    /// On the way between the depot and the shelves.
    pub in_transfer: i64,
    /// Per partition: free, and taken by open orders.
    pub shelves: BTreeMap<u16, Shelf>,
    /// Left with customers.
    pub shipped: i64,
    /// Ever added.
    pub supplied: i64,
    /// Ever written off.
    pub written_off: i64,
    /// The depot's version: what a correction must expect.
    pub version: u64,
    depot_known: bool,
}

/// One shelf of one SKU.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Shelf {
    /// Free.
    pub free: i64,
    /// Taken by open orders.
    pub held: i64,
}

impl Account {
    /// Free on all shelves.
    pub fn on_shelves(&self) -> i64 {
        self.shelves.values().map(|shelf| shelf.free).sum()
    }

    /// Taken by open orders, on all shelves.
    pub fn held(&self) -> i64 {
        self.shelves.values().map(|shelf| shelf.held).sum()
    }

    /// What could still be sold.
    pub fn sellable(&self) -> i64 {
        self.depot + self.in_transfer + self.on_shelves()
    }

    /// Supplied − written off = depot + in transfer + shelves + held + shipped, and nothing is negative. In transfer
    /// may be, for a moment, when the two ends of a transfer are read at different times.
    pub fn adds_up(&self) -> bool {
        let shelves = self.shelves.values().all(|shelf| shelf.free >= 0 && shelf.held >= 0);
        let found = self.sellable() + self.held() + self.shipped;
        self.supplied - self.written_off == found && self.depot >= 0 && shelves
    }
}

/// The accounts of all SKUs.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Books {
    /// By SKU.
    pub accounts: BTreeMap<Key, Account>,
    /// What open orders have taken: needed where a fact says only that the order lets go.
    taken: BTreeMap<Key, Vec<Line>>,
}

impl Books {
    /// Folds one fact about `subject` on `partition`.
    pub fn fold(&mut self, subject: Key, partition: u16, fact: &InventoryFact) {
        match fact {
            InventoryFact::StockReserved(reserved) => self.take(subject, partition, &reserved.lines),
            InventoryFact::ReservationQueued(queued) => {
                let taken: Vec<Line> =
                    queued.lines.iter().copied().take_while(|line| line.sku != queued.waiting_on).collect();
                self.take(subject, partition, &taken);
            }
            InventoryFact::StockRejected(_) | InventoryFact::ReservationDropped(_) => {
                self.let_go(subject, partition, &[])
            }
            InventoryFact::StockReleased(released) => self.let_go(subject, partition, &released.lines),
            InventoryFact::StockShipped(shipped) => self.ship(subject, partition, &shipped.lines),
            _ => self.accounts.entry(subject).or_default().move_pieces(partition, fact),
        }
    }

    fn take(&mut self, order: Key, partition: u16, lines: &[Line]) {
        let before = self.taken.insert(order, lines.to_vec()).unwrap_or_default();
        self.shift(partition, &before, -1);
        self.shift(partition, lines, 1);
    }

    /// An order lets go of what it has taken; `named` where an earlier fact of it was not read.
    fn let_go(&mut self, order: Key, partition: u16, named: &[Line]) {
        let lines = self.taken.remove(&order).unwrap_or_else(|| named.to_vec());
        self.shift(partition, &lines, -1);
    }

    fn ship(&mut self, order: Key, partition: u16, lines: &[Line]) {
        self.taken.remove(&order);
        for line in lines {
            let pieces = signed(line.quantity.get());
            let account = self.accounts.entry(line.sku).or_default();
            account.shelves.entry(partition).or_default().held -= pieces;
            account.shipped += pieces;
        }
    }

    fn shift(&mut self, partition: u16, lines: &[Line], sign: i64) {
        for line in lines {
            let pieces = sign * signed(line.quantity.get());
            let shelf = self.accounts.entry(line.sku).or_default().shelves.entry(partition).or_default();
            shelf.free -= pieces;
            shelf.held += pieces;
        }
    }
}

impl Account {
    /// Facts whose subject is the SKU.
    fn move_pieces(&mut self, partition: u16, fact: &InventoryFact) {
        use InventoryFact as Fact;
        match fact {
            Fact::StockAdded(added) => {
                self.depot += signed(added.quantity);
                self.supplied += signed(added.quantity);
                self.depot_says(added.version);
            }
            Fact::StockWrittenOff(off) => {
                self.depot -= signed(off.quantity);
                self.written_off += signed(off.quantity);
                self.depot_says(off.version);
            }
            Fact::StockAllotted(sent) => self.send(sent.quantity, sent.version),
            Fact::StockDenied(sent) => self.send(sent.quantity, sent.version),
            Fact::StockTakenBack(back) => {
                self.in_transfer -= signed(back.quantity);
                self.depot += signed(back.quantity);
                self.depot_says(back.version);
            }
            Fact::StockShelved(shelved) => {
                self.in_transfer -= signed(shelved.quantity);
                self.shelves.entry(partition).or_default().free += signed(shelved.quantity);
            }
            Fact::StockReturned(returned) => {
                self.in_transfer += signed(returned.quantity);
                self.shelves.entry(partition).or_default().free -= signed(returned.quantity);
            }
            Fact::StockShortage(short) => self.depot_says(short.version),
            Fact::StockRequestQueued(queued) => self.depot_says(queued.version),
            Fact::StockRecalled(recalled) => self.depot_says(recalled.version),
            Fact::StockCorrectionRefused(refused) => self.depot_says(refused.current_version),
            Fact::StockCounted(count) => self.count(count),
            _ => {}
        }
    }

    fn send(&mut self, quantity: u64, version: u64) {
        self.depot -= signed(quantity);
        self.in_transfer += signed(quantity);
        self.depot_says(version);
    }

    fn depot_says(&mut self, version: u64) {
        self.version = self.version.max(version);
        self.depot_known = true;
    }

    /// A balance brought forward repeats what is known; it is news only where the log begins with it.
    fn count(&mut self, count: &StockCounted) {
        match count.shelf {
            Some(shelf) => {
                let counted = Shelf { free: signed(count.available), held: signed(count.held) };
                self.shelves.entry(shelf).or_insert(counted);
            }
            None if !self.depot_known => {
                self.depot = signed(count.available);
                self.supplied = count.supply.map_or(self.depot, signed);
                self.depot_says(count.version);
            }
            None => self.depot_says(count.version),
        }
    }
}

fn signed(pieces: u64) -> i64 {
    i64::try_from(pieces).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
