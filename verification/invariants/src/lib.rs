//! The promises as pure functions over a history of committed records. Knows events-schema and no service, so that the
//! judge cannot share the defendant's error.
//!
//! [`judge`] gives a verdict on every promise of `docs/PROMISES.md` that can be judged from the [`Evidence`] there is:
//! the history alone, or with what clients were told, the provider's ledger, and what the runner saw. [`Coverage`] says
//! whether the rare things happened at all (C1 to C17). [`Books`] adds up stock and money.
#![forbid(unsafe_code)]

mod answers;
mod aside;
mod asking;
mod books;
mod causality;
mod causes;
mod coverage;
mod derived;
mod evidence;
mod history;
mod ids;
mod index;
mod ledger;
mod liveness;
mod met;
mod mishaps;
mod order;
mod parked;
mod refusal;
mod runner;
mod saga;
mod stock;
mod undone;
mod verdict;
mod views;
mod waiting;
mod wire;

use index::Index;

pub use answers::{Answer, Outcome};
pub use books::{Books, MoneyBook, StockBook};
pub use coverage::Coverage;
pub use evidence::Evidence;
pub use history::{Event, History, Told};
pub use ids::ONCE;
pub use ledger::{Movement, MovementKind};
pub use mishaps::Mishaps;
pub use order::{Fate, Order};
pub use runner::{Derivation, Folded, Memory, Pace, Poison, Reading, Rerun, Starts};
pub use verdict::{Breach, Verdict};
pub use views::{Sighting, Status};
pub use waiting::{Waiting, waiting};

/// Judges a history by itself. `settled`: nothing is under way any more, so that the promises about the end are due too.
pub fn check(history: &History, settled: bool) -> Vec<Verdict> {
    judge(&Evidence::of(history).settled(settled))
}

/// Judges every promise for which there is evidence, S1 to S19, then L1 to L5.
pub fn judge(evidence: &Evidence<'_>) -> Vec<Verdict> {
    let Evidence { history, settled, .. } = *evidence;
    let (orders, stock, index) = (order::orders(history), stock::fold(history), Index::of(history));
    let mut verdicts = vec![stock::no_oversell(&stock, history), stock::conserved(&stock, history)];
    let mut saga = saga::check(&orders, settled);
    ledger::judge(evidence, &orders, &mut saga);
    verdicts.append(&mut saga);
    verdicts.push(undone::minimal(&orders));
    let [caused, isolated] = causality::check(evidence, &index);
    verdicts.extend([caused, ids::unique(history)]);
    verdicts.extend(answers::check(evidence, &orders, &index));
    verdicts.extend(derived::again(evidence, &index));
    verdicts.extend(derived::folded(evidence));
    verdicts.extend([isolated, parked::in_order(history, &index)]);
    verdicts.extend(views::check(evidence, &orders));
    verdicts.push(refusal::check(history, &index, &stock));
    verdicts.extend(liveness::check(evidence, &orders));
    verdicts
}
