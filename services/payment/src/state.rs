//! What payment knows: the fold of its facts. What is over is kept for the window and then forgotten.

use std::{collections::VecDeque, time::Duration};

use choreography::{State, Table};
use events_schema::{Key, Timestamp, payments::PaymentFact};

use crate::Charge;

/// The state of one task: its charges, by order.
#[derive(Debug)]
pub struct Payments {
    charges: Table<Key, Charge>,
    over: Over,
}

/// The charges that are over, oldest first, and the time they are kept by.
#[derive(Debug)]
struct Over {
    window: Duration,
    /// When each was over, in time at work.
    queue: VecDeque<(Duration, Key)>,
    /// How many of the newest are not committed.
    fresh: usize,
    at_work: AtWork,
    committed: AtWork,
}

/// Log time, but a silence counts for no more than [`AtWork::SILENCE`]: after an outage of days the cancellations that
/// waited all that time are still to come, and must find the money that was taken before.
#[derive(Clone, Copy, Debug, Default)]
struct AtWork {
    latest: Option<Timestamp>,
    total: Duration,
}

impl AtWork {
    const SILENCE: Duration = Duration::from_secs(60);

    fn advance(&mut self, time: Timestamp) {
        let latest = self.latest.unwrap_or(time);
        self.total += latest.until(time).min(AtWork::SILENCE);
        self.latest = Some(latest.max(time));
    }
}

impl Payments {
    pub(crate) fn new(window: Duration) -> Payments {
        let start = AtWork::default();
        let over = Over { window, queue: VecDeque::new(), fresh: 0, at_work: start, committed: start };
        Payments { charges: Table::default(), over }
    }

    /// What is known of an order's payment.
    pub fn charge(&self, order: &Key) -> Option<&Charge> {
        self.charges.get(order)
    }

    /// How many charges are known, open ones and those kept for the window.
    pub fn len(&self) -> usize {
        self.charges.len()
    }

    /// Whether no charge is known.
    pub fn is_empty(&self) -> bool {
        self.charges.is_empty()
    }

    pub(crate) fn evolve(&mut self, order: Key, fact: &PaymentFact, time: Timestamp) {
        self.over.at_work.advance(time);
        let mut charge = self.charges.get(&order).cloned().unwrap_or_default();
        charge.evolve(fact);
        if charge.is_over() {
            self.over.queue.push_back((self.over.at_work.total, order));
            self.over.fresh += 1;
        }
        self.charges.put(order, charge);
    }

    /// Forgets what has been over for the window. Only here, between transactions, so that an abort need not undo it.
    fn forget(&mut self) {
        while let Some((over_at, order)) = self.over.queue.front() {
            if *over_at + self.over.window >= self.over.at_work.total {
                break;
            }
            // It may have been taken up again since; then it is queued again once it is over.
            if self.charges.get(order).is_some_and(Charge::is_over) {
                self.charges.remove(order);
            }
            self.over.queue.pop_front();
        }
    }
}

impl State for Payments {
    fn commit(&mut self) {
        self.over.committed = self.over.at_work;
        self.over.fresh = 0;
        self.forget();
        self.charges.commit();
    }

    fn roll_back(&mut self) {
        self.charges.roll_back();
        self.over.at_work = self.over.committed;
        self.over.queue.truncate(self.over.queue.len() - self.over.fresh);
        self.over.fresh = 0;
    }
}
