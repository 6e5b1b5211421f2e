//! `Depot`: the one place per SKU that deals pieces to shelves, calls them home and refuses.

use std::collections::{BTreeSet, VecDeque};

use events_schema::inventory::{Asker, InventoryFact, StockCounted};

/// The depot of a SKU; it stands on the partition of the SKU's key.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Depot {
    /// Pieces here.
    pub free: u64,
    /// Shelves that may hold free pieces.
    pub dealt: BTreeSet<u16>,
    /// Shelves that were called to send theirs home and have not answered yet.
    pub waiting: BTreeSet<u16>,
    /// Who waits for pieces, first in first out.
    pub asks: VecDeque<Ask>,
    /// The number of supply changes.
    pub version: u64,
    /// Supplied − written off, over all time.
    pub supply: u64,
}

/// A request that waits for pieces to come home.
#[derive(Clone, PartialEq, Debug)]
pub struct Ask {
    /// Who asks.
    pub who: Asker,
    /// The wanted quantities, in order; a correction has one.
    pub needs: Vec<u64>,
}

impl Depot {
    /// Whether nobody waits for anything, so that the balance says it all.
    pub fn is_quiet(&self) -> bool {
        self.asks.is_empty() && self.waiting.is_empty()
    }

    /// Whether a correction waits in the asks.
    pub(crate) fn pending_corrections(&self) -> u64 {
        self.asks.iter().filter(|ask| matches!(ask.who, Asker::Correction(_))).count() as u64
    }

    /// Folds one of its facts. Unknown subjects and impossible numbers are tolerated: restore may begin anywhere.
    pub(crate) fn fold(&mut self, fact: &InventoryFact) {
        match fact {
            InventoryFact::StockAdded(added) => {
                self.free = self.free.saturating_add(added.quantity);
                self.supply = self.supply.saturating_add(added.quantity);
                self.version = added.version;
            }
            InventoryFact::StockWrittenOff(off) => {
                self.free = self.free.saturating_sub(off.quantity);
                self.supply = self.supply.saturating_sub(off.quantity);
                self.version = off.version;
                self.corrected(off.quantity);
            }
            InventoryFact::StockShortage(short) => {
                self.version = short.version;
                self.corrected(short.quantity);
            }
            InventoryFact::StockRequestQueued(queued) => {
                self.asks.push_back(Ask { who: queued.who.clone(), needs: queued.needs.clone() });
            }
            InventoryFact::StockAllotted(sent) => {
                self.sent(sent.shelf, sent.quantity, sent.answer);
                if !sent.scarce {
                    self.dealt.insert(sent.shelf);
                }
            }
            InventoryFact::StockDenied(denied) => self.sent(denied.shelf, denied.quantity, true),
            InventoryFact::StockRecalled(recalled) => {
                self.dealt.remove(&recalled.shelf);
                self.waiting.insert(recalled.shelf);
            }
            InventoryFact::StockTakenBack(back) => {
                self.free = self.free.saturating_add(back.quantity);
                if back.recalled {
                    self.waiting.remove(&back.shelf);
                }
            }
            InventoryFact::StockCounted(counted) => *self = Depot::counted(counted),
            _ => {}
        }
    }

    fn counted(counted: &StockCounted) -> Depot {
        Depot {
            free: counted.available,
            dealt: counted.dealt.iter().copied().collect(),
            version: counted.version,
            supply: counted.supply.unwrap_or(counted.available),
            ..Depot::default()
        }
    }

    fn sent(&mut self, shelf: u16, quantity: u64, answer: bool) {
        self.free = self.free.saturating_sub(quantity);
        if answer {
            self.asks.retain(|ask| ask.who != Asker::Shelf(shelf));
        }
    }

    /// The correction in front is done by this much; it leaves when nothing of it is left. (One that could only be
    /// written off in part says two facts.)
    fn corrected(&mut self, quantity: u64) {
        let Some(ask) = self.asks.front_mut().filter(|ask| matches!(ask.who, Asker::Correction(_))) else {
            return;
        };
        let rest = ask.needs.first().map_or(0, |need| need.saturating_sub(quantity));
        if rest == 0 {
            self.asks.pop_front();
        } else {
            ask.needs = vec![rest];
        }
    }
}
