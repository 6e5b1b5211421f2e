//! `Control`: a wall taken away on purpose, to see what the other walls hold.

use events_schema::OwnedRecord;

use super::{Wrong, plant};
use crate::{Broken, Plan, Shop, Trouble, run_plan, storm::Storm};

/// A wall.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Control {
    /// The log has no transactions: whatever is written stands. Processes die, but nothing else goes wrong for them:
    /// what an aborted transaction left would stand beside what is decided in its place.
    NoTransactions,
    /// Positions are committed after the output, outside its transaction.
    OffsetsAfterOutput,
    /// No decider knows what it was asked before. Nobody asks twice, so that only the log could.
    NoDedup,
}

/// Runs and judges the history of a seed without this wall; what is broken with it too is not the wall's affair.
pub fn run_without(control: Control, seed: u64) -> Result<(), Broken> {
    let plan = plan_without(control, seed);
    plant(Wrong { control: Some(control), ..Wrong::default() }, 0);
    let ran = run_plan(plan.clone());
    plant(Wrong::default(), 0);
    match ran {
        Err(broken) if run_plan(plan).is_ok() => Err(broken),
        _ => Ok(()),
    }
}

/// Every record that stands on the log after the storm of a seed without this wall, settled or not.
pub fn records_without(control: Control, seed: u64) -> Result<Vec<OwnedRecord>, String> {
    let plan = plan_without(control, seed);
    plant(Wrong { control: Some(control), ..Wrong::default() }, 0);
    let raged = Shop::open(plan).map(|mut shop| {
        Storm::of(&shop.plan).rage(&mut shop);
        let _unsettled = shop.calm();
        shop.records()
    });
    plant(Wrong::default(), 0);
    raged
}

fn plan_without(control: Control, seed: u64) -> Plan {
    let mut plan = Plan::of(seed);
    let without: &[Trouble] = match control {
        Control::NoTransactions => &[
            Trouble::CommitFates,
            Trouble::Expiries,
            Trouble::Rebalances,
            Trouble::Zombies,
            Trouble::Outages,
            Trouble::WrongClocks,
        ],
        Control::OffsetsAfterOutput => &[],
        // Both repeat a placement on purpose.
        Control::NoDedup => &[Trouble::RepeatedPlacements, Trouble::Misrouting],
    };
    plan.troubles.retain(|trouble| !without.contains(trouble));
    plan
}
