//! `Tally`: what was done to shops, what they did, and what was judged, added up over many histories.

use std::collections::BTreeMap;

use invariants::{Books, Coverage, Fate};
use serde::Serialize;

use crate::Shop;

/// How much a kind of trouble did.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize)]
pub struct Struck {
    /// In how many histories.
    pub seeds: u64,
    /// How often in all.
    pub times: u64,
}

/// Stock and money of all histories together. Pieces, and minor units.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize)]
pub struct Sums {
    /// Pieces that came in.
    pub supplied: i64,
    /// Pieces written off.
    pub written_off: i64,
    /// Pieces nobody has ordered.
    pub free: i64,
    /// Pieces that have left.
    pub shipped: i64,
    /// Pieces still held: for orders whose records an operator has not resumed.
    pub held: i64,
    /// Money taken.
    pub captured: i128,
    /// Money given back.
    pub refunded: i128,
    /// The totals of completed orders.
    pub completed: i128,
}

/// How orders ended.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize)]
pub struct Fates {
    /// Sold.
    pub completed: u64,
    /// Ended without a sale.
    pub cancelled: u64,
    /// Refused.
    pub rejected: u64,
    /// Not ended: their records are parked, or were given up by an operator.
    pub set_aside: u64,
}

/// What happened in many histories.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tally {
    /// Histories.
    pub seeds: u64,
    /// Orders placed by storms.
    pub orders: u64,
    /// Committed events.
    pub events: u64,
    /// Histories that were run a second time and were equal.
    pub repeated: u64,
    /// Faults by class.
    pub faults: BTreeMap<String, Struck>,
    /// The same, and what customers and the warehouse did, by kind; what hit a process in mid-turn by its point.
    pub kinds: BTreeMap<String, Struck>,
    /// How many things were judged, by promise.
    pub promises: BTreeMap<&'static str, u64>,
    /// How orders ended.
    pub fates: Fates,
    /// Stock and money.
    pub books: Sums,
    /// C1 to C17.
    #[serde(skip)]
    pub coverage: Coverage,
}

impl Tally {
    /// Adds a judged history.
    pub fn add(&mut self, shop: &Shop) {
        let history = shop.history();
        self.seeds += 1;
        self.orders += shop.placed;
        self.events += history.len() as u64;
        let mut faults: BTreeMap<&str, u64> = BTreeMap::new();
        for (trouble, times) in &shop.struck {
            strike(&mut self.kinds, &trouble.to_string(), *times);
            if let Some(fault) = trouble.fault() {
                *faults.entry(fault).or_default() += times;
            }
        }
        for (what, times) in shop.hits() {
            strike(&mut self.kinds, what, times);
            *faults.entry(class_of(what)).or_default() += times;
        }
        faults.into_iter().for_each(|(fault, times)| strike(&mut self.faults, fault, times));
        for (promise, checked) in &shop.checked {
            *self.promises.entry(promise).or_default() += checked;
        }
        self.coverage.add(&history);
        self.coverage.suffer(&shop.evidence());
        history.fates().into_values().for_each(|fate| self.fates.add(fate));
        self.books.add(&Books::of(&history));
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: &Tally) {
        self.seeds += other.seeds;
        self.orders += other.orders;
        self.events += other.events;
        self.repeated += other.repeated;
        for (mine, theirs) in [(&mut self.faults, &other.faults), (&mut self.kinds, &other.kinds)] {
            for (name, struck) in theirs {
                let sum = mine.entry(name.clone()).or_default();
                *sum = Struck { seeds: sum.seeds + struck.seeds, times: sum.times + struck.times };
            }
        }
        for (promise, checked) in &other.promises {
            *self.promises.entry(promise).or_default() += checked;
        }
        self.coverage.merge(&other.coverage);
        self.fates.merge(&other.fates);
        self.books.merge(&other.books);
    }
}

fn strike(of: &mut BTreeMap<String, Struck>, name: &str, times: u64) {
    let struck = of.entry(name.to_owned()).or_default();
    *struck = Struck { seeds: struck.seeds + 1, times: struck.times + times };
}

/// The class of what hit a process in mid-turn, by its name.
fn class_of(hit: &str) -> &'static str {
    match hit {
        "append refused" => "F13 produce error",
        "expired in a turn" => "F8 rebalance",
        "replaced in a turn" => "F7 zombie",
        _ if hit.starts_with("commit") => "F6 commit in doubt",
        _ if hit.starts_with("provider") => "F12 provider",
        _ => "F4-F5 crash",
    }
}

impl Fates {
    fn add(&mut self, fate: Fate) {
        match fate {
            Fate::Completed => self.completed += 1,
            Fate::Cancelled(_) => self.cancelled += 1,
            Fate::Rejected => self.rejected += 1,
            Fate::Open | Fate::Placed => self.set_aside += 1,
        }
    }

    fn merge(&mut self, other: &Fates) {
        self.completed += other.completed;
        self.cancelled += other.cancelled;
        self.rejected += other.rejected;
        self.set_aside += other.set_aside;
    }
}

impl Sums {
    fn add(&mut self, books: &Books) {
        for book in books.stock.values() {
            self.supplied += book.supplied;
            self.written_off += book.written_off;
            self.free += book.in_depot + book.on_shelves;
            self.shipped += book.shipped;
            self.held += book.held + book.in_transfer;
        }
        for book in books.money.values() {
            self.captured += book.captured;
            self.refunded += book.refunded;
            self.completed += book.completed;
        }
    }

    fn merge(&mut self, other: &Sums) {
        self.supplied += other.supplied;
        self.written_off += other.written_off;
        self.free += other.free;
        self.shipped += other.shipped;
        self.held += other.held;
        self.captured += other.captured;
        self.refunded += other.refunded;
        self.completed += other.completed;
    }
}
