//! The simulator: the real services and the real machine on a memory log in virtual time. One seed is one history.
//!
//! [`run`] opens a shop, lets a storm pass over it, and judges what is left when it is calm. [`Shop`] is for stories
//! told step by step.
#![forbid(unsafe_code)]

mod calm;
mod coverage;
mod customers;
mod fragile;
mod judge;
mod mishaps;
mod parked;
mod plan;
mod probe;
mod process;
mod provider;
mod shop;
mod storm;
mod story;
mod time;

pub use coverage::Coverage;
pub use fragile::Planted;
pub use judge::Broken;
pub use plan::Plan;
pub use shop::Shop;
pub use story::{story, story_with_places};
pub use time::Time;

use storm::Storm;

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
    shop.calm().map_err(|what| shop.broken(format!("L1: {what}"), None))?;
    shop.judge()?;
    // What was given up may have held pieces; they are where the books say, but nobody will bring them.
    if shop.poisoned.is_empty() {
        shop.sell_out()?;
        shop.settle().map_err(|what| shop.broken(format!("L1: {what}"), None))?;
    }
    shop.falls_silent()?;
    let history = shop.judge()?;
    // What is settled stays settled, whoever is started anew and whatever the broker forgot.
    shop.restart(seed.is_multiple_of(2)).map_err(|what| shop.broken(format!("L1: {what}"), None))?;
    let after = shop.history();
    // But a balance may be brought forward at any time.
    let mut facts = after.all().filter(|event| event.kind != "StockCounted");
    let new = facts.find(|event| !history.all().any(|old| old.place == event.place));
    match new {
        Some(event) => {
            let what =
                format!("S15: {} {} was said after a restart of a settled shop", event.kind, event.place);
            Err(shop.broken(what, Some(event.subject)))
        }
        None => Ok(shop),
    }
}
