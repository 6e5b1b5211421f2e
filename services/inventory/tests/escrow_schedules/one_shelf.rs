//! The reference: one shelf for all partitions, which answers at once.

use std::collections::BTreeMap;

use events_schema::{Key, inventory::InventoryFact};

use crate::{schedule::Placed, world::World};

#[derive(Default)]
pub struct OneShelf {
    free: BTreeMap<Key, u64>,
    written_off: BTreeMap<Key, u64>,
    /// Every order placed so far, and whether it is open.
    open: BTreeMap<Key, bool>,
}

impl OneShelf {
    /// More pieces, or fewer: as many as are free.
    pub fn add(&mut self, sku: Key, quantity: i64) {
        let free = self.free.entry(sku).or_default();
        let off = quantity.min(0).unsigned_abs().min(*free);
        *free = *free - off + quantity.max(0).unsigned_abs();
        *self.written_off.entry(sku).or_default() += off;
    }

    /// Reserves for an order that is new, and takes back what an order that ended unshipped had.
    pub fn place_and_end(&mut self, world: &World, placed: &[Placed]) -> Result<(), String> {
        for order in placed {
            let is_open = world.open.contains_key(&order.id);
            match self.open.get(&order.id) {
                None => self.place(order, is_open)?,
                Some(true) if !is_open && !shipped(world, order) => {
                    order.lines.iter().for_each(|(sku, quantity)| self.add(*sku, *quantity));
                }
                Some(_) => {}
            }
            self.open.insert(order.id, is_open);
        }
        Ok(())
    }

    fn place(&mut self, order: &Placed, reserved: bool) -> Result<(), String> {
        let has = |(sku, quantity): &(Key, i64)| {
            self.free.get(sku).is_some_and(|free| *free >= quantity.unsigned_abs())
        };
        let covered = order.lines.iter().all(has);
        if covered != reserved {
            return Err(format!(
                "one shelf says {covered} to {}: {:?} of {:?}",
                order.id, order.lines, self.free
            ));
        }
        for (sku, quantity) in order.lines.iter().filter(|_| covered) {
            *self.free.entry(*sku).or_default() -= quantity.unsigned_abs();
        }
        Ok(())
    }

    /// Escrow has as many free pieces as this shelf, and has written as many off.
    pub fn compare(&self, world: &World) -> Result<(), String> {
        for (sku, free) in &self.free {
            let home = world.tasks[usize::from(world.home(sku))].depot(sku).map_or(0, |depot| depot.free);
            let shelves =
                world.tasks.iter().filter_map(|stock| stock.shelf(sku)).map(|shelf| shelf.free).sum::<u64>();
            let off = world.tallies.get(sku).map_or(0, |tally| tally.written_off);
            let expected = (*free, self.written_off.get(sku).copied().unwrap_or(0));
            if (home + shelves, off) != expected {
                return Err(format!(
                    "{sku}: {} free, {off} written off; one shelf says {expected:?}",
                    home + shelves
                ));
            }
        }
        Ok(())
    }
}

fn shipped(world: &World, order: &Placed) -> bool {
    let log = &world.logs[usize::from(order.partition)];
    log.iter().any(|said| said.subject == order.id && matches!(said.fact, InventoryFact::StockShipped(_)))
}
