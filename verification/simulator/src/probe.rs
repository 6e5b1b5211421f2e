//! The probe: a shop that has settled must still sell everything it has, down to the last piece.
//!
//! Without it a shop whose stock got stuck somewhere would look settled: its orders end, by expiring.

use std::time::Duration;

use events_schema::Key;
use invariants::{Books, Fate};

use crate::{Broken, Shop, plan::key};

impl Shop {
    /// Orders all free pieces of each product at once, wherever they lie; each such order must complete (S19).
    pub fn sell_out(&mut self) -> Result<(), Broken> {
        let stock = Books::of(&self.history()).stock.into_iter();
        let free: Vec<(Key, i64)> = stock
            .map(|(sku, book)| (sku, book.in_depot + book.on_shelves))
            .filter(|(_, free)| *free > 0)
            .collect();
        for (sku, free) in &free {
            self.place(last(*sku), "tok_ok", &[(*sku, *free)]);
        }
        self.settle().map_err(|what| self.broken(what, None))?;
        free.into_iter().try_for_each(|(sku, free)| self.is_sold(sku, free))
    }

    /// The provider is asked nothing any more: every question has its answer (L2).
    pub(crate) fn falls_silent(&mut self) -> Result<(), Broken> {
        let asked = self.provider.borrow().asked;
        for _ in 0..4 {
            self.time.pass(Duration::from_secs(6));
            (0..self.processes.len()).for_each(|at| {
                self.turn(at);
            });
        }
        let again = self.provider.borrow().asked - asked;
        if again == 0 {
            // A balance may have been brought forward meanwhile, which others read.
            return self.settle().map_err(|what| self.broken(what, None));
        }
        Err(self.broken(
            format!("L2: the provider was asked {again} times more after everything had settled"),
            None,
        ))
    }

    fn is_sold(&self, sku: Key, pieces: i64) -> Result<(), Broken> {
        let order = last(sku);
        let fate = self.history().fates().get(&order).copied();
        if fate == Some(Fate::Completed) {
            return Ok(());
        }
        let what = format!("S19: {pieces} free pieces of {sku} cannot be sold: {fate:?}");
        let mut broken = self.broken(what, Some(order));
        broken.story.push_str(&self.broken(String::new(), Some(sku)).story);
        Err(broken)
    }
}

/// The order for all that is left of a product.
fn last(sku: Key) -> Key {
    key(&format!("last-{sku}"))
}
