//! How long orders take with each contender: at a rate, and one at a time.

use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::{
    contender::Contender,
    filling,
    latency::{self, Timed},
    mix::Mix,
    process,
    round::Bench,
    shop::Shop,
    verdict::Verdict,
};

/// What is placed.
#[derive(Clone, Copy)]
pub struct Load {
    /// Orders that are worked off first and not timed.
    pub warm_up: u32,
    /// Orders that are timed alone.
    pub alone: u32,
    /// Orders a second.
    pub rate: u32,
    /// For so long.
    pub span: Duration,
}

/// How long orders took on the floor, or in the saga.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Latency {
    /// `floor` or `saga`.
    pub what: String,
    /// Orders a second.
    pub rate: u32,
    /// At that rate.
    pub at_rate: Timed,
    /// One order at a time.
    pub idle: Timed,
    /// Transactions of all services.
    pub commits: u64,
    /// The mean time of one, in milliseconds.
    pub commit_ms: f64,
    /// The machine's load over the last minute, at the beginning.
    pub load: f64,
    /// The auditor's word; the floor has nothing to judge.
    pub verdict: Option<Verdict>,
}

impl Bench {
    /// Times orders: at a rate, and one at a time.
    pub fn timed(&self, who: &Contender<'_>, load: Load) -> Result<Latency> {
        let mut timed =
            Latency { what: who.name(), rate: load.rate, load: process::load(), ..Latency::default() };
        let ground = self.ground(4);
        let shop = Shop::found(&self.programs, &self.folder, &ground)?;
        who.supply(&shop, Mix::Happy.stock(0))?;
        let mut running = who.start(self, &shop)?;
        who.await_ready(&mut running)?;
        filling::work_off(&ground, Mix::Happy, load.warm_up)?;
        timed.idle = latency::one_by_one(&ground, load.alone)?;
        timed.at_rate = latency::open_loop(&ground, load.rate, load.span)?;
        timed.commits = running.figure("orders_commit_seconds_count")? as u64;
        timed.commit_ms = running.figure("orders_commit_seconds_sum")? * 1e3 / timed.commits.max(1) as f64;
        if let Contender::Saga(_) = who {
            timed.verdict = Some(Verdict::pass(&self.programs, &ground, &self.folder)?);
        }
        running.end()?;
        Ok(timed)
    }
}
