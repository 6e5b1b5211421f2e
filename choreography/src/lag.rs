//! `Lag`: how old the oldest record is that was not consumed yet, judged from outside: nobody reads it for that.

use std::time::Duration;

use events_schema::Timestamp;

/// What is known of an input's lag in time.
///
/// Two bounds, and the younger counts. Records are written in about the order of their times, so that what is next is no
/// older than what was taken last; on a quiet log that is long ago. And what was on the log at a look and is consumed
/// now cannot be next; after a restart no look is remembered.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Lag {
    /// When the record taken last was written.
    taken: Option<Timestamp>,
    /// Everything written before this instant was consumed.
    since: Option<Timestamp>,
    /// When we began to look.
    begun: Option<Timestamp>,
    /// A look, and the log's end at it.
    looked: Option<(Timestamp, i64)>,
}

impl Lag {
    /// A record written at this time was taken.
    pub(crate) fn take(&mut self, appended: Timestamp) {
        self.taken = Some(appended);
    }

    /// The age of the oldest record between position and end, both as they are now.
    pub(crate) fn look(&mut self, now: Timestamp, position: i64, end: i64) -> Duration {
        if let Some((then, _)) = self.looked.filter(|(_, end)| *end <= position) {
            self.since = self.since.max(Some(then));
            self.looked = None;
        }
        if position >= end {
            (self.since, self.looked) = (Some(now), None);
            return Duration::ZERO;
        }
        self.looked = self.looked.or(Some((now, end)));
        let begun = *self.begun.get_or_insert(now);
        self.taken.max(self.since).unwrap_or(begun).until(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp(1_000_000_000) + Duration::from_secs(seconds)
    }

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn nothing_to_consume_has_no_age() {
        assert_eq!(Lag::default().look(at(0), 7, 7), Duration::ZERO);
    }

    #[test]
    fn a_record_on_a_quiet_log_is_no_older_than_the_last_look() {
        let mut lag = Lag::default();
        lag.take(at(0));
        lag.look(at(3_600), 10, 10);
        assert_eq!(lag.look(at(3_610), 10, 11), seconds(10));
    }

    #[test]
    fn a_record_that_nobody_takes_grows_older() {
        let mut lag = Lag::default();
        lag.look(at(0), 10, 10);
        let ages = [10, 20, 300].map(|now| lag.look(at(now), 10, 11));
        assert_eq!(ages, [10, 20, 300].map(seconds));
    }

    #[test]
    fn a_backlog_is_as_old_as_what_was_taken_last() {
        let mut lag = Lag::default();
        lag.look(at(1_000), 0, 500);
        lag.take(at(400));
        assert_eq!(lag.look(at(1_010), 100, 600), seconds(610));
    }

    #[test]
    fn what_was_there_at_an_earlier_look_and_is_consumed_makes_the_rest_younger() {
        let mut lag = Lag::default();
        lag.look(at(0), 0, 500);
        lag.look(at(10), 400, 700);
        assert_eq!(lag.look(at(20), 600, 900), seconds(20), "500 stood there at 0");
        assert_eq!(lag.look(at(30), 900, 950), seconds(10), "900 stood there at 20");
    }
}
