//! Shrinking: the same promise broken by less: fewer orders, then fewer kinds of trouble, then fewer steps.

use std::collections::BTreeSet;

use crate::{Broken, Plan, Trouble, batch::run_caught};

/// At most so many histories are tried.
const TRIES: u32 = 600;

/// What is left of a plan that breaks the promise, and how it breaks it now.
pub fn shrink(plan: &Plan, broken: &Broken) -> (Plan, Broken) {
    let mut shrinking = Shrinking { plan: plan.clone(), broken: broken.clone(), tries: 0 };
    shrinking.fewer_orders();
    shrinking.fewer_troubles();
    shrinking.fewer_steps();
    (shrinking.plan, shrinking.broken)
}

struct Shrinking {
    plan: Plan,
    broken: Broken,
    tries: u32,
}

impl Shrinking {
    /// Takes a smaller plan if it breaks the same promise.
    fn takes(&mut self, plan: Plan) -> bool {
        self.tries += 1;
        match run_caught(plan.clone()) {
            Err(broken) if self.tries <= TRIES && broken.promise() == self.broken.promise() => {
                (self.plan, self.broken) = (plan, broken);
                true
            }
            _ => false,
        }
    }

    /// Leaves out halves, quarters and so on, down to single orders.
    fn fewer_orders(&mut self) {
        let all: BTreeSet<u32> = (1..=self.plan.orders).collect();
        let mut kept: Vec<u32> = self.plan.only.clone().unwrap_or(all).into_iter().collect();
        let mut chunk = kept.len().div_ceil(2);
        while chunk > 0 {
            let mut at = 0;
            while at < kept.len() {
                let mut fewer = kept.clone();
                fewer.drain(at..(at + chunk).min(fewer.len()));
                let only = Some(fewer.iter().copied().collect());
                if self.takes(Plan { only, ..self.plan.clone() }) {
                    kept = fewer;
                } else {
                    at += chunk;
                }
            }
            chunk /= 2;
        }
    }

    fn fewer_troubles(&mut self) {
        let troubles: Vec<Trouble> = self.plan.troubles().collect();
        for trouble in troubles {
            self.takes(self.plan.clone().without(&BTreeSet::from([trouble])));
        }
    }

    /// Ends the storm earlier.
    fn fewer_steps(&mut self) {
        for cut in [2, 4, 8, 16, 32, 64, 128] {
            while self.plan.until > 0
                && self.takes(Plan {
                    until: self.plan.until - self.plan.until.div_ceil(cut),
                    ..self.plan.clone()
                })
            {}
        }
    }
}
