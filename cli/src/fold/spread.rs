//! How durations spread: the quantiles people ask for.

use std::time::Duration;

use serde::Serialize;

/// Quantiles of some durations, in milliseconds.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Spread {
    /// How many there are.
    pub count: usize,
    /// Half are no longer than this.
    pub p50: f64,
    /// Nine of ten are no longer than this.
    pub p90: f64,
    /// 99 of a hundred are no longer than this.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

impl Spread {
    /// The spread of some durations; `None` of none.
    pub fn of(mut durations: Vec<Duration>) -> Option<Spread> {
        durations.sort_unstable();
        let longest = durations.last().copied()?;
        let count = durations.len();
        // The nearest rank: a duration that there was, never one between two.
        let rank = |percent: usize| durations[(count * percent).div_ceil(100).max(1) - 1];
        Some(Spread {
            count,
            p50: millis(rank(50)),
            p90: millis(rank(90)),
            p99: millis(rank(99)),
            max: millis(longest),
        })
    }
}

fn millis(span: Duration) -> f64 {
    span.as_micros() as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_durations_that_there_were() {
        let hundred = (1..=100).rev().map(Duration::from_millis).collect();
        let spread = Spread::of(hundred).unwrap();
        assert_eq!(
            (spread.count, spread.p50, spread.p90, spread.p99, spread.max),
            (100, 50.0, 90.0, 99.0, 100.0)
        );
        assert_eq!(Spread::of(vec![Duration::from_millis(7)]).unwrap().p99, 7.0);
        assert_eq!(Spread::of(vec![]), None);
    }
}
