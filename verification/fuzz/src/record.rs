//! `event_record`: a record's bytes into the codec.
//!
//! Nothing panics; the fast and the generous way agree; what is read is written and read again as itself; fields of a
//! later version change nothing; forwarding keeps every byte of the data.

use events_schema::{
    Envelope, Fact, Heard, Key, NoHeaders, OwnedRecord, Record, Source, Topic, checkout::CheckoutEvent,
    customers::CustomerEvent, forwarded, inventory::InventoryFact, kind, open, operations::OperationEvent,
    orders::OrderFact, parking::ParkingFact, payments::PaymentFact, warehouse::WarehouseEvent,
};

use crate::{bound::bounded, frame::Frame};

/// Reads one framed record ([`Frame`]) in every way there is.
pub fn event_record(bytes: &[u8]) {
    let record = Frame::read(bytes).at(3, 1_234);
    bounded(bytes.len(), || {
        let record = record.as_record();
        let _ = kind(&record).map(|kind| as_every_writer(&kind, &record));
        forwards_the_same(&record);
    });
}

fn as_every_writer(kind: &str, record: &Record<'_>) {
    let ways = [
        agrees::<CheckoutEvent>,
        agrees::<OrderFact>,
        agrees::<InventoryFact>,
        agrees::<PaymentFact>,
        agrees::<WarehouseEvent>,
        agrees::<CustomerEvent>,
        agrees::<OperationEvent>,
        agrees::<ParkingFact>,
    ];
    ways.iter().for_each(|way| way(kind, record));
}

fn agrees<F: Fact + PartialEq + std::fmt::Debug>(kind: &str, record: &Record<'_>) {
    let read = F::read(kind, record);
    if let Some(slow) = record.value.and_then(with_a_blank) {
        // A blank behind the brace is not as we write it, so that the fast way leaves it alone.
        let slow = F::read(kind, &Record { value: Some(&slow), ..*record });
        assert_eq!(read.as_ref().ok(), slow.as_ref().ok(), "the fast and the generous way disagree");
    }
    if let Ok(Some(heard)) = read {
        reads_back(&heard, record.place.topic);
    }
}

fn with_a_blank(value: &[u8]) -> Option<Vec<u8>> {
    Some([b"{ ", value.strip_prefix(b"{")?].concat())
}

/// Written as we write, the event is read as itself, now and by those who know less than its writer.
fn reads_back<F: Fact + PartialEq + std::fmt::Debug>(heard: &Heard<F>, topic: Topic) {
    let written = written(heard, Source::Order);
    let later = with_fields_of_tomorrow(&written);
    for value in [&written, &later] {
        let again = OwnedRecord { value: Some(value.clone()), ..Frame::of(topic, &[]).at(3, 1_234) };
        let again = F::read(heard.data.event(), &again.as_record());
        let again = again.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(value)));
        assert_eq!(again.as_ref(), Some(heard), "{}", String::from_utf8_lossy(value));
    }
}

/// The event as a service writes it.
pub(crate) fn written<F: Fact>(heard: &Heard<F>, source: Source) -> Vec<u8> {
    let mut out = Vec::new();
    let time = heard.time.to_string();
    let envelope = Envelope {
        kind: heard.data.event(),
        id: heard.id,
        source,
        subject: heard.subject,
        time: &time,
        causationid: None,
        traceparent: heard.traceparent,
    };
    envelope.write_fact(&mut out, &heard.data);
    out
}

/// The same with an attribute and a field nobody knows today.
fn with_fields_of_tomorrow(written: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(written);
    // Nothing before the data can hold these characters: names of ours, keys and times.
    let (envelope, data) = text.split_once("\"data\":{").unwrap_or_else(|| panic!("no data: {text}"));
    let comma = if data.starts_with('}') { "" } else { "," };
    format!("{envelope}\"of_tomorrow\":[{{}}],\"data\":{{\"of_tomorrow\":1.5e3{comma}{data}").into_bytes()
}

/// A forwarded event is the same event, and forwarded once more it stays as it is.
fn forwards_the_same(record: &Record<'_>) {
    let mut first = Vec::new();
    let (before, subject) = match (open(record), forwarded(record, &mut first)) {
        (Ok(before), Ok(subject)) => (before, subject),
        (Err(_), Err(_)) => return,
        (opened, forwarded) => panic!("opened: {opened:?}, forwarded: {forwarded:?}"),
    };
    let elsewhere =
        Record { key: Some(subject.as_bytes()), value: Some(&first), headers: &NoHeaders, ..*record };
    let after =
        open(&elsewhere).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&first)));
    assert_eq!((after.id, after.subject, after.time), (before.id, before.subject, before.time));
    assert_eq!((after.kind, after.data.get()), (before.kind, before.data.get()), "data must not be touched");
    let mut second = Vec::new();
    assert_eq!(forwarded(&elsewhere, &mut second), Ok::<Key, _>(subject));
    assert_eq!(first, second);
}
