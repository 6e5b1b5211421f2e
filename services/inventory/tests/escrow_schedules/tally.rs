//! What the outside knows of a SKU, summed from what was said: the other side of the books.

use events_schema::inventory::InventoryFact;

#[derive(Clone, Copy, Default, Debug)]
pub struct Tally {
    pub supplied: u64,
    pub written_off: u64,
    pub shipped: u64,
}

impl Tally {
    pub fn add(&mut self, fact: &InventoryFact) {
        match fact {
            InventoryFact::StockAdded(added) => self.supplied += added.quantity,
            InventoryFact::StockWrittenOff(off) => self.written_off += off.quantity,
            _ => {}
        }
    }

    pub fn supply(&self) -> u64 {
        self.supplied - self.written_off
    }
}

/// The pieces that travel with a transfer.
pub fn pieces(fact: &InventoryFact) -> u64 {
    match fact {
        InventoryFact::StockAllotted(sent) => sent.quantity,
        InventoryFact::StockDenied(denied) => denied.quantity,
        InventoryFact::StockReturned(back) => back.quantity,
        _ => 0,
    }
}
