//! Customers who go on placing orders while something is broken, and see whose orders end.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use events_schema::{Topic, partition_of, peek_type};
use rdkafka::Offset;
use serde::{Deserialize, Serialize};

use crate::{
    client::{Eye, Ground, Pen},
    mix::{self, Mix},
    process::Process,
    shop::{Running, Shop},
};
use rig::wait;

/// How long anything may take.
const BOUND: Duration = Duration::from_secs(60);
/// The interval between two orders.
const PACE: Duration = Duration::from_millis(10);

/// Seconds until orders ended again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Back {
    /// The first one that was placed after the death.
    pub first: f64,
    /// One on every partition.
    pub everywhere: f64,
}

/// Customers who go on placing orders.
pub struct Crowd {
    pen: Pen,
    eye: Eye,
    next: u32,
    due: Instant,
    /// By partition: the newest order that has ended.
    ended: Vec<u32>,
}

impl Crowd {
    /// They begin with the order of this number.
    pub fn open(ground: &Ground, next: u32) -> Result<Crowd> {
        let mut eye = Eye::open(ground, &[Topic::Orders], Offset::End)?;
        eye.settle()?;
        let ended = vec![0; usize::from(ground.partitions)];
        Ok(Crowd { pen: Pen::open(ground, 0)?, eye, next, due: wait::now(), ended })
    }

    /// Places whoever is due, and sees who has ended.
    fn look(&mut self) -> Result<()> {
        wait::go_on()?;
        while self.due <= wait::now() {
            let (key, value) = mix::record(Mix::Happy, self.next, wait::time());
            self.pen.write(Topic::Checkout, &key, &value)?;
            (self.next, self.due) = (self.next + 1, self.due + PACE);
        }
        self.pen.serve();
        let Crowd { eye, ended, .. } = self;
        eye.look(Duration::from_millis(2), &mut |key, value| {
            let done = peek_type(value) == Some("OrderCompleted");
            let Some(number) = mix::number_of(key).filter(|_| done) else { return };
            let Ok(order) = events_schema::Key::from_bytes(key) else { return };
            let at = usize::from(partition_of(&order, u16::try_from(ended.len()).unwrap_or(1)));
            ended[at] = ended[at].max(number);
        })?;
        Ok(())
    }

    /// Until on every partition an order has ended that is placed from now on; how long that took.
    pub fn serve_all(&mut self) -> Result<Back> {
        let (since, next) = (wait::now(), self.next);
        let mut first = None;
        while self.ended.iter().any(|newest| *newest < next) {
            ensure!(since.elapsed() < BOUND, "orders did not end on every partition within {BOUND:?}");
            self.look()?;
            if self.ended.iter().any(|newest| *newest >= next) {
                first.get_or_insert(since.elapsed());
            }
        }
        let everywhere = since.elapsed();
        let first = first.unwrap_or(everywhere).as_secs_f64();
        Ok(Back { first, everywhere: everywhere.as_secs_f64() })
    }

    /// Kills a service that was alone and starts it again at once.
    pub fn killed(&mut self, shop: &Shop<'_>, running: &mut Running, at: usize) -> Result<Back> {
        self.serve_all()?;
        running.processes[at].kill()?;
        shop.again(running, at)?;
        self.serve_all()
    }

    /// Kills a service that has a neighbour. The neighbour works on: it is partitions of the dead one that count.
    pub fn taken_over(&mut self, shop: &Shop<'_>, running: &mut Running, at: usize) -> Result<Back> {
        let mut neighbour: Process = shop.neighbour(at)?;
        neighbour.await_words("\"message\":\"ready\"", BOUND)?;
        self.serve_all()?;
        running.processes[at].kill()?;
        let took = self.serve_all()?;
        running.processes[at] = neighbour;
        Ok(took)
    }
}
