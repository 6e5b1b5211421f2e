//! Settling: everybody works until nothing happens any more, and the clock jumps to whatever is due next.

use std::time::Duration;

use choreography::Clock;
use events_schema::Timestamp;

use crate::Shop;

/// Longer than anything that comes round again, deadlines aside: looks, sweeps, a caller's patience, a provider's
/// second thoughts.
const LONG: Duration = Duration::from_secs(60);

/// So often nobody may find anything to do before the clock is moved: leases are given up first, then gained.
const STILL: u32 = 2;

/// What is held back is let go after so many jumps of the clock, if deadlines wait for it.
const HELD: u32 = 100;

impl Shop {
    /// Turns every process until nothing happens any more, however long one waits.
    pub fn settle(&mut self) -> Result<(), String> {
        let mut waits = [LONG, self.plan.lifetime + LONG].into_iter();
        for tries in 0..self.patience() {
            if self.work_off()? {
                waits = [LONG, self.plan.lifetime + LONG].into_iter();
            }
            if (self.next_due().is_none() || tries > HELD) && self.log.release() {
                continue;
            }
            match (self.next_due(), waits.next()) {
                (Some(due), _) => self.time.reach(due.max(self.time.now() + Duration::from_millis(5))),
                (None, Some(wait)) => self.time.pass(wait),
                (None, None) => return Ok(()),
            }
        }
        Err(format!(
            "L1: it never settles; last of all was said:\n{}",
            crate::story::newest(&self.history(), 12)
        ))
    }

    /// Lets time pass, with everybody at work.
    pub fn wait(&mut self, span: Duration) {
        let end = self.time.now() + span;
        while self.time.now() < end {
            self.round();
            self.raise();
            self.time.pass(Duration::from_millis(10));
        }
    }

    /// Everybody takes turns until there is nothing to do at this time; whether there was.
    fn work_off(&mut self) -> Result<bool, String> {
        let (mut still, mut ever) = (0, false);
        for _ in 0..self.patience() {
            let busy = self.round();
            if let Some(fatal) = self.fatal.take() {
                return Err(fatal);
            }
            self.raise();
            ever |= busy;
            still = if busy { 0 } else { still + 1 };
            if still >= STILL {
                return Ok(ever);
            }
        }
        Err(format!(
            "L1: they never rest; last of all was said:\n{}",
            crate::story::newest(&self.history(), 12)
        ))
    }

    /// So many rounds are more than any shop needs.
    fn patience(&self) -> u32 {
        3_000 + self.plan.steps
    }

    fn round(&mut self) -> bool {
        (0..self.processes.len()).fold(false, |busy, at| self.turn(at) | busy)
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.processes.iter().filter_map(|process| process.next_due()).min()
    }
}
