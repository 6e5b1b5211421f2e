//! SIGSTOP for so long that others take over, then SIGCONT: the sleeper does not know yet, and must not matter.

use std::{collections::BTreeSet, time::Duration};

use anyhow::Result;
use rand::{Rng, rngs::StdRng};
use rustix::process::Signal;
use serde_json::Value;

use super::{Evidence, name, seats};
use crate::{
    fleet::{INSTANCES, SESSION, Seat, TRANSACTION},
    process::entries,
    shop::{SOON, Shop},
};
use rig::wait;

/// The broker looks for sessions and transactions that are over time once a second.
const SWEEP: Duration = Duration::from_millis(1_200);

/// Stops a process until its session has ended and its neighbour has its tasks.
pub fn session(shop: &mut Shop, draw: &mut StdRng) -> Result<Evidence> {
    pause(shop, draw, SESSION + SWEEP)
}

/// The same, until a transaction it may have open has been ended by the broker.
pub fn transaction(shop: &mut Shop, draw: &mut StdRng) -> Result<Evidence> {
    pause(shop, draw, TRANSACTION + SWEEP)
}

fn pause(shop: &mut Shop, draw: &mut StdRng, least: Duration) -> Result<Evidence> {
    let seat = seats()[draw.random_range(0..seats().len())];
    await_tasks(shop, seat)?;
    shop.busy = vec![seat];
    let since = wait::now();
    shop.fleet.process(seat)?.signal(Signal::STOP)?;
    shop.until("a stopped process", SOON, |shop| {
        let stopped = shop.fleet.process(seat).is_ok_and(|process| process.is_stopped());
        if stopped { Ok(()) } else { Err(format!("{} is not stopped", name(seat))) }
    })?;
    let taken = await_take_over(shop, seat)?;
    shop.until("a pause", SOON, |_| if since.elapsed() >= least { Ok(()) } else { Err("too short".into()) })?;
    let point = shop.fleet.process(seat)?.point();
    shop.fleet.process(seat)?.signal(Signal::CONT)?;
    let slept = since.elapsed();
    let knows = shop.until("the sleeper knows", SOON, |shop| fenced(shop, seat, point))?;
    if knows.ended {
        shop.fleet.start(seat)?;
        shop.await_ready(&[seat])?;
    }
    Ok(vec![format!("{} was stopped for {slept:.1?}", name(seat)), taken, knows.how])
}

/// Waits until an instance has tasks: else nobody could take them over.
pub fn await_tasks(shop: &mut Shop, seat: Seat) -> Result<()> {
    shop.until("tasks", SOON, |shop| {
        let process = shop.fleet.process(seat).map_err(|error| error.to_string())?;
        let none = tasks(&process.said()).is_empty();
        if none { Err(format!("{} has none: {}", name(seat), process.tail(2))) } else { Ok(()) }
    })
}

/// Waits until the other instances have all tasks.
pub fn await_take_over(shop: &mut Shop, (service, instance): Seat) -> Result<String> {
    let others: Vec<Seat> =
        (0..=INSTANCES).filter(|at| *at != instance).map(|other| (service, other)).collect();
    shop.until("take-over", SOON, |shop| {
        let mut held = BTreeSet::new();
        for other in &others {
            held.extend(shop.fleet.process(*other).map(|process| tasks(&process.said())).unwrap_or_default());
        }
        match held.len() == usize::from(shop.cluster.partitions) {
            true => Ok(format!("the neighbour of {service}-{instance} took tasks {held:?}")),
            false => Err(format!("the neighbour of {service}-{instance} has {held:?}")),
        }
    })
}

/// The tasks a process has, by what it says of its leases.
pub fn tasks(said: &str) -> BTreeSet<u64> {
    let mut tasks = BTreeSet::new();
    let told = |line: &&str| line.contains("leases changed") || line.contains("connecting anew");
    for entry in said.lines().filter(told).filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let of = |name: &str| -> Vec<u64> {
            entry[name].as_str().and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default()
        };
        if entry["message"] == "connecting anew" {
            tasks.clear();
        }
        for lost in of("lost") {
            tasks.remove(&lost);
        }
        tasks.extend(of("gained"));
    }
    tasks
}

struct Knows {
    ended: bool,
    how: String,
}

/// It has ended with its line, or has given its tasks up and takes part anew.
fn fenced(shop: &mut Shop, seat: Seat, point: u64) -> Result<Knows, String> {
    let process = shop.fleet.process(seat).map_err(|error| error.to_string())?;
    if let Some(status) = process.ended() {
        return Ok(Knows {
            ended: true,
            how: format!("{} ended: {status}: {}", name(seat), process.tail(1)),
        });
    }
    let said = process.said_since(point);
    let gave_up = entries(&said, "leases changed").iter().any(|change| change["lost"] != "[]");
    let anew = !entries(&said, "connecting anew").is_empty();
    match gave_up || anew {
        true => {
            Ok(Knows { ended: false, how: format!("{} gave its tasks up and took part anew", name(seat)) })
        }
        false => Err(format!("{} does not know: {}", name(seat), process.tail(3))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_follow_from_what_is_said_of_leases() {
        let said = r#"{"message":"leases changed","lost":"[]","gained":"[0, 1, 2]"}
{"message":"leases changed","lost":"[1]","gained":"[3]"}
noise"#;
        assert_eq!(tasks(said), BTreeSet::from([0, 2, 3]));
        let anew = format!("{said}\n{}", r#"{"message":"connecting anew"}"#);
        assert_eq!(tasks(&anew), BTreeSet::new());
    }
}
