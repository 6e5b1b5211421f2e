//! What payment knows: the fold of its facts. What is over is kept for the window and then forgotten.

use std::{
    borrow::Cow,
    collections::{BTreeMap, VecDeque},
    fmt,
    time::Duration,
};

use choreography::{State, Table};
use events_schema::{Key, Timestamp, payments::PaymentFact};

use crate::{Charge, Settings, charge::Known, settled::Settled};

/// The state of one task: its charges, by order.
pub struct Payments {
    /// What is open, and what was over lately.
    charges: Table<Key, Known>,
    over: Over,
    /// What was over before; what `charges` knows of an order counts.
    settled: Settled,
}

/// The charges that are over and not packed, oldest first, and the time they are kept by.
struct Over {
    window: Duration,
    /// How many there may be before they are packed.
    unpacked: usize,
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
    pub(crate) fn new(settings: &Settings) -> Payments {
        let &Settings { window, unpacked, .. } = settings;
        let start = AtWork::default();
        let over =
            Over { window, unpacked, queue: VecDeque::new(), fresh: 0, at_work: start, committed: start };
        Payments { charges: Table::default(), over, settled: Settled::default() }
    }

    /// What is known of an order's payment.
    pub fn charge(&self, order: &Key) -> Option<Cow<'_, Charge>> {
        if let Some(known) = self.charges.get(order) {
            return Some(Cow::Borrowed(&known.charge));
        }
        // Its run may hold it for longer than the window.
        let known = self.settled.get(order).filter(|known| !self.over.is_past(known.since))?;
        Some(Cow::Owned(known.charge))
    }

    /// How many charges are held: open ones, those kept for the window, and packed ones whose run is kept.
    pub fn len(&self) -> usize {
        self.charges.len() + self.settled.len()
    }

    /// Whether no charge is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn evolve(&mut self, order: Key, fact: &PaymentFact, time: Timestamp) {
        self.over.at_work.advance(time);
        let since = self.over.at_work.total;
        let mut charge = self.charge(&order).map(Cow::into_owned).unwrap_or_default();
        charge.evolve(fact);
        if charge.is_over() {
            self.over.queue.push_back((since, order));
            self.over.fresh += 1;
        }
        self.charges.put(order, Known { charge, since });
    }

    /// Forgets what has been over for the window. Only here, between transactions, so that an abort need not undo it.
    fn forget(&mut self) {
        while let Some(&(since, order)) = self.over.queue.front()
            && self.over.is_past(since)
        {
            self.over.queue.pop_front();
            self.take(order, since);
        }
        self.settled.forget_before(self.over.committed.total.saturating_sub(self.over.window));
    }

    /// Packs the oldest of what is over, if there is much of it. Only between transactions, too.
    fn pack(&mut self) {
        while self.over.queue.len() > self.over.unpacked {
            let oldest: Vec<_> = self.over.queue.drain(..self.over.unpacked.max(1)).collect();
            let taken =
                oldest.into_iter().filter_map(|(since, order)| Some((order, self.take(order, since)?)));
            let batch: Vec<(Key, Known)> = taken.collect();
            self.settled.add(&batch);
        }
    }

    /// Takes a charge that has been over since then out of the table, unless more was said of it later.
    fn take(&mut self, order: Key, since: Duration) -> Option<Known> {
        let known =
            self.charges.get(&order).filter(|known| known.charge.is_over() && known.since == since)?.clone();
        self.charges.remove(&order);
        Some(known)
    }
}

impl Over {
    /// Whether what was over then is to be forgotten.
    fn is_past(&self, since: Duration) -> bool {
        since + self.window < self.committed.total
    }
}

/// What is known, packed or not: states that know the same read alike.
impl fmt::Debug for Payments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut known: BTreeMap<Key, Known> =
            self.settled.all().filter(|(_, known)| !self.over.is_past(known.since)).collect();
        let unpacked = |order: Key| Some((order, self.charges.get(&order)?.clone()));
        known.extend(self.charges.sorted_keys().into_iter().filter_map(unpacked));
        let time = (self.over.at_work, self.over.committed);
        f.debug_struct("Payments").field("known", &known).field("at_work", &time).finish()
    }
}

impl State for Payments {
    fn commit(&mut self) {
        self.over.committed = self.over.at_work;
        self.over.fresh = 0;
        self.forget();
        self.pack();
        self.charges.commit();
    }

    fn roll_back(&mut self) {
        self.charges.roll_back();
        self.over.at_work = self.over.committed;
        self.over.queue.truncate(self.over.queue.len() - self.over.fresh);
        self.over.fresh = 0;
    }
}
