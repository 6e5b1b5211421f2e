//! `Remembered`: bounded memory of ended things: keyed fingerprints in buckets by log time.

use std::{collections::VecDeque, time::Duration};

use ahash::{AHashMap, RandomState};
use events_schema::{Key, Timestamp};

/// How much is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// At least so long, in log time, unless the count forbids it.
    pub age: Duration,
    /// At most so many.
    pub count: usize,
}

impl Default for Limits {
    /// 24 hours, 20 million.
    fn default() -> Limits {
        Limits { age: Duration::from_secs(24 * 3600), count: 20_000_000 }
    }
}

/// Remembers that a key ended, with a 64-bit note, for a bounded time; 16 bytes each but for the newest few thousand.
///
/// A fingerprint is 64 bits under a random key: among 20 million, a stranger is taken for one of them once in 10¹².
pub struct Remembered {
    limits: Limits,
    hasher: RandomState,
    /// The newest ones, as a map; an open transaction is among them.
    newest: AHashMap<u64, u64>,
    /// The bucket that is being filled.
    filling: Bucket,
    sealed: VecDeque<Bucket>,
    count: usize,
    forgotten_before: Option<Timestamp>,
    undo: Vec<u64>,
}

#[derive(Default)]
struct Bucket {
    from: Timestamp,
    until: Timestamp,
    /// `fingerprint << 64 | note`, sorted.
    notes: Vec<u128>,
}

impl Remembered {
    /// How finely time is cut: what is forgotten is forgotten by the bucket.
    const BUCKETS: u32 = 48;
    /// So many stand in a map, which takes more than twice the room.
    const NEWEST: usize = 4_096;

    /// An empty memory.
    pub fn new(limits: Limits) -> Remembered {
        Remembered {
            limits,
            hasher: RandomState::new(),
            newest: AHashMap::new(),
            filling: Bucket::default(),
            sealed: VecDeque::new(),
            count: 0,
            forgotten_before: None,
            undo: Vec::new(),
        }
    }

    /// The note of a key that ended within the bounds.
    pub fn get(&self, key: &Key) -> Option<u64> {
        let print = self.hasher.hash_one(key);
        if let Some(note) = self.newest.get(&print) {
            return Some(*note);
        }
        let buckets = [&self.filling].into_iter().chain(self.sealed.iter().rev());
        buckets.into_iter().find_map(|bucket| bucket.get(print))
    }

    /// Remembers a key that ended at `time`. Within one transaction an abort takes it back.
    pub fn put(&mut self, key: &Key, note: u64, time: Timestamp) {
        let print = self.hasher.hash_one(key);
        if self.newest.is_empty() && self.filling.notes.is_empty() {
            self.filling.from = time;
        }
        if self.newest.insert(print, note).is_none() {
            self.count += 1;
            self.undo.push(print);
        }
    }

    /// Whatever ended before this instant may have been forgotten; `None`: nothing was.
    pub fn forgotten_before(&self) -> Option<Timestamp> {
        self.forgotten_before
    }

    /// Restore began at this instant: what ended before it was never learnt.
    pub fn known_since(&mut self, time: Timestamp) {
        self.forgotten_before = self.forgotten_before.max(Some(time));
    }

    /// How many are remembered.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The transaction is committed; its log time is `now`. What is too old or too much is forgotten here.
    pub fn commit(&mut self, now: Timestamp) {
        self.undo.clear();
        let bucket_age = self.limits.age / Remembered::BUCKETS;
        let filled = self.newest.len() + self.filling.notes.len();
        let full = filled >= (self.limits.count / Remembered::BUCKETS as usize).max(1);
        let over = filled > 0 && (full || self.filling.from + bucket_age <= now);
        if over || self.newest.len() >= Remembered::NEWEST {
            self.count -= self.filling.merge(&mut self.newest);
        }
        if over {
            self.sealed.push_back(Bucket { until: now, ..std::mem::take(&mut self.filling) });
        }
        while let Some(oldest) = self.sealed.front() {
            if oldest.until + self.limits.age > now && self.count <= self.limits.count {
                break;
            }
            self.forgotten_before = Some(oldest.until);
            self.count -= oldest.notes.len();
            self.sealed.pop_front();
        }
    }

