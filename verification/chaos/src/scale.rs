//! The drill of a cluster, with processes in the place of pods: instances come and go as a StatefulSet brings and takes
//! them, one after the other; all are restarted; and the next version is rolled out, back in part, and out again.

use std::path::Path;

use anyhow::{Context, Result};

use crate::{
    faults,
    fleet::{SERVICES, Seat},
    shop::Shop,
    steps::Step,
};

/// As many instances of each service as are tried: every one has two of twelve tasks.
const MANY: u8 = 6;

/// Every step, in order; what was seen of those before stays when one fails. Each is measured once all orders have ended.
pub fn drill(shop: &mut Shop, steps: &mut Vec<Step>) -> Result<()> {
    for service in SERVICES {
        let grow = |shop: &mut Shop| grow(shop, service, 1..MANY);
        steps.push(Step::play(shop, &format!("{service} 1 → {MANY}"), grow)?);
    }
    for service in SERVICES {
        let what = format!("{service} restarted, {MANY} one by one");
        steps.push(Step::play(shop, &what, |shop| roll(shop, service, 0..MANY, None))?);
    }
    for service in SERVICES {
        let shrink = |shop: &mut Shop| shrink(shop, service, 1..MANY);
        steps.push(Step::play(shop, &format!("{service} {MANY} → 1"), shrink)?);
    }
    let two = |shop: &mut Shop| SERVICES.into_iter().try_for_each(|service| grow(shop, service, 1..2));
    steps.push(Step::play(shop, "every service 1 → 2", two)?);
    roll_out(shop, steps)
}

/// This version and the next beside one another, in every way that a roll-out and a roll-back bring about. The order
/// service writes the new field; it and inventory read the event, and restore from it.
fn roll_out(shop: &mut Shop, steps: &mut Vec<Step>) -> Result<()> {
    let next = shop.programs.next.clone().context("the next version was not built")?;
    let next = Some(next.as_path());
    let old_readers =
        Step::play(shop, "next version of order alone", |shop| roll(shop, "order", 0..2, next))?;
    steps.push(old_readers.written_by(false, true)?);
    let side_by_side = Step::play(shop, "one of each version of every service", |shop| {
        roll(shop, "order", 1..2, None)?;
        roll(shop, "inventory", 0..1, next)?;
        roll(shop, "payment", 0..1, next)
    })?;
    steps.push(side_by_side.written_by(true, true)?);
    let old_writer = Step::play(shop, "next version of all but order", |shop| {
        roll(shop, "order", 0..1, None)?;
        roll(shop, "inventory", 1..2, next)?;
        roll(shop, "payment", 1..2, next)
    })?;
    steps.push(old_writer.written_by(true, false)?);
    let all = Step::play(shop, "next version of all", |shop| roll(shop, "order", 0..2, next))?;
    steps.push(all.written_by(false, true)?);
    Ok(())
}

/// The next instance comes when the one before is ready.
fn grow(shop: &mut Shop, service: &'static str, instances: std::ops::Range<u8>) -> Result<()> {
    for seat in instances.map(|instance| (service, instance)) {
        shop.fleet.start(seat)?;
        shop.await_ready(&[seat])?;
    }
    Ok(())
}

/// The last goes first.
fn shrink(shop: &mut Shop, service: &'static str, instances: std::ops::Range<u8>) -> Result<()> {
    instances.rev().try_for_each(|instance| faults::end(shop, (service, instance)).map(drop))
}

/// Each is asked to end and comes back, as this program or (`None`) as the one all began with; the last goes first.
fn roll(
    shop: &mut Shop,
    service: &'static str,
    instances: std::ops::Range<u8>,
    program: Option<&Path>,
) -> Result<()> {
    for seat in instances.rev().map(|instance: u8| -> Seat { (service, instance) }) {
        faults::end(shop, seat)?;
        shop.fleet.exchange(seat, program);
        shop.fleet.start(seat)?;
        shop.await_ready(&[seat])?;
    }
    Ok(())
}
