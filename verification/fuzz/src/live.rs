//! `topic_record`, `parked_record`, `positions_header`: records into a running service.

use choreography::{Fatal, Service, memory::MemoryLog};
use events_schema::{
    Key, OwnedRecord, Source, Topic, announce, kind, operations::ParkedResumeRequested, parking::EventParked,
};
use inventory::Inventory;
use order::Order;
use payment::Payment;

use crate::{
    Frame,
    frame::{APPENDED, byte},
    samples::{fact_of, probes},
    stage::{Stage, put},
};

/// One record of any bytes on any topic of a running service: it is taken, passed over, or parked whole with a reason;
/// never lost, and never in the way of what comes after.
pub fn topic_record(bytes: &[u8]) {
    let mut rest = bytes;
    match byte(&mut rest) % 3 {
        0 => takes_or_parks::<Order>(rest),
        1 => takes_or_parks::<Inventory>(rest),
        _ => takes_or_parks::<Payment>(rest),
    }
}

fn takes_or_parks<S: Service + Default>(bytes: &[u8]) {
    let frame = Frame::read(bytes);
    let (topic, value) = (frame.topic, frame.value.clone());
    if topic == S::EMITS || topic.is_parked() {
        // Those are written by the services alone; a damaged one is the other doors' affair.
        return;
    }
    let log = MemoryLog::new(1);
    let unreadable = is_consumed::<S>(topic) && !is_readable::<S>(&frame.clone().at(0, 0));
    put(&log, frame);
    let mut stage = Stage::<S>::on(&log);
    runs(&mut stage);
    if is_consumed::<S>(topic) {
        assert_eq!(stage.position(topic), Some(1), "the record is behind us");
    }
    if topic != Topic::Operations {
        let kept = stage.committed(S::PARKED);
        assert_eq!(stage.parked().len(), usize::from(unreadable), "parked is what cannot be read");
        assert!(!unreadable || kept[0].value == value, "parked as it was");
    }
    let before = stage.words(0);
    let mut again = Stage::<S>::on(&log);
    runs(&mut again);
    assert_eq!(again.words(0), before, "a restart says nothing anew");
}

fn runs<S: Service + Default>(stage: &mut Stage<S>) {
    stage.settle().unwrap_or_else(|fatal| panic!("{} ended: {fatal}", S::SOURCE));
}

fn is_consumed<S: Service>(topic: Topic) -> bool {
    S::reactions().iter().any(|row| row.topic() == topic)
}

/// Whether the service can make something of it, be it only that it does not listen to it.
fn is_readable<S: Service>(record: &OwnedRecord) -> bool {
    let record = record.as_record();
    let Ok(kind) = kind(&record) else { return false };
    let row = S::reactions().iter().find(|row| row.topic() == record.place.topic && row.event() == kind);
    row.is_none_or(|row| row.hear(&record).is_ok())
}

/// Any record on the dead-letter topic, where an operator asks for what is parked to be tried again: the request is
/// carried out or refused, and the service runs on.
pub fn parked_record(bytes: &[u8]) {
    let log = MemoryLog::new(1);
    let subject: Key = "o-1".parse().unwrap_or_else(|_| unreachable!("a key"));
    put(&log, Frame { key: Some(b"o-1".to_vec()), ..Frame::of(Topic::Checkout, b"poison") });
    let mut stage = Stage::<Order>::on(&log);
    runs(&mut stage);
    put(&log, Frame { topic: Topic::OrderParked, ..Frame::read(bytes) });
    let resume = ParkedResumeRequested { service: Source::Order.name().to_owned(), by: None, reason: None };
    let id = events_schema::EventId::from(subject);
    put(&log, Frame::of(Topic::Operations, &announce(Source::Cli, id, subject, APPENDED, &resume)));
    runs(&mut stage);
    assert_eq!(stage.position(Topic::Operations), Some(1), "the request is behind us");
    stage.parked();
    let before = stage.words(0);
    let mut again = Stage::<Order>::on(&log);
    runs(&mut again);
    assert_eq!(again.words(0), before, "a restart says nothing anew");
}

/// Any bytes in the header by which the own log remembers positions: the service goes on where it says, or where the
/// log begins, or refuses to start because what it should go on from is gone.
pub fn positions_header(bytes: &[u8]) {
    let log = MemoryLog::new(1);
    let parked = EventParked {
        topic: "answer".to_owned(),
        partition: 0,
        offset: 0,
        reason: String::new(),
        corrects: None,
    };
    let headers = vec![("consumed".to_owned(), bytes.to_vec())];
    put(&log, Frame { headers, ..Frame::of(Topic::Orders, &fact_of(Source::Order, &parked)) });
    for (topic, value) in probes(Source::Order) {
        put(&log, Frame::of(topic, &value));
    }
    let mut stage = Stage::<Order>::on(&log);
    match stage.settle() {
        Ok(()) => drop(stage.parked()),
        Err(Fatal::Gone { next, start, .. }) => assert!(next < start),
        Err(fatal) => panic!("{fatal}"),
    }
}
