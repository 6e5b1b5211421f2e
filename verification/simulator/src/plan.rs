//! `Plan`: what a seed stands for: the shop, its goods, and which kinds of trouble it gets.

use std::{collections::BTreeSet, time::Duration};

use choreography::Pace;
use events_schema::Key;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

pub(crate) use crate::Trouble;
use crate::fragile::Planted;

/// What a simulated shop is like.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where every choice comes from.
    pub seed: u64,
    /// How many partitions every topic has.
    pub partitions: u16,
    /// The products and how many pieces of each there are at first.
    pub stock: Vec<(Key, i64)>,
    /// How long an order may stay pending.
    pub lifetime: Duration,
    /// How many orders a storm brings.
    pub orders: u32,
    /// How often a storm does something.
    pub steps: u32,
    /// The step after which it is calm: all of them, unless the storm was cut short.
    pub until: u32,
    /// The numbers of the orders that are placed at all; `None`: every one. The others are skipped.
    pub only: Option<BTreeSet<u32>>,
    /// Whether an operator looks after what is parked once the storm is over.
    pub mends: bool,
    /// A mistake all services make.
    pub planted: Option<Planted>,
    pub(crate) pace: Pace,
    pub(crate) least_deal: u64,
    /// How many ended orders the order service remembers.
    pub(crate) remembered: usize,
    pub(crate) troubles: BTreeSet<Trouble>,
    /// Trouble that is left out when its time comes.
    pub(crate) spared: BTreeSet<Trouble>,
}

impl Plan {
    /// A shop without trouble, with one kind of mug.
    pub fn quiet(partitions: u16, mugs: i64) -> Plan {
        Plan {
            seed: 0,
            partitions,
            stock: vec![(sku(0), mugs)],
            lifetime: Duration::from_secs(900),
            orders: 0,
            steps: 0,
            until: 0,
            only: None,
            mends: true,
            planted: None,
            pace: Pace { lazy: Duration::ZERO, look: Duration::ZERO, ..Pace::default() },
            least_deal: 1,
            remembered: 1_000_000,
            troubles: BTreeSet::new(),
            spared: BTreeSet::new(),
        }
    }

    /// The plan of a seed.
    pub fn of(seed: u64) -> Plan {
        let mut chance = StdRng::seed_from_u64(seed);
        let products = chance.random_range(1..=8);
        let share = *[0.1, 0.25, 0.5].choose(&mut chance).unwrap_or(&0.25);
        let orders = how_many(&mut chance);
        // Some sell single pieces, so that two orders race for the last one; some have enough for most.
        let most = *[2, 10, i64::from(orders)].choose(&mut chance).unwrap_or(&10);
        let steps = 30 + orders * chance.random_range(2..=6);
        let mut plan = Plan {
            seed,
            partitions: chance.random_range(2..=4),
            stock: (0..products).map(|n| (sku(n), chance.random_range(0..=most))).collect(),
            lifetime: Duration::from_secs(*[3, 20, 900].choose(&mut chance).unwrap_or(&20)),
            orders,
            steps,
            until: steps,
            only: None,
            mends: chance.random_bool(0.8),
            planted: None,
            pace: pace(&mut chance),
            least_deal: chance.random_range(1..=2),
            remembered: if chance.random_bool(0.1) { 16 } else { 1_000_000 },
            troubles: Trouble::ALL.into_iter().filter(|_| chance.random_bool(share)).collect(),
            spared: BTreeSet::new(),
        };
        if plan.forgets() {
            // Whoever repeats an order that is forgotten, under a new time, orders anew.
            plan.troubles.remove(&Trouble::RepeatedPlacements);
        }
        plan
    }

    /// The same without some kinds of trouble: everything else happens as before.
    pub fn without(mut self, troubles: &BTreeSet<Trouble>) -> Plan {
        self.spared.extend(troubles);
        self
    }

    /// Whether the order service forgets ended orders soon, so that it takes some that are new for too old.
    pub(crate) fn forgets(&self) -> bool {
        self.remembered < 1_000
    }

    /// What to say to the command to have this history again.
    pub fn command(&self) -> String {
        let mut command = format!("--seed {}", self.seed);
        let list = |names: Vec<String>| names.join(",");
        if let Some(only) = &self.only {
            command += &format!(" --only {}", list(only.iter().map(u32::to_string).collect()));
        }
        if !self.spared.is_empty() {
            command += &format!(" --without {}", list(self.spared.iter().map(Trouble::to_string).collect()));
        }
        if self.until < self.steps {
            command += &format!(" --until {}", self.until);
        }
        command
    }

    /// The kinds of trouble it has.
    pub fn troubles(&self) -> impl Iterator<Item = Trouble> + '_ {
        self.troubles.difference(&self.spared).copied()
    }

    /// How many own facts a restart may have to read before balances are brought forward.
    pub fn remember(&mut self, facts: i64) {
        self.pace.restore_facts = facts;
    }

    pub(crate) fn has(&self, trouble: Trouble) -> bool {
        self.troubles.contains(&trouble) && !self.spared.contains(&trouble)
    }
}

/// Fifty on average: some storms bring a few orders only, some two hundred.
fn how_many(chance: &mut StdRng) -> u32 {
    match chance.random_range(0..20) {
        0..=1 => chance.random_range(1..=4),
        2..=12 => chance.random_range(10..=50),
        13..=18 => chance.random_range(50..=110),
        _ => 200,
    }
}

fn pace(chance: &mut StdRng) -> Pace {
    let seconds = Duration::from_secs;
    Pace {
        records: *[2, 8, 40, 4_000].choose(chance).unwrap_or(&20),
        lazy: *[Duration::ZERO, seconds(1)].choose(chance).unwrap_or(&Duration::ZERO),
        look: *[Duration::ZERO, seconds(10)].choose(chance).unwrap_or(&Duration::ZERO),
        restore_facts: *[5, 30, 200_000].choose(chance).unwrap_or(&30),
        ..Pace::default()
    }
}

fn sku(n: u32) -> Key {
    key(["mug", "bag", "pen", "cap", "pin", "jug", "map", "fan"][n as usize % 8])
}

/// A key of ours.
pub(crate) fn key(text: &str) -> Key {
    text.parse().unwrap_or_else(|_| unreachable!("the simulator makes sound keys: {text}"))
}
