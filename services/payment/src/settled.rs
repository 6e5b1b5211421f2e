//! `Settled`: charges that are over, packed, by order: a shop remembers a day of them, so each byte counts.

use std::{cmp::Ordering, collections::VecDeque, time::Duration};

use events_schema::Key;

use crate::{
    charge::Known,
    packed::{self, Name},
};

/// A run takes so many batches: joining one copies the run.
const BATCHES: usize = 16;

/// Charges in runs by the time at which they were over. Exact: nothing is hashed.
#[derive(Default)]
pub(crate) struct Settled {
    /// Oldest first.
    runs: VecDeque<Run>,
}

/// Charges that were over one after the other, sorted by their orders' names.
#[derive(Default)]
struct Run {
    batches: usize,
    /// When the last of them was over, in time at work.
    until: Duration,
    /// Where the bytes of each entry end: a name, and what is known.
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl Settled {
    /// What is known of this order; what was added last counts.
    pub(crate) fn get(&self, order: &Key) -> Option<Known> {
        if self.runs.is_empty() {
            return None;
        }
        let name = Name::of(order);
        let bytes = self.runs.iter().rev().find_map(|run| run.find(name.bytes()))?;
        packed::read(bytes, order)
    }

    /// Every entry, oldest runs first.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Key, Known)> + '_ {
        self.runs.iter().flat_map(Run::entries).filter_map(packed::read_entry)
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.runs.iter().map(|run| run.ends.len()).sum()
    }

    /// Adds charges that were over later than what was added before.
    pub(crate) fn add(&mut self, charges: &[(Key, Known)]) {
        let Some((_, last)) = charges.last() else { return };
        let batch = Run::of(charges, last.since);
        match self.runs.back_mut().filter(|run| run.batches < BATCHES) {
            Some(newest) => *newest = newest.joined(&batch),
            None => self.runs.push_back(batch),
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
    fn of(charges: &[(Key, Known)], until: Duration) -> Run {
        let mut sorted: Vec<(Name, &Key, &Known)> =
            charges.iter().map(|(order, known)| (Name::of(order), order, known)).collect();
        sorted.sort_unstable_by(|(one, ..), (other, ..)| one.bytes().cmp(other.bytes()));
        let mut run = Run { batches: 1, until, ..Run::default() };
        for (name, order, known) in sorted {
            run.bytes.extend_from_slice(name.bytes());
            packed::write(known, order, &mut run.bytes);
            run.end();
        }
        run
    }

    /// An entry ends here. A run of some 65,000 entries of some 200 bytes at the very most is far below 4 GiB.
    fn end(&mut self) {
        self.ends.push(self.bytes.len() as u32);
    }

    fn entry(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.bytes[start..self.ends[at] as usize]
    }

    fn entries(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|at| self.entry(at))
    }

    /// How an entry's name compares: no name is the beginning of another, so as many bytes as the other has tell.
    fn compare(entry: &[u8], name: &[u8]) -> Ordering {
        entry[..entry.len().min(name.len())].cmp(name)
    }

    fn find(&self, name: &[u8]) -> Option<&[u8]> {
        let (mut from, mut to) = (0, self.ends.len());
        // Names of version 7 begin with their time, so that most runs are passed over at their ends.
        if to == 0 || Run::compare(self.entry(to - 1), name).is_lt() {
            return None;
        }
        while from < to {
            let middle = from.midpoint(to);
            let entry = self.entry(middle);
            match Run::compare(entry, name) {
                Ordering::Less => from = middle + 1,
                Ordering::Greater => to = middle,
                Ordering::Equal => return Some(&entry[name.len()..]),
            }
        }
        None
    }

    /// Both in one; what the later one knows of an order counts.
    fn joined(&self, later: &Run) -> Run {
        let mut run = Run {
            batches: self.batches + later.batches,
            until: later.until,
            ends: Vec::with_capacity(self.ends.len() + later.ends.len()),
            bytes: Vec::with_capacity(self.bytes.len() + later.bytes.len()),
        };
        let mut push = |entry: &[u8]| {
            run.bytes.extend_from_slice(entry);
            run.end();
        };
        let mut next = 0;
        for entry in later.entries() {
            let name = packed::name_in(entry);
            while next < self.ends.len() && Run::compare(self.entry(next), name).is_lt() {
                push(self.entry(next));
                next += 1;
            }
            next += usize::from(next < self.ends.len() && Run::compare(self.entry(next), name).is_eq());
            push(entry);
        }
        (next..self.ends.len()).for_each(|at| push(self.entry(at)));
        run
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::Charge;

    fn order() -> impl Strategy<Value = Key> {
        let uuid = |number: u128| uuid::Uuid::from_u128(number).to_string();
        prop_oneof![(0..40_u32).prop_map(|n| format!("o{n}")), (0..40_u128).prop_map(uuid)]
            .prop_map(|text| text.parse().unwrap())
    }

    fn batches() -> impl Strategy<Value = Vec<Vec<Key>>> {
        proptest::collection::vec(proptest::collection::vec(order(), 0..8), 0..40)
    }

    proptest! {
        #[test]
        fn what_was_added_last_is_found_until_its_run_is_forgotten(batches in batches(), gone in 0..40_u64) {
            let (mut settled, mut known) = (Settled::default(), HashMap::new());
            for (second, orders) in (0..).zip(&batches) {
                let since = Duration::from_secs(second);
                let charge = Charge { voided: true, ..Charge::default() };
                let mut orders = orders.clone();
                orders.sort_unstable();
                orders.dedup();
                let added: Vec<_> =
                    orders.iter().map(|order| (*order, Known { charge: charge.clone(), since })).collect();
                settled.add(&added);
                known.extend(added);
            }
            known.iter().for_each(|(order, known)| assert_eq!(settled.get(order).as_ref(), Some(known)));
            prop_assert_eq!(settled.get(&"o99".parse().unwrap()), None);
            settled.forget_before(Duration::from_secs(gone));
            let kept = |known: &Known| known.since >= Duration::from_secs(gone);
            for (order, known) in known.iter().filter(|(_, known)| kept(known)) {
                let found = settled.get(order);
                prop_assert_eq!(found.as_ref(), Some(known));
            }
        }
    }
}
