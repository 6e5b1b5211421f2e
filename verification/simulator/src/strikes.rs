//! Strikes: what each kind of trouble does to a shop.

use std::time::Duration;

use choreography::memory::CommitFate;
use events_schema::{Source, Topic, checkout::OrderCancellationRequested, partition_of};
use invariants::{Fate, Waiting};
use rand::{Rng, seq::IndexedRandom};

use crate::{
    Shop,
    Trouble::{self, *},
    customers::Poison,
    mishaps::Mishap,
    plan::key,
    process::Skew,
    storm::Storm,
};

const SERVICES: [Source; 3] = [Source::Order, Source::Inventory, Source::Payment];

impl Storm {
    /// One trouble strikes.
    pub(crate) fn trouble(&mut self, trouble: Trouble, shop: &mut Shop) {
        match trouble {
            Cancellations | RepeatedPlacements => self.ask_again(trouble, shop),
            Restocking | Corrections | BlockedCustomers => self.warehouse(trouble, shop),
            Garbage | BrokenServices => self.poison(trouble, shop),
            LongWaits | Bursts => self.weather(trouble, shop),
            Zombies | Outages | Rebalances | WrongClocks => self.upset(trouble, shop),
            // They show where orders are placed, and where the provider is asked.
            Misrouting | LostCalls => return,
            _ => self.strike(trouble, shop),
        }
        // What is ordered for a later moment counts when it happens.
        if !matches!(trouble, MishapsInATurn | CommitFates) {
            shop.struck(trouble);
        }
    }

    fn ask_again(&mut self, trouble: Trouble, shop: &mut Shop) {
        let Some((order, mut placed)) = self.order() else { return };
        match trouble {
            Cancellations if self.chance.random_bool(0.2) => shop.expire(order),
            Cancellations => shop.cancel(order),
            _ => {
                if self.chance.random_bool(0.1) {
                    placed.customer_id = key("mallory").into();
                }
                shop.tell(order, &placed);
            }
        }
    }

    fn warehouse(&mut self, trouble: Trouble, shop: &mut Shop) {
        let Some((sku, _)) = shop.plan.stock.choose(&mut self.chance).copied() else { return };
        match trouble {
            Restocking if self.chance.random_bool(0.2) => {
                shop.reprice(sku, self.chance.random_range(300..900));
            }
            Restocking => shop.receive(sku, self.chance.random_range(1..=6)),
            Corrections => {
                let expected = self.chance.random_bool(0.3).then(|| self.chance.random_range(0..4));
                shop.correct(sku, self.chance.random_range(-4..=4), expected);
            }
            _ => shop.serve(key("eve"), self.chance.random_bool(0.5)),
        }
    }

    fn weather(&mut self, trouble: Trouble, shop: &mut Shop) {
        match (trouble, self.chance.random_range(0..4)) {
            (Bursts, n) => (0..4 * (n + 1))
                .filter(|_| shop.plan.orders > self.placed.len() as u32)
                .collect::<Vec<_>>()
                .into_iter()
                .for_each(|_| self.place(shop)),
            (_, 0) => shop.time.pass(shop.plan.lifetime),
            (_, 1) => shop.time.pass(Duration::from_secs(30)),
            _ => shop.time.pass(Duration::from_secs(4)),
        }
    }

    fn poison(&mut self, trouble: Trouble, shop: &mut Shop) {
        let service = *SERVICES.choose(&mut self.chance).unwrap_or(&Source::Order);
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
                let kind = *Poison::ALL.choose(&mut self.chance).unwrap_or(&Poison::NotJson);
                shop.poison(kind, topic, order, home);
            }
            (_, 1) => shop.break_on(service, order, false),
            _ => shop.break_on(service, order, true),
        }
    }

    fn operate(&mut self, shop: &mut Shop) {
        let waiting = invariants::waiting(&shop.history());
        if let Some(one) = waiting.choose(&mut self.chance) {
            let discard = self.chance.random_bool(0.4);
            correct(one, shop);
            shop.operate(one.service, one.subject, one.partition, discard);
        }
        self.repair(shop);
    }

    /// An operator repairs a cancelled order, needed or not.
    fn repair(&mut self, shop: &mut Shop) {
        let Some((order, _)) = self.order() else { return };
        let fate = shop.history().fates().get(&order).copied();
        if matches!(fate, Some(Fate::Cancelled(_))) {
            shop.release(order);
            shop.refund(order);
        }
    }

    /// Processes sleep, take each other's leases, or have the time wrong.
    fn upset(&mut self, trouble: Trouble, shop: &mut Shop) {
        let at = self.process(shop);
        let service = shop.processes[at].service();
        let fellows: Vec<usize> =
            (0..shop.processes.len()).filter(|n| shop.processes[*n].service() == service).collect();
        match trouble {
            Zombies => {
                shop.processes[at].expire();
                self.sleep(at, 5..40, shop);
            }
            Outages => fellows.into_iter().for_each(|fellow| self.sleep(fellow, 20..80, shop)),
            Rebalances => {
                for fellow in fellows.iter().cycle().take(5) {
                    shop.processes[*fellow].expire();
                    fellows.iter().for_each(|turns| {
                        shop.turn(*turns);
                    });
                }
            }
            _ => {
                let hour = 3_600_000_000;
                let kinds = [Skew::By(hour), Skew::By(-hour), Skew::Frozen, Skew::By(0)];
                shop.processes[at].set_clock(*kinds.choose(&mut self.chance).unwrap_or(&Skew::By(0)));
            }
        }
    }

    fn sleep(&mut self, at: usize, steps: std::ops::Range<u32>, shop: &mut Shop) {
        shop.asleep[at] = true;
        self.wakes.push((at, self.step + self.chance.random_range(steps)));
    }

    fn strike(&mut self, trouble: Trouble, shop: &mut Shop) {
        let at = self.process(shop);
        let n = self.chance.random_range(0..6);
        let process = &mut shop.processes[at];
        match trouble {
            Deaths if process.runs() => {
                process.mishaps().lock().hit("died between two turns");
                process.die();
            }
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

/// Now and then an operator knows what garbage at the checkout was meant to say: that the order is to be cancelled.
fn correct(one: &Waiting, shop: &mut Shop) {
    let Some(place) = one.oldest.filter(|place| place.topic == Topic::Checkout && place.offset % 2 == 0)
    else {
        return;
    };
    if one.subject != place.as_key() && shop.history().at(place).is_none() {
        shop.put_right(place, one.subject, &OrderCancellationRequested::default());
    }
}
