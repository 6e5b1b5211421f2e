//! What the tests work with: records by hand, the samples, and readers for events of any type.

use std::{fs, path::PathBuf};

use events_schema::{
    Fact, Headers, Heard, Malformed, NoHeaders, OwnedHeaders, Place, Record, Timestamp, Topic,
    checkout::CheckoutEvent, customers::CustomerEvent, inventory::InventoryFact, kind,
    operations::OperationEvent, orders::OrderFact, parking::ParkingFact, payments::PaymentFact,
    schema::Described, warehouse::WarehouseEvent,
};

/// Where the records of these tests stand, unless they say otherwise.
pub fn place(topic: Topic) -> Place {
    Place { topic, partition: 3, offset: 1234 }
}

/// When they were appended.
pub const APPENDED: Timestamp = Timestamp(1_780_000_000_123_000);

/// A record without key and headers.
pub fn record(topic: Topic, value: &[u8]) -> Record<'_> {
    Record { place: place(topic), appended: APPENDED, key: None, value: Some(value), headers: &NoHeaders }
}

/// The same with a key.
pub fn keyed<'a>(topic: Topic, key: &'a str, value: &'a str) -> Record<'a> {
    Record { key: Some(key.as_bytes()), ..record(topic, value.as_bytes()) }
}

/// The same with headers.
pub fn with_headers<'a>(record: Record<'a>, headers: &'a dyn Headers) -> Record<'a> {
    Record { headers, ..record }
}

/// Headers of these names and values.
pub fn headers(each: &[(&str, &str)]) -> OwnedHeaders {
    each.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect()
}

/// An event that was read, with its data written again.
pub type Reread = Heard<String>;

/// Reads the record as the event called `kind` and writes its data again; `None`: no event is called so.
pub fn reread_as(kind: &str, record: &Record<'_>) -> Option<Result<Reread, Malformed>> {
    None.or_else(|| through::<CheckoutEvent>(kind, record))
        .or_else(|| through::<OrderFact>(kind, record))
        .or_else(|| through::<InventoryFact>(kind, record))
        .or_else(|| through::<PaymentFact>(kind, record))
        .or_else(|| through::<WarehouseEvent>(kind, record))
        .or_else(|| through::<CustomerEvent>(kind, record))
        .or_else(|| through::<OperationEvent>(kind, record))
        .or_else(|| through::<ParkingFact>(kind, record))
}

/// Reads the record as the event it says it is.
pub fn reread(record: &Record<'_>) -> Option<Result<Reread, Malformed>> {
    reread_as(&kind(record).ok()?, record)
}

fn through<F: Fact>(kind: &str, record: &Record<'_>) -> Option<Result<Reread, Malformed>> {
    let read = F::read(kind, record).transpose()?;
    Some(read.map(|heard| heard.map(|fact| data_of(&fact))))
}

fn data_of<F: Fact>(fact: &F) -> String {
    let mut data = Vec::new();
    fact.write_data(&mut data);
    String::from_utf8(data).expect("JSON is UTF-8")
}

/// A golden sample: the exact bytes of one event as we write it.
pub struct Sample {
    pub described: Described,
    pub text: String,
}

impl Sample {
    /// The sample as a record on the event's first topic.
    pub fn record(&self) -> Record<'_> {
        record(self.described.topics[0], self.text.as_bytes())
    }
}

/// Every event's sample.
pub fn samples() -> Vec<Sample> {
    events_schema::schema::all().into_iter().map(sample_of).collect()
}

/// The sample of one event.
pub fn sample(event: &str) -> Sample {
    samples().into_iter().find(|sample| sample.described.event == event).expect("an event of the contract")
}

fn sample_of(described: Described) -> Sample {
    let path = folder("samples").join(described.file_name());
    let text = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; every event needs a sample", path.display()));
    Sample { described, text }
}

/// A folder of this crate.
pub fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The names of the files in a folder of this crate, sorted.
pub fn files(name: &str) -> Vec<String> {
    let entries = fs::read_dir(folder(name)).expect("the folder is part of the crate");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("a readable folder").file_name().into_string().expect("names are UTF-8"))
        .collect();
    names.sort();
    names
}
