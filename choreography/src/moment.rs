//! `Moment`: the one instant all facts of a turn share, and its text, made once.

use events_schema::Timestamp;

use crate::Clock;

/// Now, as this turn sees it.
#[derive(Default)]
pub(crate) struct Moment {
    now: Option<Timestamp>,
    text: String,
}

impl Moment {
    /// A new turn begins: the next look reads the clock.
    pub(crate) fn pass(&mut self) {
        self.now = None;
    }

    /// The turn's instant; the first look of a turn reads the clock, so that waiting for input does not age it.
    pub(crate) fn look(&mut self, clock: &dyn Clock) -> (Timestamp, &str) {
        let now = *self.now.get_or_insert_with(|| {
            let now = clock.now();
            self.text = now.to_string();
            now
        });
        (now, &self.text)
    }
}
