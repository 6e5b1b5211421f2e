//! How far a long reading is: a line on stderr that goes away, for a person at a terminal only.

use std::{
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

use super::Range;
use crate::clock;

/// Readings shorter than this say nothing.
const LONG: Duration = Duration::from_secs(1);

/// The time between two words.
const PACE: Duration = Duration::from_millis(250);

/// A reading under way.
pub struct Progress {
    total: i64,
    read: i64,
    since: Instant,
    next: Duration,
    seen: bool,
}

impl Progress {
    /// A reading of these ranges begins.
    pub fn of(ranges: &[Range]) -> Progress {
        let total = ranges.iter().map(|range| range.to - range.from).sum();
        let seen = std::io::stderr().is_terminal();
        Progress { total, read: 0, since: clock::instant(), next: LONG, seen }
    }

    /// One record more was read.
    pub fn step(&mut self) {
        self.read += 1;
        // The clock is asked now and then only: a record takes less than a microsecond.
        if self.seen && self.read % 4_096 == 0 && self.since.elapsed() >= self.next {
            self.next = self.since.elapsed() + PACE;
            let percent = (self.read * 100).checked_div(self.total).unwrap_or(0).min(100);
            // Where stderr is gone nobody waits for it.
            let _ = write!(std::io::stderr(), "\rreading: {percent} % of {} records ", self.total);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.next > LONG {
            let _ = write!(std::io::stderr(), "\r{:60}\r", "");
        }
    }
}
