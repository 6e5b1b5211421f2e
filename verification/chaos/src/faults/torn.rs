//! The torn-commit drill: what ends a transaction is late, and comes when the next one of its producer has begun.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::Evidence;
use crate::{
    proxy::{Held, Mode},
    shop::Shop,
};

/// So many producers are held up at once.
const MANY: usize = 3;
/// A client's time-out, the longest time anything is held, and some air.
const BOUND: Duration = Duration::from_secs(40);

/// Holds back the end of a transaction of several producers, and lets go of each when its next one has begun.
pub fn torn(shop: &mut Shop, mode: Mode) -> Result<Evidence> {
    shop.proxy.hold(mode, MANY);
    let done = shop.until("held calls, and what followed", BOUND, |shop| {
        let held = shop.proxy.held();
        let through = held.len() >= MANY && held.iter().all(|held| held.released.is_some());
        if through { Ok(()) } else { Err(format!("{held:?}")) }
    });
    let held = shop.proxy.let_go();
    done?;
    ensure!(
        held.iter().any(|held| held.followed),
        "no next transaction began while a call was held: {held:?}"
    );
    let what = if mode == Mode::Answers { "the answer to EndTxn" } else { "EndTxn" };
    Ok(held.iter().map(|held| tell(what, held)).collect())
}

fn tell(what: &str, held: &Held) -> String {
    let replaced = if held.replaced { "its producer was replaced, " } else { "" };
    let followed = if held.followed { "its next transaction began" } else { "no other transaction began" };
    let came = held.released.as_deref().unwrap_or_default();
    format!("{what} of {} was held; {replaced}{followed}; {came}", held.who)
}
