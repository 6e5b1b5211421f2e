//! What the services stand on goes away and comes back: a broker, the payment provider.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rand::{Rng, rngs::StdRng};

use super::Evidence;
use crate::{
    process::is_gone,
    shop::{SOON, Shop},
};
use rig::wait;

/// Kills a broker, leaves it away for a moment, and starts it on what it had written.
pub fn broker(shop: &mut Shop, draw: &mut StdRng) -> Result<Evidence> {
    let at = draw.random_range(0..shop.cluster.brokers.len());
    let away = Duration::from_millis(draw.random_range(0..3_000));
    let broker = &mut shop.cluster.brokers[at];
    let old = broker.pid().context("the broker does not run")?;
    broker.kill()?;
    ensure!(is_gone(old), "the broker is still there as {old}");
    let since = wait::now();
    shop.until(
        "an absence",
        SOON,
        |_| if since.elapsed() >= away { Ok(()) } else { Err("too short".into()) },
    )?;
    let broker = &mut shop.cluster.brokers[at];
    broker.start()?;
    broker.await_up()?;
    let (id, new) = (broker.id, broker.pid().unwrap_or_default());
    Ok(vec![format!("broker {id}: process {old} is gone, {new} serves after {:.1?}", since.elapsed())])
}

/// Kills the provider and starts it on its books.
pub fn provider(shop: &mut Shop, draw: &mut StdRng) -> Result<Evidence> {
    let away = Duration::from_millis(draw.random_range(0..1_500));
    let old = shop.kill_provider()?;
    ensure!(is_gone(old), "the provider is still there as {old}");
    let since = wait::now();
    shop.until(
        "an absence",
        SOON,
        |_| if since.elapsed() >= away { Ok(()) } else { Err("too short".into()) },
    )?;
    shop.start_provider()?;
    Ok(vec![format!(
        "the provider's process {old} is gone, and another serves after {:.1?}",
        since.elapsed()
    )])
}
