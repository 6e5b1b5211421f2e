//! Marks: how far back in its own log a task must be able to look, so that restore is bounded.
//!
//! A fact's offset is not known when it is said. What is known is a lower bound: the end of the own log when it was
//! last looked at. Every open subject holds such a mark; the least of them is committed as the position of the own
//! topic, and restore begins there.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use ahash::AHashMap;
use events_schema::{EventId, Key, Timestamp};

use crate::table::give_back_room;

/// Whose mark it is. One key may be several at once: an order may be called like a SKU, and wait behind a parked record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Holder {
    /// A subject that is open until it is over.
    Open(Key),
    /// A subject that stays for ever.
    Kept(Key),
    /// The records parked for the subject.
    Parked(Key),
}

#[derive(Clone, Copy)]
struct Mark {
    offset: i64,
    /// The fact it was set by: the cause of the balance that replaces it.
    fact: EventId,
    kept: bool,
}

pub(crate) struct Marks {
    holders: AHashMap<Holder, Mark>,
    open: BTreeMap<i64, Open>,
    kept: BTreeSet<(i64, Holder)>,
    /// Facts said from now on stand at or after this offset of the own log.
    here: i64,
    window: Duration,
    /// When `here` moved, and to what: the window in offsets.
    times: VecDeque<(Timestamp, i64)>,
    now: Timestamp,
}

/// Those that are open from one offset on.
#[derive(Default)]
struct Open {
    holders: usize,
    /// How many of them are open subjects, and since when the first of those.
    subjects: usize,
    since: Timestamp,
}

impl Marks {
    pub(crate) fn new(window: Duration, here: i64) -> Marks {
        Marks {
            holders: AHashMap::new(),
            open: BTreeMap::new(),
            kept: BTreeSet::new(),
            here,
            window,
            times: VecDeque::from([(Timestamp(i64::MIN), here)]),
            now: Timestamp(0),
        }
    }

