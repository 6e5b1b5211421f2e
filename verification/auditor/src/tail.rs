//! `Tail`: what was read beyond the ends that were asked for, and waits for its turn.

use std::collections::{BTreeMap, VecDeque};

use events_schema::{EventId, OwnedRecord, Record};

use crate::Shard;

/// Records of each partition, in order.
#[derive(Default)]
pub(crate) struct Tail(BTreeMap<Shard, VecDeque<Waiting>>);

struct Waiting {
    record: OwnedRecord,
    id: Option<EventId>,
}

impl Tail {
    /// Keeps a record.
    pub(crate) fn push(&mut self, record: &Record<'_>) {
        let id = events_schema::open(record).ok().map(|opened| opened.id);
        let waiting = Waiting { record: record.into(), id };
        self.0.entry((record.place.topic, record.place.partition)).or_default().push_back(waiting);
    }

    /// Gives out what lies before these ends.
    pub(crate) fn before(&mut self, ends: &BTreeMap<Shard, i64>, visit: &mut dyn FnMut(&Record<'_>)) {
        for (shard, records) in &mut self.0 {
            let end = ends.get(shard).copied().unwrap_or(0);
            while records.front().is_some_and(|one| one.record.place.offset < end) {
                records.pop_front().iter().for_each(|one| visit(&one.record.as_record()));
            }
        }
    }

    /// Gives out what leads up to a wanted event, in each partition; how many records that were.
    pub(crate) fn up_to(
        &mut self,
        wanted: &dyn Fn(&EventId) -> bool,
        visit: &mut dyn FnMut(&Record<'_>),
    ) -> usize {
        let mut given = 0;
        for records in self.0.values_mut() {
            let last = records.iter().rposition(|one| one.id.as_ref().is_some_and(wanted));
            for one in records.drain(..last.map_or(0, |last| last + 1)) {
                visit(&one.record.as_record());
                given += 1;
            }
        }
        given
    }
}

#[cfg(test)]
mod tests {
    use events_schema::{Place, Timestamp, Topic};

    use super::*;

    fn tail(ids: &[&str]) -> Tail {
        let mut tail = Tail::default();
        for (offset, id) in ids.iter().enumerate() {
            let value = format!(r#"{{"type":"OrderPlaced","id":"{id}","subject":"o-1","data":{{}}}}"#);
            tail.push(&Record {
                place: Place { topic: Topic::Checkout, partition: 0, offset: offset as i64 },
                appended: Timestamp::default(),
                key: None,
                value: Some(value.as_bytes()),
                headers: &events_schema::NoHeaders,
            });
        }
        tail
    }

    #[test]
    fn what_is_wanted_comes_with_everything_before_it_and_once() {
        let mut tail = tail(&["a", "b", "c"]);
        let wanted = |id: &EventId| id.to_string() == "b";
        let mut offsets = Vec::new();
        assert_eq!(tail.up_to(&wanted, &mut |record| offsets.push(record.place.offset)), 2);
        assert_eq!(tail.up_to(&wanted, &mut |_| ()), 0);
        tail.before(&[((Topic::Checkout, 0), 3)].into(), &mut |record| offsets.push(record.place.offset));
        assert_eq!(offsets, [0, 1, 2]);
    }
}
