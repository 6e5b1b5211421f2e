//! The promises as pure functions over a history of committed records. Knows events-schema and no service, so that the
//! judge cannot share the defendant's error.
//!
//! Checked here: S1 to S9, S12 and S17 (`docs/PROMISES.md`). The others follow with the simulator.
#![forbid(unsafe_code)]

mod aside;
mod books;
mod history;
mod ids;
mod order;
mod parked;
mod saga;
mod stock;
mod verdict;

pub use books::{Books, MoneyBook, StockBook};
pub use history::{Event, History, Told};
pub use order::{Fate, Order};
pub use verdict::{Breach, Verdict};

/// Judges a history. `settled`: nothing is under way any more, so that the promises about the end are due too.
pub fn check(history: &History, settled: bool) -> Vec<Verdict> {
    let orders = order::orders(history);
    let mut verdicts = vec![stock::no_oversell(history), stock::conserved(history)];
    verdicts.extend(saga::check(&orders, history, settled));
    verdicts.push(ids::unique(history));
    verdicts.push(parked::in_order(history));
    verdicts
}