    /// What is opened from here on is open since `now`.
    pub(crate) fn pass(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Facts said from now on stand at or after `here`.
    pub(crate) fn advance(&mut self, here: i64, now: Timestamp) {
        if here <= self.here {
            return;
        }
        self.here = here;
        // A finer grain than a 64th of the window would cost memory and save nothing.
        let grain = self.window / 64;
        if self.times.back().is_none_or(|(at, _)| *at == Timestamp(i64::MIN) || *at + grain <= now) {
            self.times.push_back((now, here));
        }
        let start = now - self.window;
        while self.times.get(1).is_some_and(|(at, _)| *at <= start) {
            self.times.pop_front();
        }
    }

    /// The holder is open from a fact said now.
    pub(crate) fn open(&mut self, holder: Holder, fact: EventId) {
        if !self.holders.contains_key(&holder) {
            self.set(holder, Mark { offset: self.here, fact, kept: false });
        }
    }

    /// The subject stays for ever, from a fact said now.
    pub(crate) fn keep(&mut self, subject: Key, fact: EventId) {
        let holder = Holder::Kept(subject);
        if !self.holders.contains_key(&holder) {
            self.set(holder, Mark { offset: self.here, fact, kept: true });
        }
    }

    /// The holder is over.
    pub(crate) fn over(&mut self, holder: Holder) {
        let Some(mark) = self.holders.remove(&holder) else { return };
        give_back_room(&mut self.holders);
        if mark.kept {
            self.kept.remove(&(mark.offset, holder));
        } else if let Some(open) = self.open.get_mut(&mark.offset) {
            open.holders -= 1;
            open.subjects -= usize::from(matches!(holder, Holder::Open(_)));
            if open.holders == 0 {
                self.open.remove(&mark.offset);
            }
        }
    }

    /// The balance of a kept subject was said now. Its mark moves here, but not past the oldest open subject: what
    /// that one does later must find the balance, and what it did before must be known with it.
    pub(crate) fn counted(&mut self, subject: Key, fact: EventId) {
        let holder = Holder::Kept(subject);
        self.over(holder);
        let offset = self.open.first_key_value().map_or(self.here, |(oldest, _)| self.here.min(*oldest));
        self.set(holder, Mark { offset, fact, kept: true });
    }

    fn set(&mut self, holder: Holder, mark: Mark) {
        if mark.kept {
            self.kept.insert((mark.offset, holder));
        } else {
            let open = self.open.entry(mark.offset).or_default();
            open.holders += 1;
            if let Holder::Open(_) = holder {
                open.since = if open.subjects == 0 { self.now } else { open.since.min(self.now) };
                open.subjects += 1;
            }
        }
        self.holders.insert(holder, mark);
    }

    /// Where restore must begin.
    pub(crate) fn needed_from(&self) -> i64 {
        let open = self.open.first_key_value().map(|(offset, _)| *offset);
        let kept = self.kept.first().map(|(offset, _)| *offset);
        let window = if self.window.is_zero() { None } else { self.times.front().map(|(_, offset)| *offset) };
        [open, kept, window].into_iter().flatten().fold(self.here, i64::min)
    }

    /// The kept subjects with the oldest marks, at most `max` of them and only those marked before `offset`; each
    /// with the fact that set its mark. None whose mark could not move, being held by the oldest open subject: a new
    /// balance would change nothing, and would be said again for ever.
    pub(crate) fn oldest_kept(&self, offset: i64, max: usize) -> Vec<(Key, EventId)> {
        let offset = self.open.first_key_value().map_or(offset, |(oldest, _)| offset.min(*oldest));
        let old = self.kept.iter().take_while(|(mark, _)| *mark < offset).take(max);
        let named = old.filter_map(|(_, holder)| match (holder, self.holders.get(holder)) {
            (Holder::Kept(subject), Some(mark)) => Some((*subject, mark.fact)),
            _ => None,
        });
        named.collect()
    }

    /// How long, in log time, ended things are restored.
    pub(crate) fn window(&self) -> Duration {
        self.window
    }

    /// The end of the own log when it was last looked at.
    pub(crate) fn here(&self) -> i64 {
        self.here
    }

    /// Since when the oldest open subject has been open: to within one look at the log's end, if an older one that was
    /// opened after the same look is over.
    pub(crate) fn oldest_open(&self) -> Option<Timestamp> {
        self.open.values().find(|open| open.subjects > 0).map(|open| open.since)
    }

    /// How many subjects are kept for ever.
    pub(crate) fn kept_count(&self) -> usize {
        self.kept.len()
    }

    /// How many subjects are open, those kept for ever not counted.
    pub(crate) fn open_count(&self) -> usize {
        self.holders.len() - self.kept.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    fn open(text: &str) -> Holder {
        Holder::Open(key(text))
    }

    fn fact() -> EventId {
        EventId::from(key("fact"))
    }

    fn seconds(n: u64) -> Timestamp {
        Timestamp(0) + Duration::from_secs(n)
    }

    #[test]
    fn the_oldest_open_subject_pins_the_mark() {
        let mut marks = Marks::new(Duration::ZERO, 0);
        marks.open(open("a"), fact());
        marks.advance(100, seconds(1));
        marks.open(open("b"), fact());
        assert_eq!(marks.needed_from(), 0);
        marks.over(open("a"));
        assert_eq!(marks.needed_from(), 100);
        marks.advance(200, seconds(2));
        marks.over(open("b"));
        assert_eq!(marks.needed_from(), 200);
    }

    #[test]
    fn the_oldest_open_subject_is_as_old_as_its_first_fact_and_what_is_parked_is_not_open() {
        let mut marks = Marks::new(Duration::ZERO, 0);
        marks.pass(seconds(1));
        marks.open(Holder::Parked(key("p")), fact());
        assert_eq!(marks.oldest_open(), None);
        marks.pass(seconds(2));
        marks.open(open("a"), fact());
        marks.advance(100, seconds(3));
        marks.pass(seconds(4));
        marks.open(open("a"), fact());
        marks.open(open("b"), fact());
        assert_eq!(marks.oldest_open(), Some(seconds(2)));
        marks.over(open("a"));
        assert_eq!(marks.oldest_open(), Some(seconds(4)));
    }

    #[test]
    fn the_window_keeps_what_has_ended_within_it() {
        let mut marks = Marks::new(Duration::from_secs(64), 0);
        for n in 1..=100 {
            marks.advance(n * 10, seconds(n as u64));
        }
        assert_eq!(marks.needed_from(), 360);
    }

    #[test]
    fn an_order_called_like_a_sku_does_not_take_its_mark_away() {
        let mut marks = Marks::new(Duration::ZERO, 0);
        marks.keep(key("mug"), fact());
        marks.advance(50, seconds(1));
        marks.open(open("mug"), fact());
        marks.over(open("mug"));
        assert_eq!(marks.needed_from(), 0);
    }

    #[test]
    fn a_balance_moves_a_kept_subject_forward_but_not_past_an_open_one() {
        let mut marks = Marks::new(Duration::ZERO, 0);
        marks.keep(key("mug"), fact());
        marks.advance(50, seconds(1));
        marks.open(open("order"), fact());
        marks.advance(100, seconds(2));
        marks.counted(key("mug"), fact());
        assert_eq!(marks.needed_from(), 50);
        assert_eq!(marks.oldest_kept(100, 9), [], "another balance would not move it");
        marks.over(open("order"));
        marks.counted(key("mug"), fact());
        assert_eq!((marks.needed_from(), marks.open_count()), (100, 0));
    }
}
