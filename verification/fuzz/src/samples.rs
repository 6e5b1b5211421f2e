//! The golden samples of the contract, as records, and as what a service is asked to see what it knows.

use std::sync::OnceLock;

use events_schema::{Event, EventId, Key, Source, Topic, announce, schema};

use crate::Frame;

/// A golden sample: one event byte for byte as it is written.
#[derive(Clone)]
pub struct Sample {
    /// The event's name.
    pub event: &'static str,
    /// Where it is written.
    pub topics: &'static [Topic],
    /// The event.
    pub text: Vec<u8>,
}

impl Sample {
    /// The sample as a record on the first of its topics.
    pub fn frame(&self) -> Frame {
        Frame::of(self.topics[0], &self.text)
    }
}

/// Every event's sample, read once.
pub fn samples() -> &'static [Sample] {
    static SAMPLES: OnceLock<Vec<Sample>> = OnceLock::new();
    SAMPLES.get_or_init(|| schema::all().into_iter().map(sample).collect())
}

fn sample(of: schema::Described) -> Sample {
    let path = format!("{}/../../events-schema/samples/{}", env!("CARGO_MANIFEST_DIR"), of.file_name());
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    Sample { event: of.event, topics: of.topics, text }
}

/// What the sample of an event is about.
pub(crate) fn subject_of(event: &str) -> Key {
    let sample = samples().iter().find(|sample| sample.event == event);
    let record = sample.unwrap_or_else(|| panic!("no sample of {event}")).frame().at(0, 0);
    let opened = events_schema::open(&record.as_record());
    opened.unwrap_or_else(|error| panic!("the sample of {event}: {error}")).subject
}

/// What a service hears, of the samples: one of each event, to see what it makes of them.
pub(crate) fn probes(service: Source) -> impl Iterator<Item = (Topic, Vec<u8>)> {
    let topics: &[Topic] = match service {
        Source::Order => &[Topic::Checkout, Topic::Inventory, Topic::Payments],
        Source::Inventory => &[Topic::Orders, Topic::Payments, Topic::Warehouse, Topic::StockTransfers],
        _ => &[Topic::Orders, Topic::Inventory],
    };
    let hears = |sample: &&Sample| !sample.event.starts_with("Event") || sample.event == "EventParked";
    let on = move |sample: &Sample| sample.topics.iter().copied().find(|topic| topics.contains(topic));
    samples().iter().filter(hears).filter_map(move |sample| Some((on(sample)?, sample.text.clone())))
}

/// An event as a service writes it, about the order of the samples.
pub(crate) fn fact_of<E: Event>(source: Source, event: &E) -> Vec<u8> {
    let subject: Key = "o-1".parse().unwrap_or_else(|_| unreachable!("a key"));
    announce(source, EventId::from(subject), subject, crate::frame::APPENDED, event)
}
