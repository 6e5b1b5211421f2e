//! The circuit breaker: while a provider does not answer, it is left in peace but for one trial at a time.
//!
//! An open breaker delays. It never declares a failure: only the provider can say that no money moved.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// Opens after `patience` calls in a row without an answer; then lets one call through every `rest`.
pub(crate) struct Breaker {
    patience: u32,
    rest: Duration,
    seen: Mutex<Seen>,
    closed: Notify,
}

#[derive(Default)]
struct Seen {
    unanswered: u32,
    next_trial: Option<Instant>,
}

impl Breaker {
    pub(crate) fn new(patience: u32, rest: Duration) -> Breaker {
        Breaker { patience, rest, seen: Mutex::new(Seen::default()), closed: Notify::new() }
    }

    /// Waits until a call may be made.
    pub(crate) async fn admit(&self) {
        loop {
            // Registered before the look, or a closing in between would be missed.
            let closed = self.closed.notified();
            let Some(trial) = self.wait_until() else { return };
            tokio::select! {
                () = sleep_until(trial) => {}
                () = closed => {}
            }
        }
    }

    /// When to look again; `None`: go ahead.
    fn wait_until(&self) -> Option<Instant> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let trial = seen.next_trial?;
        let now = Instant::now();
        if now < trial {
            return Some(trial);
        }
        seen.next_trial = Some(now + self.rest);
        None
    }

    /// The provider answered.
    pub(crate) fn answered(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.unanswered = 0;
        if seen.next_trial.take().is_some() {
            tracing::info!("the payment provider answers again");
            self.closed.notify_waiters();
        }
    }

    /// It did not.
    pub(crate) fn unanswered(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.unanswered = seen.unanswered.saturating_add(1);
        if seen.unanswered >= self.patience && seen.next_trial.is_none() {
            seen.next_trial = Some(Instant::now() + self.rest);
            let (calls, rest) = (seen.unanswered, self.rest);
            tracing::warn!(
                "the payment provider left {calls} calls unanswered: asking once every {rest:?} until it does"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(5);

    fn broken() -> Breaker {
        let breaker = Breaker::new(3, REST);
        (0..3).for_each(|_| breaker.unanswered());
        breaker
    }

    #[tokio::test(start_paused = true)]
    async fn it_stays_closed_while_some_calls_are_answered() {
        let breaker = Breaker::new(3, REST);
        let start = Instant::now();
        for _ in 0..10 {
            breaker.unanswered();
            breaker.unanswered();
            breaker.answered();
            breaker.admit().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn an_open_breaker_lets_one_trial_through_at_a_time() {
        let breaker = broken();
        let start = Instant::now();
        breaker.admit().await;
        assert_eq!(start.elapsed(), REST);
        breaker.admit().await;
        assert_eq!(start.elapsed(), REST * 2);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_lets_everybody_through_at_once() {
        let breaker = broken();
        let start = Instant::now();
        let answer = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            breaker.answered();
        };
        tokio::join!(breaker.admit(), breaker.admit(), answer);
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }
}
