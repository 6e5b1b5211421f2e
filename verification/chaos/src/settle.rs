//! Calm: no more orders, nothing broken; the shop has a minute to end all it has begun.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::{driver::Pen, faults, lags, shop::Shop};
use rig::wait;

/// The bound.
const BOUND: Duration = Duration::from_secs(60);

/// Closes the doors and waits until every order has ended, every group is at the end of its inputs, no transaction is
/// open and nothing is parked. Returns the customers' pen and how long it took.
pub fn settle(shop: &mut Shop) -> Result<(Pen, Duration)> {
    shop.doing = "settling".to_owned();
    let mut driver = shop.driver.take().ok_or_else(|| anyhow::anyhow!("no orders were placed"))?;
    let pen = driver.end()?;
    let since = wait::now();
    shop.until("every order has ended", BOUND, |shop| match shop.tally.open(5) {
        open if open.is_empty() => Ok(()),
        open => Err(format!("{open:?} have not")),
    })?;
    let left = BOUND.saturating_sub(since.elapsed());
    shop.until("everything is consumed and nothing is open", left, |shop| lags::settled(&shop.cluster))?;
    let took = since.elapsed();
    let waiting = faults::parked(shop, false)?;
    ensure!(waiting.is_empty(), "still parked: {waiting:?}");
    let all = faults::parked(shop, true)?;
    let stranger = all.iter().find(|parked| !parked.subject.starts_with(faults::POISON));
    ensure!(stranger.is_none(), "parked, though nobody poisoned it (L4): {stranger:?}");
    Ok((pen, took))
}
