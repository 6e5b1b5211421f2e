//! `Tally`: every order of a run, when it was placed and whether it has ended. Shared by driver, onlooker and storm.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use events_schema::{Key, partition_of};

use rig::wait;

/// The orders of a run.
pub struct Tally(Mutex<Inner>);

struct Inner {
    partitions: u16,
    orders: Vec<Order>,
    ended: usize,
    last_end: Instant,
    confirmed: Confirmed,
}

/// Confirmations that were read, by who must have written them.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub struct Confirmed {
    /// By the version that is checked out.
    pub now: u64,
    /// By the next version, which adds a field.
    pub next: u64,
}

#[derive(Clone, Copy)]
struct Order {
    placed: Instant,
    partition: u16,
    ended: Option<Instant>,
}

/// The name of the order of this number.
pub fn order_id(number: usize) -> Key {
    format!("c-{number}").parse().expect("a short word is a key")
}

impl Tally {
    /// No order yet, on so many partitions.
    pub fn new(partitions: u16) -> Tally {
        let (last_end, confirmed) = (wait::now(), Confirmed::default());
        Tally(Mutex::new(Inner { partitions, orders: Vec::new(), ended: 0, last_end, confirmed }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next order is placed now; returns its number.
    pub fn place(&self) -> usize {
        let mut inner = self.inner();
        let number = inner.orders.len();
        let partition = partition_of(&order_id(number), inner.partitions);
        inner.orders.push(Order { placed: wait::now(), partition, ended: None });
        number
    }

    /// An order has ended, as the log says; what it does not know is somebody else's.
    pub fn end(&self, order: &str) {
        let mut inner = self.inner();
        let Some(number) = order.strip_prefix("c-").and_then(|number| number.parse::<usize>().ok()) else {
            return;
        };
        let now = wait::now();
        let Some(order) = inner.orders.get_mut(number).filter(|order| order.ended.is_none()) else { return };
        order.ended = Some(now);
        inner.ended += 1;
        inner.last_end = now;
    }

    /// A confirmation was read.
    pub fn confirm(&self, by_next: bool) {
        let confirmed = &mut self.inner().confirmed;
        *(if by_next { &mut confirmed.next } else { &mut confirmed.now }) += 1;
    }

    /// How many confirmations were read.
    pub fn confirmed(&self) -> Confirmed {
        self.inner().confirmed
    }

    /// How many were placed.
    pub fn placed(&self) -> usize {
        self.inner().orders.len()
    }

    /// How many have ended.
    pub fn ended(&self) -> usize {
        self.inner().ended
    }

    /// How long it is since one ended.
    pub fn quiet(&self) -> Duration {
        self.inner().last_end.elapsed()
    }

    /// Some that have not ended.
    pub fn open(&self, many: usize) -> Vec<Key> {
        let inner = self.inner();
        let open = (0..).zip(&inner.orders).filter(|(_, order)| order.ended.is_none());
        open.take(many).map(|(number, _)| order_id(number)).collect()
    }

    /// Partitions on which no order placed after this moment has ended yet: there is no way through there.
    pub fn closed_since(&self, moment: Instant) -> Vec<u16> {
        let inner = self.inner();
        let after = inner.orders.iter().rev().take_while(|order| order.placed > moment);
        let open: Vec<u16> =
            after.filter(|order| order.ended.is_some()).map(|order| order.partition).collect();
        (0..inner.partitions).filter(|partition| !open.contains(partition)).collect()
    }

    /// The longest time within this span in which no order ended.
    pub fn longest_pause(&self, from: Instant, to: Instant) -> Duration {
        let inner = self.inner();
        let within = |moment: &Instant| (from..=to).contains(moment);
        let mut ends: Vec<Instant> =
            inner.orders.iter().filter_map(|order| order.ended).filter(within).collect();
        ends.extend([from, to]);
        ends.sort_unstable();
        ends.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
    }

    /// How long the slowest of the orders placed within this span took.
    pub fn slowest(&self, from: Instant, to: Instant) -> Duration {
        let inner = self.inner();
        let placed = inner.orders.iter().filter(|order| (from..=to).contains(&order.placed));
        placed.filter_map(|order| Some(order.ended? - order.placed)).max().unwrap_or_default()
    }

    /// From placing to ending: median, 99 in 100, longest.
    pub fn latencies(&self) -> [Duration; 3] {
        let inner = self.inner();
        let mut all: Vec<Duration> =
            inner.orders.iter().filter_map(|order| Some(order.ended? - order.placed)).collect();
        all.sort_unstable();
        let at = |part: f64| all.get((all.len() as f64 * part) as usize).copied().unwrap_or_default();
        [at(0.5), at(0.99), all.last().copied().unwrap_or_default()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_through_is_shown_by_an_order_placed_after_the_moment() {
        let tally = Tally::new(4);
        let old: Vec<usize> = (0..40).map(|_| tally.place()).collect();
        let moment = wait::now();
        old.iter().for_each(|number| tally.end(order_id(*number).as_str()));
        assert_eq!(tally.closed_since(moment), [0, 1, 2, 3]);
        let new: Vec<usize> = (0..40).map(|_| tally.place()).collect();
        assert_eq!(tally.closed_since(moment), [0, 1, 2, 3]);
        new.iter().for_each(|number| tally.end(order_id(*number).as_str()));
        assert_eq!(tally.closed_since(moment), [0; 0]);
        assert_eq!((tally.placed(), tally.ended()), (80, 80));
    }

    #[test]
    fn a_pause_is_the_longest_time_without_an_end_and_counts_to_the_end_of_the_span() {
        let tally = Tally::new(4);
        let begin = wait::now();
        let after = |millis: u64| begin + Duration::from_millis(millis);
        for (at, ended) in [(100, 400), (200, 2_000), (2_500, 2_600)] {
            let number = tally.place();
            let mut inner = tally.inner();
            inner.orders[number].placed = after(at);
            inner.orders[number].ended = Some(after(ended));
        }
        let millis = |from, to| {
            let span = (after(from), after(to));
            (tally.longest_pause(span.0, span.1).as_millis(), tally.slowest(span.0, span.1).as_millis())
        };
        assert_eq!(millis(0, 2_700), (1_600, 1_800));
        assert_eq!(millis(2_100, 3_700), (1_100, 100));
        assert_eq!(millis(3_000, 4_000), (1_000, 0));
    }

    #[test]
    fn an_order_ends_once_and_strangers_are_not_counted() {
        let tally = Tally::new(4);
        tally.place();
        ["c-0", "c-0", "c-7", "poison-1", "x"].iter().for_each(|order| tally.end(order));
        assert_eq!((tally.ended(), tally.open(9)), (1, vec![]));
    }
}
