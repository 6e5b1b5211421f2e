//! Instances come and go in good order: a third one, and a rolling restart.

use anyhow::Result;
use rand::{Rng, rngs::StdRng};

use super::{Evidence, name, pauses::tasks};
use crate::{
    fleet::{INSTANCES, SERVICES, Seat},
    process::is_gone,
    shop::{SOON, Shop},
};
use rig::wait;

fn service(draw: &mut StdRng) -> &'static str {
    SERVICES[draw.random_range(0..SERVICES.len())]
}

/// A third instance takes tasks, works for a while, and goes.
pub fn scale(shop: &mut Shop, draw: &mut StdRng) -> Result<Evidence> {
    let third = (service(draw), INSTANCES);
    shop.fleet.start(third)?;
    shop.await_ready(&[third])?;
    let has = shop.until("tasks of the third", SOON, |shop| {
        let process = shop.fleet.process(third).map_err(|error| error.to_string())?;
        let tasks = tasks(&process.said());
        if tasks.is_empty() { Err(format!("{}: {}", name(third), process.tail(2))) } else { Ok(tasks) }
    })?;
    let up = wait::now();
    shop.until("work by three", SOON, |shop| match shop.tally.closed_since(up) {
        closed if closed.is_empty() => Ok(()),
        closed => Err(format!("no order ended on {closed:?} while there were three")),
    })?;
    let pid = end(shop, third)?;
    Ok(vec![format!("{} took tasks {has:?}, drained, and process {pid} is gone", name(third))])
}

/// SIGTERM and a start, one instance after the other.
pub fn roll(shop: &mut Shop, draw: &mut StdRng) -> Result<Evidence> {
    let service = service(draw);
    let mut evidence = Evidence::new();
    for instance in 0..INSTANCES {
        let seat = (service, instance);
        let old = end(shop, seat)?;
        shop.fleet.start(seat)?;
        shop.await_ready(&[seat])?;
        let new = shop.fleet.process(seat)?.pid();
        evidence.push(format!("{}: process {old} drained and is gone, {new} is ready", name(seat)));
    }
    Ok(evidence)
}

/// Asks a process to end and waits until it has, with code 0.
pub fn end(shop: &mut Shop, seat: Seat) -> Result<u32> {
    shop.busy = vec![seat];
    let pid = shop.fleet.process(seat)?.pid();
    shop.fleet.ask_to_end(seat)?;
    shop.until("a drained process", SOON, |shop| {
        shop.fleet.has_ended(seat).map_err(|error| format!("{error:#}")).and_then(|ended| ended)
    })?;
    shop.busy.clear();
    anyhow::ensure!(is_gone(pid), "{} is still there as {pid}", name(seat));
    Ok(pid)
}
