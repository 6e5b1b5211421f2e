//! `Settled`: charges that are over, packed, by order: a shop remembers a day of them, so each byte counts.

use std::{collections::VecDeque, time::Duration};

use events_schema::Key;

use crate::{Charge, packed};

/// Charges whose orders are called by UUIDs, in runs by the time at which they were over. Exact: nothing is hashed.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// Oldest first.
    runs: VecDeque<Run>,
}

/// Charges that were over within a span, sorted by order.
#[derive(Default)]
struct Run {
    /// When the first of them was over, in time at work.
    from: Duration,
    /// And the last.
    until: Duration,
    orders: Vec<u128>,
    /// Where the bytes of each charge end.
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl Settled {
    /// What is known of this order; what was added last counts.
    pub(crate) fn get(&self, order: &Key) -> Option<Charge> {
        if self.runs.is_empty() {
            return None;
        }
        let id = packed::id(order)?;
        let bytes = self.runs.iter().rev().find_map(|run| run.find(id))?;
        Some(packed::charge(bytes, order))
    }

    /// How many are known.
    pub(crate) fn len(&self) -> usize {
        self.runs.iter().map(|run| run.orders.len()).sum()
    }

    /// Adds charges that were over between these times, all later than what was added before. They join the newest run
    /// as long as that one spans no more than `grain`.
    pub(crate) fn add(
        &mut self,
        mut charges: Vec<(u128, Vec<u8>)>,
        from: Duration,
        until: Duration,
        grain: Duration,
    ) {
        charges.sort_unstable_by_key(|(id, _)| *id);
        let joins = |run: &Run| until.saturating_sub(run.from) <= grain && run.has_room();
        match self.runs.back_mut().filter(|run| joins(run)) {
            Some(newest) => *newest = newest.merged(&charges, until),
            None => self.runs.push_back(Run { from, ..Run::default() }.merged(&charges, until)),
        }
    }

    /// Forgets every run whose last charge was over before this time at work.
    pub(crate) fn forget_before(&mut self, time: Duration) {
        while self.runs.front().is_some_and(|run| run.until < time) {
            self.runs.pop_front();
        }
    }
}

impl Run {
    /// So many bytes at most, so that an end fits.
    const ROOM: usize = 1 << 30;

    fn has_room(&self) -> bool {
        self.bytes.len() < Run::ROOM
    }

    fn find(&self, id: u128) -> Option<&[u8]> {
        // Ids of version 7 begin with their time, so that most runs are passed over here.
        if id < *self.orders.first()? || id > *self.orders.last()? {
            return None;
        }
        Some(self.of(self.orders.binary_search(&id).ok()?))
    }

    fn of(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.bytes[start..self.ends[at] as usize]
    }

    fn push(&mut self, id: u128, bytes: &[u8]) {
        self.orders.push(id);
        self.bytes.extend_from_slice(bytes);
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }

    /// This run and these charges, which are sorted, and win over what the run knows of the same orders.
    fn merged(&self, charges: &[(u128, Vec<u8>)], until: Duration) -> Run {
        let many = self.orders.len() + charges.len();
        let bytes = self.bytes.len() + charges.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
        let (orders, ends, bytes) =
            (Vec::with_capacity(many), Vec::with_capacity(many), Vec::with_capacity(bytes));
        let mut run = Run { from: self.from, until, orders, ends, bytes };
        let mut next = 0;
        for (id, bytes) in charges {
            while next < self.orders.len() && self.orders[next] < *id {
                run.push(self.orders[next], self.of(next));
                next += 1;
            }
            next += usize::from(self.orders.get(next) == Some(id));
            run.push(*id, bytes);
        }
        for at in next..self.orders.len() {
            run.push(self.orders[at], self.of(at));
        }
        run
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} over by {:?}", self.orders.len(), self.until)
    }
}
