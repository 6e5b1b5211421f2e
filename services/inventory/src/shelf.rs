//! `Shelf`: the pieces of a SKU on one partition, and the orders that wait there for more.

use events_schema::{
    Key,
    inventory::{InventoryFact, StockCounted},
};
use rpds::RedBlackTreeMapSync;

/// The shelf of a SKU on one partition. A shelf that has enough decides alone.
#[derive(Clone, PartialEq, Debug)]
pub struct Shelf {
    /// Pieces nobody has taken.
    pub free: u64,
    /// Pieces taken for orders that are still open.
    pub held: u64,
    /// Whether free pieces go home to the depot; so it is at birth.
    pub scarce: bool,
    /// How many orders, from the head of the line on, the outstanding request covers; `None`: none is outstanding.
    pub asked: Option<usize>,
    /// The orders in line by number. The numbers only order them; they begin anew when the line is empty.
    line: RedBlackTreeMapSync<u64, Key>,
}

impl Default for Shelf {
    fn default() -> Shelf {
        Shelf { free: 0, held: 0, scarce: true, asked: None, line: RedBlackTreeMapSync::new_sync() }
    }
}

impl Shelf {
    /// The orders in line, first in first out.
    pub fn line(&self) -> impl Iterator<Item = Key> + '_ {
        self.line.values().copied()
    }

    /// The first order in line.
    pub fn head(&self) -> Option<Key> {
        self.line.first().map(|(_, order)| *order)
    }

    /// Whether somebody waits here.
    pub fn has_line(&self) -> bool {
        !self.line.is_empty()
    }

    /// Whether nobody waits for anything, so that the balance says it all.
    pub fn is_quiet(&self) -> bool {
        self.line.is_empty() && self.asked.is_none()
    }

    /// The orders the outstanding request covers.
    pub fn covered(&self) -> Vec<Key> {
        self.line().take(self.asked.unwrap_or(0)).collect()
    }

    /// Whether an order that does not wait here may take this many.
    pub(crate) fn covers(&self, quantity: u64) -> bool {
        self.line.is_empty() && quantity <= self.free
    }

    /// The order goes to the end of the line; its number there.
    pub(crate) fn join(&mut self, order: Key) -> u64 {
        let number = self.line.last().map_or(0, |(last, _)| last + 1);
        self.line.insert_mut(number, order);
        number
    }

    /// The order of this number leaves the line, and the request if that covered it: else its successor would be
    /// rejected in its place.
    pub(crate) fn leave(&mut self, number: u64) {
        let covered = self.asked.is_some_and(|asked| self.line.keys().take(asked).any(|at| *at == number));
        if self.line.remove_mut(&number) && covered {
            self.asked = self.asked.map(|asked| asked.saturating_sub(1));
        }
    }

    pub(crate) fn take(&mut self, quantity: u64) {
        self.free = self.free.saturating_sub(quantity);
        self.held = self.held.saturating_add(quantity);
    }

    pub(crate) fn put_back(&mut self, quantity: u64) {
        self.free = self.free.saturating_add(quantity);
        self.held = self.held.saturating_sub(quantity);
    }

    pub(crate) fn ship(&mut self, quantity: u64) {
        self.held = self.held.saturating_sub(quantity);
    }

    /// Folds one of its facts. Impossible numbers are tolerated: restore may begin anywhere.
    pub(crate) fn fold(&mut self, fact: &InventoryFact) {
        match fact {
            InventoryFact::StockShelved(shelved) => {
                self.free = self.free.saturating_add(shelved.quantity);
                self.scarce = shelved.scarce;
                if shelved.answer {
                    self.asked = None;
                }
            }
            InventoryFact::StockRequested(request) => {
                // Orders that ended before a restore began are not in line any more, and are covered by nothing.
                self.asked = Some(request.needs.len().min(self.line.size()));
            }
            InventoryFact::StockReturned(returned) => {
                self.free = self.free.saturating_sub(returned.quantity);
                self.scarce |= returned.recalled;
            }
            InventoryFact::StockCounted(counted) => *self = Shelf::counted(counted),
            _ => {}
        }
    }

    fn counted(counted: &StockCounted) -> Shelf {
        Shelf {
            free: counted.available,
            held: counted.held,
            scarce: counted.scarce.unwrap_or(true),
            ..Shelf::default()
        }
    }
}
