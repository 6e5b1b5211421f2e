//! `Table`: the only mutable thing a service owns. Every change is undone when the transaction aborts.

use std::{fmt, hash::Hash};

use ahash::AHashMap;

/// A map that cannot be walked (hash order would leak into decisions) and remembers how to undo an open transaction.
pub struct Table<K, V> {
    now: AHashMap<K, V>,
    undo: Vec<(K, Option<V>)>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Table<K, V> {
        Table { now: AHashMap::new(), undo: Vec::new() }
    }
}

impl<K: Hash + Eq + Clone, V> Table<K, V> {
    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.now.get(key)
    }

    /// Whether the key has a value.
    pub fn contains(&self, key: &K) -> bool {
        self.now.contains_key(key)
    }

    /// Sets the value of a key.
    pub fn put(&mut self, key: K, value: V) {
        let old = self.now.insert(key.clone(), value);
        self.undo.push((key, old));
    }

    /// Forgets a key.
    pub fn remove(&mut self, key: &K) {
        if let Some(old) = self.now.remove(key) {
            self.undo.push((key.clone(), Some(old)));
        }
    }

    /// How many keys have a value.
    pub fn len(&self) -> usize {
        self.now.len()
    }

    /// The sum over all values, which does not depend on the order in which they are looked at.
    pub fn sum(&self, of: impl Fn(&V) -> u64) -> u64 {
        self.now.values().map(of).fold(0, u64::saturating_add)
    }

    /// Whether no key has a value.
    pub fn is_empty(&self) -> bool {
        self.now.is_empty()
    }

    /// The transaction is committed: its changes stand.
    pub fn commit(&mut self) {
        self.undo.clear();
        give_back_room(&mut self.now);
    }

    /// The transaction is aborted: every change since the last commit is taken back, newest first.
    pub fn roll_back(&mut self) {
        while let Some((key, old)) = self.undo.pop() {
            match old {
                Some(value) => self.now.insert(key, value),
                None => self.now.remove(&key),
            };
        }
    }
}

/// Shrinks a map that is nearly empty: left alone, it keeps the room that its fullest moment took. It was eight times as
/// full since it shrank last, or is being filled: what shrinking costs was earned.
pub(crate) fn give_back_room<K: Hash + Eq, V>(map: &mut AHashMap<K, V>) {
    const SMALL: usize = 1_024;
    let full = map.len();
    if map.capacity() > SMALL && full < map.capacity() / 8 {
        map.shrink_to(full * 2);
    }
}

impl<K: Hash + Eq + Clone + Ord, V> Table<K, V> {
    /// All keys in order, for reports, checks and balances; never for a decision's speed: it sorts.
    pub fn sorted_keys(&self) -> Vec<K> {
        let mut keys: Vec<K> = self.now.keys().cloned().collect();
        keys.sort_unstable();
        keys
    }
}

impl<K: Hash + Eq + PartialEq, V: PartialEq> PartialEq for Table<K, V> {
    fn eq(&self, other: &Table<K, V>) -> bool {
        self.now == other.now
    }
}

/// Sorted by what the keys read like: two equal tables read alike.
impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted: Vec<(&K, &V)> = self.now.iter().collect();
        sorted.sort_by_cached_key(|(key, _)| format!("{key:?}"));
        f.debug_map().entries(sorted).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abort_restores_values_removals_and_absences() {
        let mut table = Table::default();
        table.put("kept", 1);
        table.put("removed", 2);
        table.commit();
        table.put("kept", 10);
        table.put("kept", 11);
        table.remove(&"removed");
        table.put("new", 3);
        table.roll_back();
        assert_eq!(
            (table.get(&"kept"), table.get(&"removed"), table.get(&"new")),
            (Some(&1), Some(&2), None)
        );
    }

    #[test]
    fn what_a_backlog_took_is_given_back_when_it_is_worked_off() {
        let mut table = Table::default();
        (0..100_000).for_each(|key| table.put(key, [0_u64; 16]));
        table.commit();
        (10..100_000).for_each(|key| table.remove(&key));
        table.commit();
        assert!(table.now.capacity() <= 1_024, "room for {}", table.now.capacity());
        assert_eq!(table.sorted_keys(), (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn a_commit_makes_changes_stand() {
        let mut table = Table::default();
        table.put("kept", 1);
        table.commit();
        table.roll_back();
        assert_eq!(table.get(&"kept"), Some(&1));
    }
}
