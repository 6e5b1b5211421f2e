//! Latency: orders come at a rate whether or not the shop keeps up, and each is timed from the instant it was meant to
//! come, so that a stall is paid for by all who would have come in it.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use events_schema::{Topic, peek_type};
use rdkafka::Offset;
use serde::{Deserialize, Serialize};

use crate::{
    client::{Eye, Ground, Pen},
    mix::{self, Mix},
};
use rig::wait;

/// How long an order may take.
const BOUND: Duration = Duration::from_secs(30);
/// Orders of the first seconds are not counted.
const WARMING: Duration = Duration::from_secs(3);
/// The interval at which the driver looks whether somebody is due.
const PACE: Duration = Duration::from_micros(500);

/// How long orders took, in milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Spread {
    /// Half took no longer.
    pub p50: f64,
    /// 95 of 100 took no longer.
    pub p95: f64,
    /// 99 of 100.
    pub p99: f64,
    /// 999 of 1,000.
    pub p999: f64,
    /// The longest.
    pub max: f64,
    /// How many were timed.
    pub of: usize,
}

impl Spread {
    fn of(mut times: Vec<f64>) -> Spread {
        times.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let rank = (share * times.len() as f64).ceil() as usize;
            times.get(rank.clamp(1, times.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
        };
        let (p50, p95, p99, p999, max) = (at(0.5), at(0.95), at(0.99), at(0.999), at(1.0));
        Spread { p50, p95, p99, p999, max, of: times.len() }
    }
}

/// How long it took from placing to the two moments a customer cares about.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Timed {
    /// To OrderConfirmed.
    pub confirmed: Spread,
    /// To OrderCompleted.
    pub completed: Spread,
}

/// When the orders of one run were meant to come, and when they were seen to get where.
struct Times {
    due: Vec<Instant>,
    confirmed: Vec<Option<Instant>>,
    completed: Vec<Option<Instant>>,
    open: usize,
}

impl Times {
    fn new(due: Vec<Instant>) -> Times {
        let many = due.len();
        Times { due, confirmed: vec![None; many], completed: vec![None; many], open: many }
    }

    fn note(&mut self, key: &[u8], value: &[u8]) {
        let at = mix::number_of(key).map_or(usize::MAX, |number| number as usize);
        let (moment, ends) = match peek_type(value) {
            Some("OrderConfirmed") => (self.confirmed.get_mut(at), false),
            Some("OrderCompleted") => (self.completed.get_mut(at), true),
            _ => return,
        };
        if let Some(moment) = moment.filter(|moment| moment.is_none()) {
            *moment = Some(wait::now());
            self.open -= usize::from(ends);
        }
    }

    fn timed(&self, from: usize) -> Timed {
        let spread = |moments: &[Option<Instant>]| {
            let times = self.due.iter().zip(moments).skip(from);
            Spread::of(
                times.filter_map(|(due, at)| Some((*at)?.duration_since(*due).as_secs_f64() * 1e3)).collect(),
            )
        };
        Timed { confirmed: spread(&self.confirmed), completed: spread(&self.completed) }
    }
}

/// Places `rate` orders a second for so long, and times them.
pub fn open_loop(ground: &Ground, rate: u32, span: Duration) -> Result<Timed> {
    let mut eye = Eye::open(ground, &[Topic::Orders], Offset::End)?;
    eye.settle()?;
    let whole = (WARMING + span).as_secs_f64() * f64::from(rate);
    let begin = wait::now() + Duration::from_millis(100);
    let due: Vec<Instant> = (0..whole as u32).map(|n| begin + Duration::from_secs(1) * n / rate).collect();
    let mut times = Times::new(due.clone());
    let pen = Pen::open(ground, 0)?;
    let driver = std::thread::spawn(move || place(&pen, &due));
    let last = times.due.last().copied().unwrap_or(begin);
    while times.open > 0 {
        wait::go_on()?;
        eye.look(Duration::from_millis(20), &mut |key, value| times.note(key, value))?;
        if last.elapsed() > BOUND {
            bail!(
                "{} of {} orders have not ended {BOUND:?} after the last came",
                times.open,
                times.due.len()
            );
        }
    }
    driver.join().map_err(|_| anyhow::anyhow!("the driver panicked"))??;
    Ok(times.timed((WARMING.as_secs_f64() * f64::from(rate)) as usize))
}

fn place(pen: &Pen, due: &[Instant]) -> Result<()> {
    for (number, due) in (0..).zip(due) {
        while wait::now() < *due {
            pen.serve();
            wait::pause(PACE);
            wait::go_on()?;
        }
        let (key, value) = mix::record(Mix::Happy, number, wait::time());
        pen.write(Topic::Checkout, &key, &value)?;
    }
    pen.drain()
}

/// Places one order at a time, each once the one before it has ended, and times them.
pub fn one_by_one(ground: &Ground, orders: u32) -> Result<Timed> {
    let mut eye = Eye::open(ground, &[Topic::Orders], Offset::End)?;
    eye.settle()?;
    let pen = Pen::open(ground, 0)?;
    let begin = wait::now();
    let mut times = Times::new(vec![begin; orders as usize]);
    for number in 0..orders {
        let (key, value) = mix::record(Mix::Happy, number, wait::time());
        times.due[number as usize] = wait::now();
        pen.write(Topic::Checkout, &key, &value)?;
        let since = wait::now();
        while times.completed[number as usize].is_none() {
            wait::go_on()?;
            pen.serve();
            eye.look(Duration::from_millis(1), &mut |key, value| times.note(key, value))?;
            if since.elapsed() > BOUND {
                bail!("an order alone has not ended within {BOUND:?}");
            }
        }
    }
    Ok(times.timed(orders as usize / 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_orders_took_no_longer() {
        let spread = Spread::of((1..=1_000).rev().map(f64::from).collect());
        assert_eq!(
            (spread.p50, spread.p95, spread.p99, spread.p999, spread.max),
            (500.0, 950.0, 990.0, 999.0, 1_000.0)
        );
    }
}
