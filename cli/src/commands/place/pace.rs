//! Keeping to a rate without drifting: each order has its moment, counted from the first.

use std::time::{Duration, Instant};

use crate::{clock, exit::Failure};

/// How fast orders are placed.
pub struct Pace {
    interval: Option<Duration>,
    next: Instant,
}

/// Reads a rate: orders a second, more than none.
pub fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate >= 0.001 => Ok(rate),
        _ => Err(format!("{text:?} is no rate: orders a second, like 200 or 0.5")),
    }
}

impl Pace {
    /// So many a second; as fast as it goes without one.
    pub fn new(rate: Option<f64>) -> Pace {
        Pace { interval: rate.map(|rate| Duration::from_secs_f64(1.0 / rate)), next: clock::instant() }
    }

    /// Waits for the next order's moment; `meanwhile` is called every few milliseconds, at least once.
    pub fn keep(&mut self, mut meanwhile: impl FnMut() -> Result<(), Failure>) -> Result<(), Failure> {
        meanwhile()?;
        let Some(interval) = self.interval else { return Ok(()) };
        loop {
            let left = self.next.saturating_duration_since(clock::instant());
            if left.is_zero() {
                break;
            }
            clock::pause(left.min(Duration::from_millis(10)));
            meanwhile()?;
        }
        self.next += interval;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_takes_its_time() {
        let mut pace = Pace::new(Some(100.0));
        let since = clock::instant();
        for _ in 0..4 {
            pace.keep(|| Ok(())).unwrap();
        }
        assert!(since.elapsed() >= Duration::from_millis(30), "the fourth order comes 30 ms after the first");
    }

    #[test]
    fn no_rate_is_told_from_a_wrong_one() {
        assert_eq!(rate("0.5"), Ok(0.5));
        for wrong in ["0", "-1", "fast", "inf", "NaN"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }
}
