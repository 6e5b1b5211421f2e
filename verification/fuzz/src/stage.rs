//! `Stage`: one service as it runs, real worker and all, on a log in memory with a clock that is moved.

use std::{cell::Cell, time::Duration};

use choreography::{
    Answered, Clock, Fatal, Input, Metrics, Outside, Pace, Ports, Service, Worker,
    memory::{MemoryLog, MemorySink, MemorySource, NoFaults},
};
use events_schema::{EventId, Fact, Key, OwnedRecord, Timestamp, Topic, kind, parking::ParkingFact};

use crate::frame::{APPENDED, Frame};

/// The partition everything stands on.
pub(crate) const PARTITION: u16 = 0;
/// A shop at rest says nothing in so many turns.
const QUIET: usize = 3;
/// So many turns are enough for anything one record can cause.
const TURNS: usize = 60;

/// What a fact says, without the ids and places that depend on where it stands.
pub(crate) type Words = (Key, String, String);

/// A service on a log.
pub(crate) struct Stage<S: Service> {
    pub(crate) log: MemoryLog,
    worker: Worker<S>,
    source: MemorySource,
    sink: MemorySink,
    clock: Moved,
}

struct Moved(Cell<Timestamp>);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        self.0.get()
    }
}

/// An outside that never answers.
struct Silent;

impl<S: Service> Outside<S> for Silent {
    fn ask(&mut self, _: u16, _: Key, _: EventId, _: &S::Request) {}
    fn answer(&mut self) -> Option<Answered<S::Answer>> {
        None
    }
    fn forget(&mut self, _: u16) {}
}

impl<S: Service + Default> Stage<S> {
    /// The service starts on this log.
    pub(crate) fn on(log: &MemoryLog) -> Stage<S> {
        let (source, sink) = log.connect(S::SOURCE.name(), "0", S::EMITS, Box::new(NoFaults));
        let worker = Worker::new(S::default(), Pace::default(), Metrics::unread());
        Stage { log: log.clone(), worker, source, sink, clock: Moved(Cell::new(APPENDED)) }
    }

    /// Runs until it has nothing more to do; its clock goes a second on with every turn.
    pub(crate) fn settle(&mut self) -> Result<(), Fatal> {
        let mut quiet = 0;
        for _ in 0..TURNS {
            self.clock.0.set(self.clock.0.get() + Duration::from_secs(1));
            let Stage { worker, source, sink, clock, .. } = self;
            let turned = worker.turn(&mut Ports { source, sink, outside: &mut Silent, clock })?;
            quiet = if turned.records + turned.facts == 0 && !turned.undone { quiet + 1 } else { 0 };
            if quiet == QUIET {
                return Ok(());
            }
        }
        panic!("{} does not come to rest", S::SOURCE)
    }

    /// What it committed on a topic.
    pub(crate) fn committed(&self, topic: Topic) -> Vec<OwnedRecord> {
        self.log.committed_records(Input { topic, partition: PARTITION })
    }

    /// The position its group committed.
    pub(crate) fn position(&self, topic: Topic) -> Option<i64> {
        self.log.position(S::SOURCE.name(), Input { topic, partition: PARTITION })
    }

    /// What it says of its own from the how-manieth fact on.
    pub(crate) fn words(&self, from: usize) -> Vec<Words> {
        self.committed(S::EMITS).iter().skip(from).map(words_of::<S>).collect()
    }

    /// The reasons for which it parked something. A panic is none.
    pub(crate) fn parked(&self) -> Vec<String> {
        let own = self.committed(S::EMITS);
        let reasons = own.iter().filter_map(|record| match parking_of(record)? {
            ParkingFact::EventParked(parked) => Some(parked.reason),
            _ => None,
        });
        reasons.inspect(|reason| assert!(!reason.contains("panicked"), "{reason}")).collect()
    }
}

/// Puts a record on the stage's partition of its topic.
pub(crate) fn put(log: &MemoryLog, frame: Frame) {
    let to = Input { topic: frame.topic, partition: PARTITION };
    log.produce(to, APPENDED, frame.key.as_deref(), frame.value.as_deref(), frame.headers);
}

fn parking_of(record: &OwnedRecord) -> Option<ParkingFact> {
    let record = record.as_record();
    let kind = kind(&record).ok()?;
    ParkingFact::read(&kind, &record).ok()?.map(|heard| heard.data)
}

fn words_of<S: Service>(record: &OwnedRecord) -> Words {
    let record = record.as_record();
    let opened = events_schema::open(&record).unwrap_or_else(|error| panic!("{} said: {error}", S::SOURCE));
    (opened.subject, opened.kind.into_owned(), opened.data.get().to_owned())
}

/// Whether the service takes a record for one of its own facts.
pub(crate) fn is_own_fact<S: Service>(record: &OwnedRecord) -> bool {
    let record = record.as_record();
    let Ok(kind) = kind(&record) else { return false };
    match ParkingFact::read(&kind, &record) {
        Ok(None) => matches!(S::Fact::read(&kind, &record), Ok(Some(_))),
        parking => parking.is_ok(),
    }
}
