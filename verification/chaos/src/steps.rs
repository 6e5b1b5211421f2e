//! `Step`: one change of who runs, under load; how long until every task had an owner again, and what orders felt of it.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde::Serialize;

use crate::{
    faults,
    fleet::SERVICES,
    shop::{SOON, Shop},
    tally::{Confirmed, Tally},
};
use rig::wait;

/// So many confirmations are read after a change before it counts as over: enough of every version that writes them.
const AFTERWARDS: u64 = 100;

/// One step of a drill, as it was seen.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// What changed.
    pub what: String,
    /// Seconds until the last process was ready or gone, and every task had one owner.
    pub owned: f64,
    /// Orders placed from its begin to its end.
    pub placed: usize,
    /// The longest time without an order's end, in seconds.
    pub pause: f64,
    /// How long the slowest order took that was placed meanwhile, in seconds.
    pub slowest: f64,
    /// Confirmations read after the change, by the version that wrote them.
    #[serde(skip)]
    confirmed: Confirmed,
    #[serde(skip)]
    span: (Instant, Instant),
}

impl Step {
    /// Changes something, waits until every task is owned again and orders placed afterwards end on every partition.
    pub fn play(shop: &mut Shop, what: &str, change: impl FnOnce(&mut Shop) -> Result<()>) -> Result<Step> {
        let (begun, before) = (wait::now(), shop.tally.placed());
        shop.doing = what.to_owned();
        change(shop)?;
        shop.until("one owner for every task", SOON, owned)?;
        let changed = wait::now();
        shop.until("a way through on every partition", SOON, |shop| {
            match shop.tally.closed_since(changed) {
                closed if closed.is_empty() => Ok(()),
                closed => Err(format!("no order placed since ended on {closed:?}")),
            }
        })?;
        let confirmed = confirmations(shop)?;
        let fallen = shop.fleet.falls.first();
        ensure!(fallen.is_none(), "a process ended by itself, though nothing was broken: {fallen:?}");
        Ok(Step {
            what: what.to_owned(),
            owned: (changed - begun).as_secs_f64(),
            placed: shop.tally.placed() - before,
            pause: 0.0,
            slowest: 0.0,
            confirmed,
            span: (begun, wait::now()),
        })
    }

    /// The same, if what was confirmed afterwards was written by these versions and no other: this one, the next one.
    pub fn written_by(self, this: bool, next: bool) -> Result<Step> {
        let by = (self.confirmed.now > 0, self.confirmed.next > 0);
        ensure!(by == (this, next), "{}: confirmed by versions: {:?}", self.what, self.confirmed);
        Ok(self)
    }

    /// What orders felt of it; known once all have ended.
    pub fn measure(&mut self, tally: &Tally) {
        let (from, to) = self.span;
        self.pause = tally.longest_pause(from, to).as_secs_f64();
        self.slowest = tally.slowest(from, to).as_secs_f64();
    }
}

/// What is confirmed from now on, and by whom.
fn confirmations(shop: &mut Shop) -> Result<Confirmed> {
    let before = shop.tally.confirmed();
    shop.until("confirmations", SOON, |shop| {
        let all = shop.tally.confirmed();
        let since = Confirmed { now: all.now - before.now, next: all.next - before.next };
        if since.now + since.next >= AFTERWARDS { Ok(since) } else { Err(format!("only {since:?}")) }
    })
}

/// Whether every task of every service is owned by one process, and every process has one.
fn owned(shop: &mut Shop) -> Result<(), String> {
    for service in SERVICES {
        let mut all = Vec::new();
        for seat in shop.fleet.seats(service) {
            let process = shop.fleet.process(seat).map_err(|error| error.to_string())?;
            let tasks = faults::tasks(&process.said());
            if tasks.is_empty() {
                return Err(format!("{seat:?} has no task"));
            }
            all.extend(tasks);
        }
        all.sort_unstable();
        if !all.iter().copied().eq(0..u64::from(shop.cluster.partitions)) {
            return Err(format!("tasks of {service}: {all:?}"));
        }
    }
    Ok(())
}
