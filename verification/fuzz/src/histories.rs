//! `orders_history`, `inventory_history`, `payments_history`: any sequence of events a service can hear, in any order, as
//! often as they like and with any numbers in them, through its real reactions and decisions.

mod inventory;
mod orders;
mod payments;

pub use inventory::inventory_history;
pub use orders::orders_history;
pub use payments::payments_history;

use std::{collections::BTreeMap, time::Duration};

use arbitrary::Result;
use events_schema::{Fact, Key, Timestamp};

use crate::said::Sayings;

/// So many events one history has at most.
const LONGEST: usize = 60;
/// Histories that stay below the window in which ended things are remembered keep every promise; longer ones may forget.
const WINDOW: Duration = Duration::from_secs(23 * 3600);

/// How often each subject was told each thing.
#[derive(Default)]
struct Told(BTreeMap<(Key, &'static str), usize>);

impl Told {
    fn add<F: Fact>(&mut self, said: &[(Key, F)]) {
        for (subject, fact) in said {
            *self.0.entry((*subject, fact.event())).or_default() += 1;
        }
    }

    fn of(&self, subject: Key, events: &[&'static str]) -> usize {
        events.iter().map(|event| self.0.get(&(subject, *event)).copied().unwrap_or(0)).sum()
    }

    /// Each subject is told at most one of these, once.
    fn at_most_once(&self, events: &[&'static str]) {
        for (subject, _) in self.0.keys() {
            assert!(self.of(*subject, events) <= 1, "{subject} was told more than one of {events:?}");
        }
    }
}

/// Time goes on: not at all, a little, by minutes; seldom by more than the window.
fn later(from: Timestamp, sayings: &mut Sayings<'_>) -> Result<Timestamp> {
    let seconds = match sayings.one_of(16)? {
        0 => 25 * 3600,
        n @ 1..=4 => u64::from(n) * 300,
        n @ 5..=8 => u64::from(n),
        _ => 0,
    };
    Ok(from + Duration::from_secs(seconds))
}
