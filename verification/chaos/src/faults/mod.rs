//! The faults. Each breaks something, sees that it is broken, heals it, sees that it is healed, and returns what it
//! saw; without that evidence the run does not count.

mod deaths;
mod operator;
mod outages;
mod pauses;
mod poison;
mod sizes;
mod torn;
mod wire;

use anyhow::{Context, Result};
use rand::{SeedableRng, rngs::StdRng};

use crate::{
    fleet::{INSTANCES, SERVICES, Seat},
    plan::Kind,
    proxy::Mode,
    report::Hit,
    shop::{SOON, Shop},
};
use rig::wait;

pub use operator::parked;
pub use pauses::tasks;
pub use poison::PREFIX as POISON;
pub use sizes::end;

/// What a fault saw.
pub type Evidence = Vec<String>;

/// Breaks one thing, heals it, and waits until orders placed afterwards end on every partition.
pub fn play(shop: &mut Shop, kind: Kind, whom: u64) -> Result<()> {
    let number = shop.hits.len() + 1;
    let (at, since) = (shop.seconds(), wait::now());
    shop.doing = kind.name().to_owned();
    shop.under_fault = true;
    let draw = &mut StdRng::seed_from_u64(whom);
    let evidence = strike(shop, kind, draw).with_context(|| format!("fault {number}, {}", kind.name()))?;
    let (took, healed) = (since.elapsed(), wait::now());
    shop.under_fault = false;
    shop.busy.clear();
    shop.doing = format!("{}: recovering", kind.name());
    shop.until("a way through on every partition", SOON, |shop| match shop.tally.closed_since(healed) {
        closed if closed.is_empty() => Ok(()),
        closed => Err(format!("no order placed since {} ended on {closed:?}", kind.name())),
    })?;
    let recovered = healed.elapsed();
    shop.hits.push(Hit::new(number, kind, at, took, recovered, evidence));
    Ok(())
}

fn strike(shop: &mut Shop, kind: Kind, draw: &mut StdRng) -> Result<Evidence> {
    match kind {
        Kind::Kill => deaths::kill(shop, draw),
        Kind::PauseSession => pauses::session(shop, draw),
        Kind::PauseTransaction => pauses::transaction(shop, draw),
        Kind::Scale => sizes::scale(shop, draw),
        Kind::Roll => sizes::roll(shop, draw),
        Kind::Broker => outages::broker(shop, draw),
        Kind::Provider => outages::provider(shop, draw),
        Kind::Latency => wire::latency(shop, draw),
        Kind::Reset => wire::reset(shop, draw),
        Kind::Poison => poison::burst(shop, draw),
        Kind::TornAnswer => torn::torn(shop, Mode::Answers),
        Kind::TornRequest => torn::torn(shop, Mode::Requests),
    }
}

/// Every seat that is taken at rest.
fn seats() -> Vec<Seat> {
    SERVICES.into_iter().flat_map(|service| (0..INSTANCES).map(move |at| (service, at))).collect()
}

/// A seat in words.
fn name((service, instance): Seat) -> String {
    format!("{service}-{instance}")
}