    /// The transaction is aborted.
    pub fn roll_back(&mut self) {
        for print in self.undo.drain(..) {
            self.newest.remove(&print);
            self.count -= 1;
        }
    }
}

impl Bucket {
    /// Takes these in: one pass, and no room left over. Returns how many were here before and are replaced.
    fn merge(&mut self, newest: &mut AHashMap<u64, u64>) -> usize {
        let pack = |(print, note)| (u128::from(print) << 64) | u128::from(note);
        let mut more: Vec<u128> = newest.drain().map(pack).collect();
        more.sort_unstable();
        let old = std::mem::take(&mut self.notes);
        let many = old.len() + more.len();
        self.notes = Vec::with_capacity(many);
        let mut more = more.into_iter().peekable();
        for note in old {
            while let Some(smaller) = more.next_if(|other| *other >> 64 < note >> 64) {
                self.notes.push(smaller);
            }
            if more.peek().is_none_or(|other| *other >> 64 != note >> 64) {
                self.notes.push(note);
            }
        }
        self.notes.extend(more);
        many - self.notes.len()
    }

    fn get(&self, print: u64) -> Option<u64> {
        let at = self.notes.partition_point(|packed| (packed >> 64) as u64 <= print).checked_sub(1)?;
        let packed = self.notes[at];
        ((packed >> 64) as u64 == print).then_some(packed as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: usize) -> Key {
        Key::from_bytes(format!("order-{n}").as_bytes()).unwrap()
    }

    fn hours(n: u64) -> Timestamp {
        Timestamp(0) + Duration::from_secs(n * 3600)
    }

    #[test]
    fn what_ended_within_the_window_is_known_with_its_note() {
        let mut memory = Remembered::new(Limits::default());
        for n in 0..1000 {
            memory.put(&key(n), n as u64, hours(n as u64 / 100));
            memory.commit(hours(n as u64 / 100));
        }
        assert!((0..1000).all(|n| memory.get(&key(n)) == Some(n as u64)));
        assert_eq!(memory.get(&key(1000)), None);
        assert_eq!(memory.forgotten_before(), None);
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten_and_said_so() {
        let mut memory = Remembered::new(Limits::default());
        memory.put(&key(1), 1, hours(0));
        memory.commit(hours(1));
        memory.put(&key(2), 2, hours(26));
        memory.commit(hours(26));
        assert_eq!((memory.get(&key(1)), memory.get(&key(2))), (None, Some(2)));
        assert_eq!(memory.forgotten_before(), Some(hours(1)));
    }

    #[test]
    fn many_are_known_each_with_its_own_note() {
        let mut memory = Remembered::new(Limits::default());
        for n in 0..30_000 {
            memory.put(&key(n), n as u64 + 1, hours(0));
            memory.commit(hours(0));
        }
        assert_eq!(memory.len(), 30_000);
        assert!((0..30_000).all(|n| memory.get(&key(n)) == Some(n as u64 + 1)));
        assert_eq!(memory.get(&key(30_000)), None);
        memory.put(&key(30_001), 1, hours(0));
        memory.roll_back();
        assert_eq!((memory.get(&key(30_001)), memory.len()), (None, 30_000));
    }

    #[test]
    fn an_aborted_ending_is_not_remembered() {
        let mut memory = Remembered::new(Limits::default());
        memory.put(&key(1), 1, hours(0));
        memory.roll_back();
        assert_eq!((memory.get(&key(1)), memory.len()), (None, 0));
    }

    #[test]
    fn the_count_bounds_memory_too() {
        let mut memory = Remembered::new(Limits { age: Duration::from_secs(3600), count: 960 });
        for n in 0..5_000 {
            memory.put(&key(n), 0, Timestamp(n as i64));
            memory.commit(Timestamp(n as i64));
        }
        assert!(memory.len() <= 980, "{}", memory.len());
        assert_eq!(memory.get(&key(4_999)), Some(0));
        assert!(memory.forgotten_before().is_some());
    }
}
