//! `Plan`: what a seed stands for: the shop, its goods, and which kinds of trouble it gets.

use std::{collections::BTreeSet, time::Duration};

use choreography::Pace;
use events_schema::Key;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use crate::fragile::Planted;

/// A kind of thing that happens in a storm. Each seed gets some of them only, so that rare meetings are not drowned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Trouble {
    Cancellations,
    RepeatedPlacements,
    Restocking,
    Corrections,
    Misrouting,
    Garbage,
    BrokenServices,
    BlockedCustomers,
    Deaths,
    MishapsInATurn,
    Expiries,
    CommitFates,
    ForgottenPositions,
    RepeatedRecords,
    SlowPolls,
    LostCalls,
    LongWaits,
}

use Trouble::*;

const TROUBLES: [Trouble; 17] = [
    Cancellations,
    RepeatedPlacements,
    Restocking,
    Corrections,
    Misrouting,
    Garbage,
    BrokenServices,
    BlockedCustomers,
    Deaths,
    MishapsInATurn,
    Expiries,
    CommitFates,
    ForgottenPositions,
    RepeatedRecords,
    SlowPolls,
    LostCalls,
    LongWaits,
];

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
    /// How often a storm does something.
    pub steps: u32,
    /// Whether an operator looks after what is parked once the storm is over.
    pub mends: bool,
    /// A mistake all services make.
    pub planted: Option<Planted>,
    pub(crate) pace: Pace,
    pub(crate) least_deal: u64,
    pub(crate) troubles: BTreeSet<Trouble>,
}

impl Plan {
    /// A shop without trouble, with one kind of mug.
    pub fn quiet(partitions: u16, mugs: i64) -> Plan {
        Plan {
            seed: 0,
            partitions,
            stock: vec![(sku(0), mugs)],
            lifetime: Duration::from_secs(900),
            steps: 0,
            mends: true,
            planted: None,
            pace: Pace { lazy: Duration::ZERO, look: Duration::ZERO, ..Pace::default() },
            least_deal: 1,
            troubles: BTreeSet::new(),
        }
    }

    /// The plan of a seed.
    pub fn of(seed: u64) -> Plan {
        let mut chance = StdRng::seed_from_u64(seed);
        let products = chance.random_range(1..=4);
        // Every second seed sells single pieces, so that two orders race for the last one.
        let most = if chance.random_bool(0.5) { 3 } else { 20 };
        let share = *[0.15, 0.4, 0.7].choose(&mut chance).unwrap_or(&0.4);
        let pace = Pace {
            records: *[1, 3, 20, 4_000].choose(&mut chance).unwrap_or(&20),
            lazy: *[Duration::ZERO, Duration::from_secs(1)].choose(&mut chance).unwrap_or(&Duration::ZERO),
            look: *[Duration::ZERO, Duration::from_secs(10)].choose(&mut chance).unwrap_or(&Duration::ZERO),
            restore_facts: *[5, 30, 200_000].choose(&mut chance).unwrap_or(&30),
            ..Pace::default()
        };
        Plan {
            seed,
            partitions: chance.random_range(2..=4),
            stock: (0..products).map(|n| (sku(n), chance.random_range(0..=most))).collect(),
            lifetime: Duration::from_secs(*[3, 20, 900].choose(&mut chance).unwrap_or(&20)),
            steps: chance.random_range(60..=220),
            mends: chance.random_bool(0.8),
            planted: None,
            pace,
            least_deal: chance.random_range(1..=2),
            troubles: TROUBLES.into_iter().filter(|_| chance.random_bool(share)).collect(),
        }
    }

    /// How many own facts a restart may have to read before balances are brought forward.
    pub fn remember(&mut self, facts: i64) {
        self.pace.restore_facts = facts;
    }

    pub(crate) fn has(&self, trouble: Trouble) -> bool {
        self.troubles.contains(&trouble)
    }
}

fn sku(n: u32) -> Key {
    key(["mug", "bag", "pen", "cap"][n as usize % 4])
}

/// A key of ours.
pub(crate) fn key(text: &str) -> Key {
    text.parse().unwrap_or_else(|_| unreachable!("the simulator makes sound keys: {text}"))
}
