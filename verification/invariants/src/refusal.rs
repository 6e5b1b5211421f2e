//! S19: refused for stock only when the depot, with every free piece called home, could not cover it.
//!
//! The depot's own log shows which shelves it has dealt free pieces to. Each of them must have been called home since,
//! and have sent all it had, before the depot may deny anything that was ever supplied. What it kept, and what was free
//! on the shelf when the order was refused, must not have been enough together.

use std::collections::{BTreeMap, HashMap, HashSet};

use events_schema::{
    EventId, Key, Place, Topic,
    inventory::{InventoryFact, MissingLine, StockTakenBack},
};

use crate::{Event, History, Told, Verdict, asking, index::Index, stock::Stock};

/// What the depot of one SKU has, and where the pieces are that it could call home.
#[derive(Default)]
struct Depot {
    free: i64,
    supply: i64,
    /// The shelves that may have free pieces, and since when: the depot's offset.
    dealt: BTreeMap<u16, i64>,
}

/// A denial, and what could have been had at that moment.
struct Denial {
    at: Place,
    free: i64,
    supply: i64,
    /// A shelf that was not asked for its pieces, or kept them.
    overlooked: Option<u16>,
}

pub(crate) fn check(history: &History, index: &Index<'_>, stock: &Stock) -> Verdict {
    let mut verdict = Verdict::new("S19", "refused for stock only if all free pieces could not cover it");
    let mut denials = HashMap::new();
    for (_, events) in history.partitions_of(Topic::Inventory) {
        let mut depots: HashMap<Key, Depot> = HashMap::new();
        for event in events {
            let Told::Inventory(fact) = &event.told else { continue };
            if !moves(fact) {
                continue;
            }
            let depot = depots.entry(event.subject).or_default();
            depot.take(fact, event, index, &stock.kept);
            if matches!(fact, InventoryFact::StockDenied(_)) {
                denials.insert(&event.id, depot.denial(event.place));
            }
        }
    }
    for event in history.of(Topic::Inventory) {
        let Told::Inventory(InventoryFact::StockRejected(rejected)) = &event.told else { continue };
        let Some(denial) = event.cause.and_then(|cause| denials.get(&cause)) else { continue };
        for missing in &rejected.missing {
            let shows = [("StockRejected", event.place), ("StockDenied", denial.at)];
            let spare = stock.spare.get(&event.id).copied().unwrap_or(0);
            let fault = denial.falsely_refuses(missing, spare);
            let wrong = || fault.clone().unwrap_or_default();
            verdict.judge(fault.is_none(), event.subject, wrong, &shows);
        }
    }
    asking::check(history, &mut verdict);
    verdict
}

fn moves(fact: &InventoryFact) -> bool {
    use InventoryFact::*;
    matches!(fact, StockAdded(_) | StockWrittenOff(_) | StockAllotted(_) | StockDenied(_) | StockTakenBack(_))
}

impl Depot {
    fn take(&mut self, fact: &InventoryFact, event: &Event, index: &Index<'_>, kept: &HashSet<EventId>) {
        let pieces = |quantity: u64| i64::try_from(quantity).unwrap_or(i64::MAX);
        match fact {
            InventoryFact::StockAdded(fact) => {
                self.free += pieces(fact.quantity);
                self.supply += pieces(fact.quantity);
            }
            InventoryFact::StockWrittenOff(fact) => {
                self.free -= pieces(fact.quantity);
                self.supply -= pieces(fact.quantity);
            }
            InventoryFact::StockAllotted(fact) => {
                self.free -= pieces(fact.quantity);
                if !fact.scarce {
                    self.dealt.insert(fact.shelf, event.place.offset);
                }
            }
            InventoryFact::StockDenied(fact) => self.free -= pieces(fact.quantity),
            InventoryFact::StockTakenBack(fact) => {
                self.free += pieces(fact.quantity);
                self.called_home(fact, event, index, kept);
            }
            _ => {}
        }
    }

    /// A shelf has nothing free any more if it sent all it had, to a recall that was said after it was last dealt to.
    fn called_home(
        &mut self,
        back: &StockTakenBack,
        event: &Event,
        index: &Index<'_>,
        kept: &HashSet<EventId>,
    ) {
        let own =
            |id: EventId| index.with(&id).map(|(_, of)| of).find(|of| of.place.topic == Topic::Inventory);
        let returned = event.cause.and_then(own);
        let answers = returned.is_none_or(|event| match &event.told {
            Told::Inventory(InventoryFact::StockReturned(fact)) => fact.recalled && !kept.contains(&event.id),
            _ => false,
        });
        let recall = returned.and_then(|event| event.cause).and_then(own);
        let since = self.dealt.get(&back.shelf);
        let in_time = recall.is_none_or(|recall| since.is_none_or(|since| *since < recall.place.offset));
        if back.recalled && answers && in_time {
            self.dealt.remove(&back.shelf);
        }
    }

    fn denial(&self, at: Place) -> Denial {
        let overlooked = self.dealt.keys().next().copied();
        Denial { at, free: self.free, supply: self.supply, overlooked }
    }
}

impl Denial {
    fn falsely_refuses(&self, missing: &MissingLine, spare: i64) -> Option<String> {
        let MissingLine { sku, requested, .. } = missing;
        let requested = i64::try_from(*requested).unwrap_or(i64::MAX);
        match self.overlooked {
            _ if requested <= self.free + spare => {
                let Denial { free, .. } = self;
                Some(format!(
                    "{requested} of {sku} refused, {free} stayed in the depot and {spare} on the shelf"
                ))
            }
            Some(shelf) if requested <= self.supply => {
                Some(format!("{requested} of {sku} refused before shelf {shelf} was called home"))
            }
            _ => None,
        }
    }
}
