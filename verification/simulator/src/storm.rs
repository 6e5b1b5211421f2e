//! The storm: one step after the other, each chosen by the seed.

use std::time::Duration;

use choreography::memory::CommitFate;
use events_schema::{Key, PaymentMethod, Source, Topic, checkout::OrderPlaced, partition_of};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use crate::{
    Plan, Shop,
    customers::placement,
    mishaps::Mishap,
    parked,
    plan::{Trouble, Trouble::*, key},
};

const TOKENS: [&str; 12] = [
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
];

/// Who makes the weather.
pub(crate) struct Storm {
    chance: StdRng,
    placed: Vec<(Key, OrderPlaced)>,
}

impl Storm {
    pub(crate) fn of(plan: &Plan) -> Storm {
        Storm { chance: StdRng::seed_from_u64(plan.seed ^ 0x5707), placed: Vec::new() }
    }

    /// Everything that happens until calm comes.
    pub(crate) fn rage(&mut self, shop: &mut Shop) {
        for _ in 0..shop.plan.steps {
            if shop.fatal.is_some() {
                return;
            }
            self.step(shop);
        }
    }

    fn step(&mut self, shop: &mut Shop) {
        shop.time.pass(Duration::from_millis(self.chance.random_range(0..=20)));
        match self.chance.random_range(0..100) {
            0..=12 => self.place(shop),
            13..=69 => self.work(shop),
            70..=74 => shop.time.pass(Duration::from_millis(self.chance.random_range(0..1_500))),
            _ => {
                let troubles: Vec<Trouble> = shop.plan.troubles.iter().copied().collect();
                match troubles.choose(&mut self.chance) {
                    Some(trouble) => self.trouble(*trouble, shop),
                    None => self.work(shop),
                }
            }
        }
    }

    fn process(&mut self, shop: &Shop) -> usize {
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

    fn place(&mut self, shop: &mut Shop) {
        let order = key(&format!("o-{}", self.placed.len() + 1));
        let mut products = shop.plan.stock.clone();
        let mut lines = Vec::new();
        for _ in 0..self.chance.random_range(1..=products.len()) {
            let (sku, pieces) = products.swap_remove(self.chance.random_range(0..products.len()));
            lines.push((sku, self.chance.random_range(1..=pieces.max(1) + 1)));
        }
        if self.chance.random_bool(0.03) {
            lines.push((key("unheard-of"), 0));
        }
        let token = TOKENS.choose(&mut self.chance).copied().unwrap_or("tok_ok");
        let method =
            if self.chance.random_bool(0.05) { PaymentMethod::BankTransfer } else { PaymentMethod::Card };
        let customer = if self.chance.random_bool(0.8) { "ada" } else { "eve" };
        let placed = placement(customer, method, token, &lines);
        self.placed.push((order, placed.clone()));
        let at = if shop.plan.has(Misrouting) && self.chance.random_bool(0.3) {
            self.chance.random_range(0..shop.plan.partitions)
        } else {
            partition_of(&order, shop.plan.partitions)
        };
        shop.tell_at(order, at, &placed);
    }

    fn trouble(&mut self, trouble: Trouble, shop: &mut Shop) {
        match trouble {
            Cancellations | RepeatedPlacements | Misrouting => self.ask_again(trouble, shop),
            Restocking | Corrections | BlockedCustomers => self.warehouse(trouble, shop),
            Garbage | BrokenServices => self.poison(trouble, shop),
            LongWaits => shop.time.pass(match self.chance.random_range(0..4) {
                0 => shop.plan.lifetime,
                1 => Duration::from_secs(30),
                _ => Duration::from_secs(4),
            }),
            LostCalls => {}
            _ => self.strike(trouble, shop),
        }
    }

    fn order(&mut self) -> Option<(Key, OrderPlaced)> {
        self.placed.choose(&mut self.chance).cloned()
    }

    fn ask_again(&mut self, trouble: Trouble, shop: &mut Shop) {
        let Some((order, mut placed)) = self.order() else { return };
        match trouble {
            Cancellations => shop.cancel(order),
            _ => {
                if self.chance.random_bool(0.1) {
                    placed.customer_id = key("mallory");
                }
                shop.tell(order, &placed);
            }
        }
    }

    fn warehouse(&mut self, trouble: Trouble, shop: &mut Shop) {
        let Some((sku, _)) = shop.plan.stock.choose(&mut self.chance).cloned() else { return };
        match trouble {
            Restocking => shop.receive(sku, self.chance.random_range(1..=6)),
            Corrections => {
                let expected = self.chance.random_bool(0.3).then(|| self.chance.random_range(0..4));
                shop.correct(sku, self.chance.random_range(-4..=4), expected);
            }
            _ => shop.serve(key("eve"), self.chance.random_bool(0.5)),
        }
    }

    fn poison(&mut self, trouble: Trouble, shop: &mut Shop) {
        let service = *[Source::Order, Source::Inventory, Source::Payment]
            .choose(&mut self.chance)
            .unwrap_or(&Source::Order);
        let next = key(&format!("o-{}", self.placed.len() + 1));
        let order =
            if self.chance.random_bool(0.3) { next } else { self.order().map_or(next, |(order, _)| order) };
        let home = partition_of(&order, shop.plan.partitions);
        match (trouble, self.chance.random_range(0..4)) {
            (_, 0) => self.operate(shop),
            (Garbage, _) => {
                let topics =
                    [Topic::Checkout, Topic::Orders, Topic::Inventory, Topic::Payments, Topic::Operations];
                let topic = *topics.choose(&mut self.chance).unwrap_or(&Topic::Checkout);
                shop.garbage(topic, order, home);
            }
            (_, 1) => shop.break_on(service, order, false),
            _ => shop.break_on(service, order, true),
        }
    }

    fn operate(&mut self, shop: &mut Shop) {
        let waiting = parked::waiting(&shop.history());
        if let Some((service, partition, subject)) = waiting.choose(&mut self.chance) {
            let discard = self.chance.random_bool(0.4);
            shop.operate(*service, *subject, *partition, discard);
        }
    }

    fn strike(&mut self, trouble: Trouble, shop: &mut Shop) {
        let at = self.process(shop);
        let n = self.chance.random_range(0..6);
        let process = &mut shop.processes[at];
        match trouble {
            Deaths if process.runs() => process.die(),
            Deaths => process.start(),
            Expiries => process.expire(),
            ForgottenPositions => shop.log.forget_positions(process.service().name()),
            RepeatedRecords => process.mishaps().lock().repeats = i64::from(n % 4),
            SlowPolls => process.mishaps().lock().slow = n < 3,
            CommitFates => {
                let fate = [CommitFate::Abort, CommitFate::UnknownApplied, CommitFate::UnknownAborted];
                process.mishaps().lock().fates.push_back(fate[n as usize % 3]);
            }
            _ => {
                let mishaps = [
                    Mishap::DiesWriting(n),
                    Mishap::DiesBeforeCommit,
                    Mishap::DiesAfterCommit,
                    Mishap::Expires(n),
                    Mishap::Replaced(n),
                    Mishap::Refused(n),
                ];
                process.mishaps().lock().mishap = mishaps.choose(&mut self.chance).copied();
            }
        }
    }
}
