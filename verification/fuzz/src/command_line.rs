//! `cli_arguments`, `ndjson_orders`: what people type, and what they keep in files of orders.

use events_schema::{
    EventId, Heard, NoHeaders, Place, Record, Source, Topic, announce, checkout::OrderPlaced, read,
};

use crate::{bound::bounded, frame::APPENDED};

/// One word a line after the program's name: it is understood, or refused in words.
pub fn cli_arguments(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let words: Vec<String> =
        std::iter::once("orderctl").chain(text.lines().take(40)).map(str::to_owned).collect();
    if let Err(refusal) = orderctl::read_arguments(&words) {
        assert!(!refusal.to_string().is_empty());
    }
}

/// Lines for `orderctl place --file`: each is an order that its reader gets as it was meant, or refused in words.
pub fn ndjson_orders(bytes: &[u8]) {
    bounded(bytes.len(), || {
        for line in String::from_utf8_lossy(bytes).lines() {
            match orderctl::read_order_line(line) {
                Ok((order, placed)) => arrives(order, placed),
                Err(words) => assert!(!words.is_empty()),
            }
        }
    });
}

fn arrives(order: events_schema::Key, placed: OrderPlaced) {
    let place = Place { topic: Topic::Checkout, partition: 0, offset: 0 };
    let id = EventId::of_place(place);
    let value = announce(Source::Cli, id, order, APPENDED, &placed);
    let record = Record {
        place,
        appended: APPENDED,
        key: Some(order.as_bytes()),
        value: Some(&value),
        headers: &NoHeaders,
    };
    let heard = Heard { id, subject: order, time: APPENDED, traceparent: None, place, data: placed };
    assert_eq!(read::<OrderPlaced>(&record), Ok(heard), "what was placed is not what is read");
}
