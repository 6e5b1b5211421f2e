//! A member under test: source and sink of one identity, and what it believes to own.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use choreography::{Budget, Failed, Fatal, Input, Outgoing, Position, Sink, Source};
use events_schema::{OwnedRecord, Timestamp};

/// Waits are bounded; a healthy run needs a fraction.
pub const BOUND: Duration = Duration::from_secs(60);

/// Source and sink of one identity.
pub struct Member {
    pub source: Box<dyn Source + Send>,
    pub sink: Box<dyn Sink + Send>,
    pub held: BTreeSet<u16>,
}

impl Member {
    pub fn new(source: impl Source + Send + 'static, sink: impl Sink + Send + 'static) -> Member {
        Member { source: Box::new(source), sink: Box::new(sink), held: BTreeSet::new() }
    }

    /// Serves the lease and keeps the books.
    pub fn serve(&mut self) -> Result<(), Fatal> {
        let leases = self.source.leases()?;
        for lost in &leases.lost {
            assert!(self.held.remove(lost), "{lost} was lost without having been gained");
        }
        for gained in leases.gained {
            assert!(self.held.insert(gained), "{gained} was gained twice");
        }
        Ok(())
    }

    /// The only member of its group, with all partitions, ready to write.
    pub fn settled(mut self, partitions: usize) -> Member {
        self.sink.init().unwrap();
        eventually("all leases", || {
            self.serve().unwrap();
            self.held.len() == partitions
        });
        self
    }

    pub fn append(&mut self, to: Input, value: &str) -> Result<(), Failed> {
        self.append_bytes(to, value.as_bytes())
    }

    pub fn append_bytes(&mut self, to: Input, value: &[u8]) -> Result<(), Failed> {
        let time = Timestamp::from_millis(1_700_000_000_000);
        self.sink.append(Outgoing { to, time, key: Some(b"key"), value: Some(value), headers: &[] })
    }

    pub fn assign(&mut self, input: Input, next: i64) {
        self.source.assign(&[Position { input, next }]).unwrap();
    }

    /// One poll.
    pub fn poll(&mut self, most: usize, wait: Duration) -> Vec<OwnedRecord> {
        let mut records = Vec::new();
        let budget = Budget { records: most, wait, span: Duration::from_secs(1) };
        let count = self.source.poll(budget, &mut |record| records.push(OwnedRecord::from(&record))).unwrap();
        assert_eq!(count, records.len());
        assert!(records.len() <= most);
        records
    }

    /// Polls until so many values came.
    pub fn values(&mut self, count: usize) -> Vec<String> {
        let mut values = Vec::new();
        eventually("records", || {
            values.extend(self.poll(count - values.len(), Duration::from_millis(50)).iter().map(text));
            values.len() >= count
        });
        values
    }

    /// Everything a replay from the start delivers, and where it ends.
    pub fn replayed(&mut self, input: Input) -> (Vec<String>, i64) {
        let mut values = Vec::new();
        let next = self
            .source
            .replay(input, 0, &mut |record| values.push(text(&OwnedRecord::from(&record))))
            .unwrap();
        (values, next)
    }
}

/// A record's value as text.
pub fn text(record: &OwnedRecord) -> String {
    String::from_utf8(record.value.clone().unwrap()).unwrap()
}

/// Waits until it is so.
#[expect(clippy::disallowed_methods, reason = "a level-triggered wait with a bound")]
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + BOUND;
    while !is_so() {
        assert!(Instant::now() < end, "no {what} within {BOUND:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
