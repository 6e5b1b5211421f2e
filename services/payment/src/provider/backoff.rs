//! How long to wait before asking again: exponential, with full jitter.

use std::time::Duration;

/// Grows by doubling from `base` to `cap`; the wait is anything between nothing and that, so that callers who failed
/// together do not come back together.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Backoff {
    pub(crate) base: Duration,
    pub(crate) cap: Duration,
}

impl Backoff {
    /// The most that is waited after the `failures`-th failure, counted from 1.
    pub(crate) fn ceiling(&self, failures: u32) -> Duration {
        let factor = 2_u32.checked_pow(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        self.base.checked_mul(factor).unwrap_or(self.cap).min(self.cap)
    }

    /// What is waited this time.
    pub(crate) fn draw(&self, failures: u32) -> Duration {
        self.ceiling(failures).mul_f64(rand::random::<f64>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff { base: Duration::from_millis(200), cap: Duration::from_secs(30) };

    #[test]
    fn the_wait_doubles_up_to_its_cap() {
        let millis = |failures| BACKOFF.ceiling(failures).as_millis();
        assert_eq!(
            [1, 2, 3, 8, 9, 40, u32::MAX].map(millis),
            [200, 400, 800, 25_600, 30_000, 30_000, 30_000]
        );
    }

    #[test]
    fn the_jitter_is_full() {
        let draws: Vec<Duration> = (0..1_000).map(|_| BACKOFF.draw(9)).collect();
        assert!(draws.iter().all(|wait| *wait <= BACKOFF.cap));
        assert!(draws.iter().any(|wait| *wait < BACKOFF.cap / 4));
        assert!(draws.iter().any(|wait| *wait > BACKOFF.cap / 4 * 3));
    }
}
