//! The retry budget: a bucket of tokens that all calls share, so that retries cannot storm a provider in trouble.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep};

/// Holds up to `burst` retries, at least 1, and gains `per_second` of them, at least 0.1. First attempts are free.
pub(crate) struct Budget {
    per_second: f64,
    burst: f64,
    held: Mutex<(f64, Instant)>,
}

impl Budget {
    pub(crate) fn new(per_second: f64, burst: f64) -> Budget {
        // Less would be never, and a request is never given up.
        let (per_second, burst) = (per_second.max(0.1), burst.max(1.0));
        Budget { per_second, burst, held: Mutex::new((burst, Instant::now())) }
    }

    /// Waits until a retry may be made, and takes it off the budget.
    pub(crate) async fn spend(&self) {
        while let Some(wait) = self.try_spend() {
            sleep(wait).await;
        }
    }

    /// Takes a token, or says how long it takes until there is one.
    fn try_spend(&self) -> Option<Duration> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let gained = now.duration_since(held.1).as_secs_f64() * self.per_second;
        *held = ((held.0 + gained).min(self.burst), now);
        if held.0 >= 1.0 {
            held.0 -= 1.0;
            return None;
        }
        Some(Duration::from_secs_f64((1.0 - held.0) / self.per_second).max(Duration::from_millis(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_burst_is_free_and_then_the_rate_holds() {
        let budget = Budget::new(10.0, 5.0);
        let start = Instant::now();
        for _ in 0..5 {
            budget.spend().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..20 {
            budget.spend().await;
        }
        let seconds = start.elapsed().as_secs_f64();
        assert!((1.9..2.2).contains(&seconds), "{seconds}");
    }
}
