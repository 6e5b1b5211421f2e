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
        for (sku, book) in Books::of(&self.history()).stock {
            let free = book.in_depot + book.on_shelves;
            if free > 0 {
                self.sell(sku, free)?;
            }
        }
        Ok(())
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
            return Ok(());
        }
        Err(self.broken(
            format!("L2: the provider was asked {again} times more after everything had settled"),
            None,
        ))
    }

    fn sell(&mut self, sku: Key, pieces: i64) -> Result<(), Broken> {
        let order = key(&format!("last-{sku}"));
        self.place(order, "tok_ok", &[(sku, pieces)]);
        self.wait(Duration::from_secs(1));
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
