//! `restore_damaged_log`: a service's own log, in which records were damaged or written by somebody else.
//!
//! A worker restores from it without a panic, and knows afterwards what it would know had the damaged records never
//! been there.

use choreography::{Input, Position, Service, memory::MemoryLog};
use events_schema::Topic;
use inventory::Inventory;
use order::Order;
use payment::Payment;

use crate::{
    Frame,
    frame::byte,
    samples::probes,
    stage::{PARTITION, Stage, Words, is_own_fact, put},
};

/// Records are cut out of the bytes: two bytes say how long each is.
pub fn restore_damaged_log(bytes: &[u8]) {
    let mut rest = bytes;
    let choice = byte(&mut rest);
    let late = (choice & 0x80 != 0).then(|| i64::from(byte(&mut rest)));
    match choice % 3 {
        0 => restores::<Order>(rest, late),
        1 => restores::<Inventory>(rest, late),
        _ => restores::<Payment>(rest, late),
    }
}

/// The bytes from which these records are cut.
pub(crate) fn joined(choice: u8, records: &[Vec<u8>]) -> Vec<u8> {
    let mut out = vec![choice];
    for record in records {
        out.extend_from_slice(&(record.len() as u16).to_le_bytes());
        out.extend_from_slice(record);
    }
    out
}

fn restores<S: Service + Default>(bytes: &[u8], late: Option<i64>) {
    let frames = cut::<S>(bytes);
    if let Some(from) = late {
        starts_late::<S>(&frames, from);
    }
    let whole = knows::<S>(frames.clone());
    let readable =
        frames.into_iter().filter(|frame| is_table(frame.topic) || is_own_fact::<S>(&frame.clone().at(0, 0)));
    assert_eq!(whole, knows::<S>(readable.collect()), "a damaged record changed what is known");
}

/// Own facts and rows of tables; headers are another door's affair.
fn cut<S: Service>(bytes: &[u8]) -> Vec<Frame> {
    let mut rest = bytes;
    let mut frames = Vec::new();
    while !rest.is_empty() && frames.len() < 64 {
        let long = usize::from(u16::from_le_bytes([byte(&mut rest), byte(&mut rest)])).min(rest.len());
        let (record, tail) = rest.split_at(long);
        rest = tail;
        let frame = Frame::read(record);
        let topic = if is_table(frame.topic) { frame.topic } else { S::EMITS };
        frames.push(Frame { topic, headers: Vec::new(), ..frame });
    }
    frames
}

fn is_table(topic: Topic) -> bool {
    topic.is_compacted()
}

/// What the service says to a few events after it restored from these records.
fn knows<S: Service + Default>(frames: Vec<Frame>) -> Vec<Words> {
    let log = MemoryLog::new(1);
    frames.into_iter().for_each(|frame| put(&log, frame));
    let mut stage = Stage::<S>::on(&log);
    let settle = |stage: &mut Stage<S>| {
        stage.settle().unwrap_or_else(|fatal| panic!("{} does not restore: {fatal}", S::SOURCE));
    };
    settle(&mut stage);
    let before = stage.committed(S::EMITS).len();
    for (topic, value) in probes(S::SOURCE) {
        put(&log, Frame::of(topic, &value));
    }
    settle(&mut stage);
    stage.words(before)
}

/// Restores from a committed mark, which may point into the middle of an order's story.
fn starts_late<S: Service + Default>(frames: &[Frame], from: i64) {
    let log = MemoryLog::new(1);
    frames.iter().for_each(|frame| put(&log, frame.clone()));
    let own = Input { topic: S::EMITS, partition: PARTITION };
    let consumed = S::reactions().iter().map(|row| row.topic()).chain([Topic::Operations]);
    let mut positions: Vec<Position> =
        consumed.map(|topic| Position { input: Input { topic, partition: PARTITION }, next: 0 }).collect();
    positions.push(Position { input: own, next: from.min(log.bounds(own).end) });
    log.store_positions(S::SOURCE.name(), &positions);
    let mut stage = Stage::<S>::on(&log);
    for (topic, value) in probes(S::SOURCE) {
        put(&log, Frame::of(topic, &value));
    }
    stage.settle().unwrap_or_else(|fatal| panic!("{} does not restore: {fatal}", S::SOURCE));
    stage.parked();
}
