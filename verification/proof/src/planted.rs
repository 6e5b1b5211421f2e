//! What it took to catch each planted mistake.

use std::fmt::{Display, Formatter, Result};

use serde::Deserialize;

use crate::table::{Table, count};

/// The hunts for one mistake.
#[derive(Deserialize)]
pub struct Hunted {
    mistake: String,
    place: String,
    promises: Vec<String>,
    seeds: Vec<Option<u64>>,
    median: Option<u64>,
    worst: Option<u64>,
}

/// All of them.
pub struct All<'a>(pub &'a [Hunted]);

impl Display for All<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let hunts = self.0.first().map_or(0, |first| first.seeds.len());
        writeln!(
            f,
            "Each was hunted {hunts} times, from other seeds on. Counted are histories up to the one that was refused.\n"
        )?;
        let mut table = Table::of(&["mistake", "planted in", "refused by", "-median", "-worst"]);
        let number = |seeds: &Option<u64>| seeds.map_or_else(|| "never".to_owned(), count);
        for Hunted { mistake, place, promises, median, worst, .. } in self.0 {
            let mut by = promises.clone();
            by.sort();
            by.dedup();
            table.row([mistake.clone(), place.clone(), by.join(", "), number(median), number(worst)]);
        }
        write!(f, "{table}")
    }
}
