//! What payment knows: the fold of its facts. What is over is kept for the window and then forgotten.

use std::{borrow::Cow, collections::VecDeque, time::Duration};

use choreography::{State, Table};
use events_schema::{Key, Timestamp, payments::PaymentFact};

use crate::{Charge, packed, settled::Settled};

/// So many charges that are over are packed at a time.
const BATCH: usize = 4_096;
/// Time at work is cut so finely: what is packed is forgotten by the piece.
const PIECES: u32 = 48;

/// The state of one task: its charges, by order.
#[derive(Debug)]
pub struct Payments {
    /// What is open, and what was over lately.
    charges: Table<Key, Charge>,
    over: Over,
    /// What was over before; what `charges` knows of an order counts.
    settled: Settled,
}

/// The charges that are over and not packed, oldest first, and the time they are kept by.
#[derive(Debug)]
struct Over {
    window: Duration,
    /// Those that are never packed, since their orders are not called by UUIDs.
    odd: VecDeque<(Duration, Key)>,
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
        let over = Over {
            window,
            odd: VecDeque::new(),
            queue: VecDeque::new(),
            fresh: 0,
            at_work: start,
            committed: start,
        };
        Payments { charges: Table::default(), over, settled: Settled::default() }
    }

    /// What is known of an order's payment.
    pub fn charge(&self, order: &Key) -> Option<Cow<'_, Charge>> {
        let lately = self.charges.get(order).map(Cow::Borrowed);
        lately.or_else(|| self.settled.get(order).map(Cow::Owned))
    }

    /// How many charges are known, open ones and those kept for the window.
    pub fn len(&self) -> usize {
        self.charges.len() + self.settled.len()
    }

    /// Whether no charge is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn evolve(&mut self, order: Key, fact: &PaymentFact, time: Timestamp) {
        self.over.at_work.advance(time);
        let mut charge = self.charge(&order).map(Cow::into_owned).unwrap_or_default();
        charge.evolve(fact);
        if charge.is_over() {
            self.over.queue.push_back((self.over.at_work.total, order));
            self.over.fresh += 1;
        }
        self.charges.put(order, charge);
    }

    /// Forgets what has been over for the window. Only here, between transactions, so that an abort need not undo it.
    fn forget(&mut self) {
        let Over { window, odd, queue, at_work, .. } = &mut self.over;
        for queue in [odd, queue] {
            while let Some((over_at, order)) = queue.front() {
                if *over_at + *window >= at_work.total {
                    break;
                }
                // It may have been taken up again since; then it is queued again once it is over.
                if self.charges.get(order).is_some_and(Charge::is_over) {
                    self.charges.remove(order);
                }
                queue.pop_front();
            }
        }
        self.settled.forget_before(at_work.total.saturating_sub(*window));
    }

    /// Packs the oldest of what is over, if there is much of it. Only between transactions, like forgetting.
    fn settle(&mut self) {
        while self.over.queue.len() > BATCH {
            let batch: Vec<(Duration, Key)> = self.over.queue.drain(..BATCH).collect();
            let (from, until) = (batch[0].0, batch[BATCH - 1].0);
            let mut packed = Vec::with_capacity(BATCH);
            for (over_at, order) in batch {
                let Some(charge) = self.charges.get(&order).filter(|charge| charge.is_over()) else {
                    continue;
                };
                match packed::id(&order) {
                    Some(id) => {
                        packed.push((id, packed::bytes(charge, &order)));
                        self.charges.remove(&order);
                    }
                    None => self.over.odd.push_back((over_at, order)),
                }
            }
            self.settled.add(packed, from, until, self.over.window / PIECES);
        }
    }
}

impl State for Payments {
    fn commit(&mut self) {
        self.over.committed = self.over.at_work;
        self.over.fresh = 0;
        self.forget();
        self.settle();
        self.charges.commit();
    }

    fn roll_back(&mut self) {
        self.charges.roll_back();
        self.over.at_work = self.over.committed;
        self.over.queue.truncate(self.over.queue.len() - self.over.fresh);
        self.over.fresh = 0;
    }
}
