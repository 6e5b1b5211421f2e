//! What the simulator found: histories, faults by class, the conditions that must occur.

use std::fmt::{Display, Formatter, Result};

use serde::Deserialize;

use crate::table::{Table, count};

/// Its report, as far as the page tells of it.
#[derive(Deserialize)]
pub struct Simulated {
    /// Histories.
    pub seeds: u64,
    repeated: u64,
    orders: u64,
    events: u64,
    jobs: u64,
    seconds: f64,
    seeds_per_second_per_core: f64,
    faults: Vec<Struck>,
    coverage: Vec<Met>,
    /// How often each promise was judged.
    pub promises: Vec<Judged>,
}

#[derive(Deserialize)]
struct Struck {
    name: String,
    seeds: u64,
    times: u64,
}

#[derive(Deserialize)]
struct Met {
    c: String,
    what: String,
    times: u64,
}

/// One promise.
#[derive(Deserialize)]
pub struct Judged {
    /// Its number.
    pub promise: String,
    /// How many things were judged by it.
    pub checked: u64,
    /// How many histories broke it.
    pub broken: u64,
}

impl Display for Simulated {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(
            f,
            "{} histories, {} of them run a second time and equal byte for byte; {} orders, {} committed events; \
             {:.0} s on {} threads, {:.0} histories a second on each.\n",
            count(self.seeds),
            count(self.repeated),
            count(self.orders),
            count(self.events),
            self.seconds,
            self.jobs,
            self.seeds_per_second_per_core
        )?;
        let mut faults = Table::of(&["fault", "-histories", "-times"]);
        for Struck { name, seeds, times } in &self.faults {
            faults.row([name.clone(), count(*seeds), count(*times)]);
        }
        writeln!(f, "{faults}")?;
        let mut met = Table::of(&["must happen", "what", "-times"]);
        for Met { c, what, times } in &self.coverage {
            met.row([c.clone(), what.clone(), count(*times)]);
        }
        write!(f, "{met}")
    }
}
