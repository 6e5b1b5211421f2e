//! `Time`: the clock of a simulated shop. It stands still unless it is moved.

use std::{cell::Cell, rc::Rc, time::Duration};

use choreography::Clock;
use events_schema::Timestamp;

/// The time everybody in a simulated shop shares. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct Time(Rc<Cell<Timestamp>>);

impl Default for Time {
    /// Begins in January 2027.
    fn default() -> Time {
        Time(Rc::new(Cell::new(Timestamp(1_800_000_000_000_000))))
    }
}

impl Time {
    /// Moves the clock on to an instant, if that is still to come.
    pub fn reach(&self, instant: Timestamp) {
        self.0.set(self.0.get().max(instant));
    }

    /// Moves the clock on.
    pub fn pass(&self, span: Duration) {
        self.0.set(self.0.get() + span);
    }
}

impl Clock for Time {
    fn now(&self) -> Timestamp {
        self.0.get()
    }
}
