//! Orders in bulk: written before anybody is at work, or worked off a few at a time.

use std::{ops::Range, time::Duration};

use anyhow::{Result, ensure};
use events_schema::{Topic, peek_type};
use rdkafka::Offset;

use crate::{
    client::{Eye, Ground, Pen},
    count::Count,
    mix::{self, Mix},
};
use rig::wait;

/// So many orders are open at once while a log is filled.
const OPEN: u32 = 4_000;
/// So long no order may end while a log is filled.
pub const STANDSTILL: Duration = Duration::from_secs(60);

/// Writes the orders of these numbers; returns how many a second.
pub fn prefill(ground: &Ground, mix: Mix, numbers: Range<u32>) -> Result<f64> {
    let pen = Pen::open(ground, 5)?;
    let since = wait::now();
    let orders = numbers.len() as f64;
    for number in numbers {
        let (key, value) = mix::record(mix, number, wait::time());
        for _ in 0..mix.copies(number) {
            pen.write(Topic::Checkout, &key, &value)?;
        }
        if number % 4_096 == 0 {
            wait::go_on()?;
        }
    }
    pen.drain()?;
    Ok(orders / since.elapsed().as_secs_f64())
}

/// Places orders while so many at most are open, until all have ended: memory then tells of ended orders, not of a
/// backlog that was.
pub fn work_off(ground: &Ground, mix: Mix, orders: u32) -> Result<()> {
    let (pen, mut eye) = (Pen::open(ground, 5)?, Eye::open(ground, &[Topic::Orders], Offset::Beginning)?);
    let (mut placed, mut ended, mut last) = (0, 0, wait::now());
    while ended < orders {
        wait::go_on()?;
        while placed < orders && placed - ended < OPEN {
            let (key, value) = mix::record(mix, placed, wait::time());
            pen.write(Topic::Checkout, &key, &value)?;
            placed += 1;
        }
        pen.serve();
        let before = ended;
        for _ in 0..OPEN / 10 {
            let ends =
                &mut |_: &[u8], value: &[u8]| ended += u32::from(peek_type(value) == Some("OrderCompleted"));
            if !eye.look(Duration::from_millis(5), ends)? {
                break;
            }
        }
        if ended > before {
            last = wait::now();
        }
        ensure!(
            last.elapsed() < STANDSTILL,
            "no order has ended for {STANDSTILL:?}; {ended} of {placed} have"
        );
    }
    pen.drain()
}

/// Whether so many orders have ended; what stands on the log, too.
pub fn all_ended(ground: &Ground, orders: u32, into: &mut Count) -> Result<Result<(), String>> {
    *into = Count::read(ground)?;
    let ended = into.ended();
    Ok(if ended >= u64::from(orders) { Ok(()) } else { Err(format!("{ended} of {} orders ended", orders)) })
}
