//! One history: a shop opens, a storm passes over it, and what is left when it is calm is judged.

use std::{
    collections::{BTreeMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
};

use events_schema::{Source, Topic};
use invariants::{Evidence, Folded, History};

use crate::{Broken, Plan, Shop, Trouble, plan::key, process::Process, storm::Storm};

/// Runs the history of a seed and judges it: the shop as it stands then, or what is broken.
pub fn run(seed: u64) -> Result<Shop, Broken> {
    run_plan(Plan::of(seed))
}

/// Runs the history of a plan and judges it, as [`run`] does.
pub fn run_plan(plan: Plan) -> Result<Shop, Broken> {
    let seed = plan.seed;
    let lost = |what: String| Broken { seed, what, story: String::new() };
    let mut shop = Shop::open(plan).map_err(lost)?;
    Storm::of(&shop.plan).rage(&mut shop);
    if let Some(fatal) = shop.fatal.take() {
        return Err(lost(fatal));
    }
    shop.calm().map_err(|what| shop.broken(what, None))?;
    // What was given up may have held pieces; they are where the books say, but nobody will bring them.
    if shop.poisoned.is_empty() && !shop.plan.forgets() {
        shop.sell_out()?;
    }
    shop.falls_silent()?;
    let tables_changed = [Trouble::BlockedCustomers, Trouble::Restocking];
    if seed % 20 == 7
        && !shop.plan.forgets()
        && !tables_changed.iter().any(|trouble| shop.struck.contains_key(trouble))
    {
        shop.derive_again();
    }
    shop.judge()?;
    shop.stays_settled(seed.is_multiple_of(2))?;
    Ok(shop)
}

impl Shop {
    /// What is settled stays settled, whoever is started anew and whatever the broker forgot (S15).
    fn stays_settled(&mut self, forgotten: bool) -> Result<(), Broken> {
        let (before, states) = (lengths(&self.history()), self.states());
        self.restart(forgotten).map_err(|what| self.broken(what, None))?;
        let after = self.history();
        let new = Topic::ALL.into_iter().flat_map(|topic| {
            let grown = after.partitions_of(topic);
            let before = &before;
            grown.flat_map(move |(partition, events)| {
                &events[before.get(&(topic, partition)).copied().unwrap_or_default()..]
            })
        });
        // But a balance may be brought forward at any time.
        match new.into_iter().find(|event| event.kind != "StockCounted") {
            None => self.same_states(&states),
            Some(event) => {
                let what =
                    format!("S15: {} {} was said after a restart of a settled shop", event.kind, event.place);
                Err(self.broken(what, Some(event.subject)))
            }
        }
    }
}

impl Shop {
    /// The state of every task of one in ten shops, by service and partition; comparing costs time.
    fn states(&self) -> BTreeMap<(Source, u16), u64> {
        // Where ended orders are forgotten by their number, a restored task may remember others than a live one.
        let looked = self.plan.seed % 10 == 3 && !self.plan.forgets();
        let of = |process: &dyn Process| {
            let (service, states) = (process.service(), process.states());
            states.into_iter().map(move |(partition, state)| ((service, partition), digest(&state)))
        };
        self.processes.iter().filter(|_| looked).flat_map(|process| of(process.as_ref())).collect()
    }

    /// Every task that was started anew has the state it had, which is the fold of its log now.
    fn same_states(&mut self, before: &BTreeMap<(Source, u16), u64>) -> Result<(), Broken> {
        let after = self.states();
        let folded = before.iter().map(|((service, partition), memory)| Folded {
            task: key(&format!("{}.{partition}", service.name())),
            after: "a restart".to_owned(),
            memory: *memory,
            // A task that nobody runs any more is not the fold of its log either.
            fold: after.get(&(*service, *partition)).copied().unwrap_or(!*memory),
        });
        let folds: Vec<Folded> = folded.collect();
        let nothing = History::default();
        let evidence = Evidence { folds: &folds, ..Evidence::of(&nothing) };
        let judged = invariants::judge(&evidence);
        let Some(verdict) = judged.iter().find(|verdict| verdict.promise == "S15") else { return Ok(()) };
        *self.checked.entry("S15").or_default() += verdict.checked;
        if verdict.holds() { Ok(()) } else { Err(self.broken(verdict.to_string(), None)) }
    }
}

/// A digest of a state as text that does not heed the order of its maps.
fn digest(state: &str) -> u64 {
    let parts = state.split([',', '{', '}', '[', ']', '(', ')', ' ']).filter(|part| !part.is_empty());
    parts.fold(0, |sum, part| {
        let mut hasher = DefaultHasher::new();
        part.hash(&mut hasher);
        sum.wrapping_add(hasher.finish())
    })
}

fn lengths(history: &History) -> BTreeMap<(Topic, u16), usize> {
    let of = |topic: Topic| {
        history.partitions_of(topic).map(move |(partition, events)| ((topic, partition), events.len()))
    };
    Topic::ALL.into_iter().flat_map(of).collect()
}
