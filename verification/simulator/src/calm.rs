//! Calm: the faults stop, everybody is up, and what the storm left open must come to an end.

use events_schema::Key;
use invariants::{Fate, Order, Starts};

use crate::{Shop, Trouble, process::Skew};

impl Shop {
    /// Ends all trouble and lets the shop settle; then operators look after what is parked, if the plan says so.
    pub fn calm(&mut self) -> Result<(), String> {
        self.provider.borrow_mut().calm();
        self.processes.iter().for_each(|process| process.mishaps().calm());
        self.broken.iter().for_each(|(_, broken)| broken.borrow_mut().clear());
        self.processes.iter_mut().for_each(|process| process.set_clock(Skew::By(0)));
        self.asleep.fill(false);
        self.raise();
        self.count_starts();
        self.settle()?;
        if self.plan.mends {
            self.mend(false)?;
            self.mend(true)?;
            self.repair()?;
        }
        Ok(())
    }

    /// What a cancellation that was given up has left undone is done after all.
    fn repair(&mut self) -> Result<(), String> {
        let left = |shop: &Shop, holds: fn(&Order) -> bool| -> Vec<Key> {
            let orders = shop.history().orders();
            let left = orders.iter().filter(|(_, of)| matches!(of.fate(), Fate::Cancelled(_)) && holds(of));
            left.map(|(order, _)| *order).collect()
        };
        left(self, Order::holds_stock).into_iter().for_each(|order| self.release(order));
        left(self, Order::holds_money).into_iter().for_each(|order| self.refund(order));
        self.settle()?;
        match left(self, Order::holds_stock).first() {
            Some(order) => Err(format!("S9: {order} is cancelled and keeps its stock after a repair")),
            None => Ok(()),
        }
    }

    /// From now on nobody should need to be started. (One whom another took the place of learns of it only now.)
    fn count_starts(&mut self) {
        let one = |process| Starts { process, started: 1, expected: 1 };
        self.starts = self.processes.iter().map(|process| one(process.name())).collect();
    }

    /// Everything parked is tried again, or given up, until nothing waits.
    fn mend(&mut self, discard: bool) -> Result<(), String> {
        // Garbage may wait behind garbage: each pass takes one of each subject.
        for _ in 0..if discard { 20 } else { 1 } {
            let waiting = invariants::waiting(&self.history());
            if waiting.is_empty() {
                return Ok(());
            }
            for one in waiting {
                self.operate(one.service, one.subject, one.partition, discard);
            }
            self.settle()?;
        }
        if discard { Err("L4: what is parked cannot be given up".to_owned()) } else { Ok(()) }
    }

    /// Everything is stopped and started, with or without the groups' positions.
    pub fn restart(&mut self, forgotten: bool) -> Result<(), String> {
        self.processes.iter_mut().for_each(|process| process.die());
        self.starts.iter_mut().for_each(|one| one.expected += 1);
        if forgotten {
            self.struck(Trouble::ForgottenPositions);
            for process in &self.processes {
                self.log.forget_positions(process.service().name());
            }
        }
        self.raise();
        self.settle()
    }
}
