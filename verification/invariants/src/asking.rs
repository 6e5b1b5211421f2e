//! What a refusal rests on: a shelf asked the depot for what the orders at the head of its line need, in full.
//!
//! The line of each SKU is folded from the shelf's own log. A request for less lets the depot judge a need nobody has.

use std::collections::{BTreeMap, HashMap};

use events_schema::{
    Key, Topic,
    inventory::{InventoryFact, ReservationQueued, StockRequested},
};

use crate::{History, Told, Verdict};

/// Who waits at one partition's shelves.
#[derive(Default)]
struct Lines {
    /// By SKU: the orders, by the number of their arrival, and what each needs.
    lines: HashMap<Key, BTreeMap<u64, (Key, u64)>>,
    /// By order: the SKU it waits for, and its number.
    places: HashMap<Key, (Key, u64)>,
    arrivals: u64,
}

pub(crate) fn check(history: &History, verdict: &mut Verdict) {
    for (_, events) in history.partitions_of(Topic::Inventory) {
        let mut lines = Lines::default();
        for event in events {
            let Told::Inventory(fact) = &event.told else { continue };
            if let InventoryFact::StockRequested(request) = fact {
                let fault = lines.misses(&event.subject, request);
                let wrong = || fault.clone().unwrap_or_default();
                verdict.judge(fault.is_none(), event.subject, wrong, &[("StockRequested", event.place)]);
            }
            lines.take(event.subject, fact);
        }
    }
}

impl Lines {
    fn take(&mut self, order: Key, fact: &InventoryFact) {
        use InventoryFact::*;
        match fact {
            ReservationQueued(queued) => {
                self.leaves(&order);
                self.joins(order, queued);
            }
            StockReserved(_) | StockRejected(_) | ReservationDropped(_) => self.leaves(&order),
            _ => {}
        }
    }

    fn joins(&mut self, order: Key, queued: &ReservationQueued) {
        let sku = queued.waiting_on;
        let Some(line) = queued.lines.iter().find(|line| line.sku == sku) else { return };
        self.arrivals += 1;
        self.lines.entry(sku).or_default().insert(self.arrivals, (order, line.quantity.get()));
        self.places.insert(order, (sku, self.arrivals));
    }

    fn leaves(&mut self, order: &Key) {
        let Some((sku, number)) = self.places.remove(order) else { return };
        self.lines.entry(sku).or_default().remove(&number);
    }

    /// Where a request differs from what the heads of the line need.
    fn misses(&self, sku: &Key, request: &StockRequested) -> Option<String> {
        let mut line = self.lines.get(sku).into_iter().flat_map(BTreeMap::values);
        request.needs.iter().find_map(|asked| match line.next() {
            Some((_, need)) if need == asked => None,
            Some((order, need)) => Some(format!("{asked} asked for {order}, which needs {need}")),
            None => Some(format!("{asked} asked for nobody")),
        })
    }
}
