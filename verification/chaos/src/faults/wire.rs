//! The wire between services and brokers: slow, or cut.

use std::time::Duration;

use anyhow::Result;
use rand::{Rng, rngs::StdRng};

use super::Evidence;
use crate::shop::{SOON, Shop};
use rig::wait;

/// Every byte is late for some seconds, both ways.
pub fn latency(shop: &mut Shop, draw: &mut StdRng) -> Result<Evidence> {
    let latency = Duration::from_millis(draw.random_range(30..250));
    let span = Duration::from_millis(draw.random_range(3_000..6_000));
    let before = shop.proxy.counts().delayed;
    let since = wait::now();
    shop.proxy.set_latency(latency);
    let delayed = shop.until("bytes that are late", SOON, |shop| {
        let delayed = shop.proxy.counts().delayed - before;
        let enough = delayed > 0 && since.elapsed() >= span;
        if enough { Ok(delayed) } else { Err(format!("{delayed} bytes were late")) }
    });
    shop.proxy.set_latency(Duration::ZERO);
    Ok(vec![format!("{} bytes were late by {latency:?} for {:.1?}", delayed?, since.elapsed())])
}

/// All connections are reset, several times.
pub fn reset(shop: &mut Shop, draw: &mut StdRng) -> Result<Evidence> {
    let times = draw.random_range(2..6);
    let before = shop.proxy.counts();
    for _ in 0..times {
        let now = shop.proxy.counts();
        shop.proxy.cut();
        shop.until("cut connections, and new ones", SOON, |shop| {
            let then = shop.proxy.counts();
            // A client or a broker may close one itself in the same instant: gone it must be, by us not each.
            let gone = then.oldest.is_none_or(|oldest| oldest >= now.accepted);
            let again = gone && then.reset > now.reset && then.accepted > now.accepted;
            if again { Ok(()) } else { Err(format!("{now:?}, then {then:?}")) }
        })?;
    }
    let after = shop.proxy.counts();
    let (reset, anew) = (after.reset - before.reset, after.accepted - before.accepted);
    Ok(vec![format!("{reset} connections were reset in {times} cuts, {anew} were made anew")])
}
