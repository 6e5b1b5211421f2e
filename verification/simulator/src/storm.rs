//! The storm: one step after the other, each chosen by the seed and the number of the step, so that a step is the same
//! whatever is left out before it.

use std::time::Duration;

use events_schema::{Key, PaymentMethod, checkout::OrderPlaced, partition_of};
use rand::{Rng, SeedableRng, rngs::SmallRng, seq::IndexedRandom};

use crate::{
    Plan, Shop,
    Trouble::{self, *},
    customers::placement,
    faulty::spoil,
    plan::key,
};

const TOKENS: [&str; 16] = [
    "tok_ok",
    "tok_ok",
    "tok_ok",
    "tok_ok",
    "tok_ok",
    "tok_ok",
    "tok_declined",
    "tok_insufficient_funds",
    "tok_timeout",
    "tok_late",
    "tok_twice",
    "tok_contradict",
    "tok_refund_refused",
    "tok_fraud",
    "any-other",
    "any-other",
];

/// Who makes the weather.
pub(crate) struct Storm {
    pub(crate) chance: SmallRng,
    /// The number of the step.
    pub(crate) step: u32,
    /// Every order that was to be placed, by number, whether it was or was skipped.
    pub(crate) placed: Vec<(Key, OrderPlaced)>,
    /// When each process that sleeps wakes up.
    pub(crate) wakes: Vec<(usize, u32)>,
}

impl Storm {
    pub(crate) fn of(plan: &Plan) -> Storm {
        Storm { chance: SmallRng::seed_from_u64(plan.seed), step: 0, placed: Vec::new(), wakes: Vec::new() }
    }

    /// Everything that happens until calm comes.
    pub(crate) fn rage(&mut self, shop: &mut Shop) {
        while self.step < shop.plan.until && shop.fatal.is_none() {
            self.step += 1;
            let at = u64::from(self.step).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            self.chance = SmallRng::seed_from_u64(shop.plan.seed ^ at);
            self.wake(shop);
            self.step(shop);
        }
    }

    fn step(&mut self, shop: &mut Shop) {
        shop.time.pass(Duration::from_millis(self.chance.random_range(0..=20)));
        if self.chance.random_bool(self.place_next(shop)) {
            self.place(shop);
        }
        match self.chance.random_range(0..100) {
            0..=69 => self.work(shop),
            70..=74 => shop.time.pass(Duration::from_millis(self.chance.random_range(0..1_500))),
            // About as many strikes in a long storm as in a short one: each restart reads its log again.
            _ if !self.chance.random_bool(self.fury(shop)) => self.work(shop),
            _ => {
                let troubles: Vec<Trouble> = shop.plan.troubles.iter().copied().collect();
                match troubles.choose(&mut self.chance) {
                    Some(trouble) if shop.plan.has(*trouble) => self.trouble(*trouble, shop),
                    Some(_) => {}
                    None => self.work(shop),
                }
            }
        }
    }

    /// How likely trouble strikes when it may.
    fn fury(&self, shop: &Shop) -> f64 {
        (0.15 + 60.0 / f64::from(shop.plan.steps.max(1))).min(1.0)
    }

    /// How likely the next order comes now, so that all have come when the storm ends.
    fn place_next(&self, shop: &Shop) -> f64 {
        let left = shop.plan.orders.saturating_sub(self.placed.len() as u32);
        (f64::from(left) / f64::from(shop.plan.steps + 1 - self.step)).min(1.0)
    }

    pub(crate) fn process(&mut self, shop: &Shop) -> usize {
        self.chance.random_range(0..shop.processes.len())
    }

    fn work(&mut self, shop: &mut Shop) {
        let at = self.process(shop);
        if shop.processes[at].runs() {
            shop.turn(at);
        } else if self.chance.random_bool(0.5) {
            shop.processes[at].start();
        }
    }

    fn wake(&mut self, shop: &mut Shop) {
        let step = self.step;
        for (process, _) in self.wakes.extract_if(.., |(_, until)| *until <= step) {
            shop.asleep[process] = false;
        }
    }

    /// The next order: most want a few pieces of what everybody wants, some all there is and one more.
    pub(crate) fn place(&mut self, shop: &mut Shop) {
        let number = self.placed.len() as u32 + 1;
        let order = key(&format!("o-{number}"));
        let lines = self.lines(&shop.plan.stock);
        let token = TOKENS.choose(&mut self.chance).copied().unwrap_or("tok_ok");
        let method =
            if self.chance.random_bool(0.03) { PaymentMethod::BankTransfer } else { PaymentMethod::Card };
        let customer = if self.chance.random_bool(0.8) { "ada" } else { "eve" };
        let mut placed = placement(customer, method, token, &lines);
        if self.chance.random_bool(0.03) {
            spoil(&mut placed, &mut self.chance);
        }
        let astray = self.chance.random_bool(0.3).then(|| self.chance.random_range(0..shop.plan.partitions));
        self.placed.push((order, placed.clone()));
        if shop.plan.only.as_ref().is_some_and(|only| !only.contains(&number)) {
            return;
        }
        shop.placed += 1;
        let home = partition_of(&order, shop.plan.partitions);
        match astray.filter(|astray| *astray != home && shop.plan.has(Misrouting)) {
            Some(astray) => {
                shop.struck(Misrouting);
                shop.tell_at(order, astray, &placed);
            }
            None => shop.tell_at(order, home, &placed),
        }
    }

    fn lines(&mut self, stock: &[(Key, i64)]) -> Vec<(Key, i64)> {
        let most = *[1, 1, 1, 2, 2, 3, 4, 5].choose(&mut self.chance).unwrap_or(&1);
        let mut lines: Vec<(Key, i64)> = Vec::new();
        for _ in 0..most {
            // The square makes the first product the one most want.
            let wish: f64 = self.chance.random();
            let (sku, pieces) = stock[(wish * wish * stock.len() as f64) as usize % stock.len()];
            let few = self.chance.random_bool(0.8);
            let wanted = self.chance.random_range(1..=if few { 2 } else { pieces.max(1) + 1 });
            if !lines.iter().any(|(listed, _)| *listed == sku) {
                lines.push((sku, wanted));
            }
        }
        lines
    }

    /// One of the orders so far.
    pub(crate) fn order(&mut self) -> Option<(Key, OrderPlaced)> {
        self.placed.choose(&mut self.chance).cloned()
    }
}
