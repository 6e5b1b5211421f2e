//! Golden samples and JSON Schemas: what stands on disk is what we write, and what was ever written can be read.

use std::fs;

use events_schema::{Envelope, EventId, Key, Place, Source, open, schema};
use serde_json::{Value, json};

use crate::desk::{files, folder, record, reread, sample, samples};

/// What the sample of each service's event answers: the place of the record consumed, or the id of the own fact that
/// was waiting for something; and the how-manieth fact of that decision it is.
#[rustfmt::skip]
const CAUSES: &[(&str, &str, usize)] = &[
    ("OrderAccepted", "checkout-1@41", 0),
    ("StockReserved", "orders-1@120", 0),
    ("PaymentStarted", "inventory-1@208", 0),
    ("PaymentCaptured", "48f92746-8817-5e04-a938-8bcd1b3c41b7", 0),
    ("OrderConfirmed", "payments-1@77", 0),
    ("StockShipped", "orders-1@121", 0),
    ("OrderCompleted", "inventory-1@209", 0),
    ("OrderRejected", "checkout-1@17", 0),
    ("PaymentFailed", "30640547-c856-585c-a83a-aeb21cb85ca5", 0),
    ("StockReleased", "payments-1@91", 0),
    ("ReservationQueued", "orders-2@140", 0),
    ("StockRequested", "orders-2@140", 1),
    ("StockRequestQueued", "stock-transfers-2@5", 0),
    ("StockRecalled", "stock-transfers-2@5", 1),
    ("StockReturned", "stock-transfers-2@8", 0),
    ("StockTakenBack", "stock-transfers-2@6", 0),
    ("StockDenied", "stock-transfers-2@6", 1),
    ("StockRejected", "stock-transfers-2@9", 1),
    ("OrderCancelled", "inventory-2@310", 0),
    ("ReservationDropped", "orders-1@150", 0),
    ("PaymentVoided", "orders-1@150", 0),
    ("OrderCancellationRefused", "checkout-0@71", 0),
    ("RefundStarted", "orders-1@160", 0),
    ("RefundFailed", "4e1587fb-251f-52bf-a359-08d47604374b", 0),
    ("PaymentRefunded", "4e1587fb-251f-52bf-a359-08d47604374b", 1),
    ("StockAdded", "warehouse-0@3", 0),
    ("StockAllotted", "warehouse-0@3", 1),
    ("StockShelved", "stock-transfers-1@10", 0),
    ("StockWrittenOff", "warehouse-0@4", 0),
    ("StockShortage", "warehouse-0@4", 1),
    ("StockCorrectionRefused", "warehouse-0@5", 0),
    ("StockCounted", "warehouse-0@6", 1),
    ("ProductPublished", "warehouse-0@7", 0),
    ("EventParked", "checkout-0@90", 0),
    ("EventResumed", "operations-0@0", 0),
    ("EventDiscarded", "operations-0@1", 0),
    ("EventForwarded", "checkout-0@12", 0),
];

#[test]
fn schemas_on_disk_are_those_of_the_types() {
    for described in schema::all() {
        let name = described.file_name();
        let on_disk = fs::read_to_string(folder("schemas").join(&name)).unwrap_or_default();
        assert!(
            on_disk == format!("{:#}\n", described.schema),
            "events-schema/schemas/{name} is not the schema of {}. If the type was changed on purpose (only optional \
             fields may be added): cargo run -p events-schema --example write_schemas",
            described.event
        );
    }
}

#[test]
fn every_event_has_a_schema_and_a_sample_and_nothing_else_has() {
    let mut expected: Vec<String> = schema::all().iter().map(schema::Described::file_name).collect();
    expected.sort();
    assert_eq!(files("schemas"), expected);
    assert_eq!(files("samples"), expected);
}

#[test]
fn every_sample_is_read() {
    for sample in samples() {
        let event = sample.described.event;
        let heard = reread(&sample.record()).unwrap_or_else(|| panic!("{event} has no reader"));
        let heard = heard.unwrap_or_else(|error| panic!("sample {event}: {error}"));
        assert!(heard.time.to_string().starts_with("2024-11-15T"), "{event}: {}", heard.time);
    }
}

#[test]
fn every_sample_is_written_again_byte_for_byte() {
    for sample in samples() {
        let opened = open(&sample.record()).unwrap();
        let heard = reread(&sample.record()).unwrap().unwrap();
        let time = opened.time.to_string();
        let envelope = Envelope {
            kind: &opened.kind,
            id: opened.id,
            source: Source::from_name(&opened.source).unwrap(),
            subject: opened.subject,
            time: &time,
            causationid: opened.causationid,
            traceparent: opened.traceparent,
        };
        let mut written = Vec::new();
        envelope.write(&mut written, |out| out.extend_from_slice(heard.data.as_bytes()));
        assert_eq!(String::from_utf8(written).unwrap(), sample.text);
    }
}

#[test]
fn every_sample_satisfies_its_schema() {
    for sample in samples() {
        let validator = jsonschema::validator_for(&sample.described.schema).unwrap();
        let value: Value = serde_json::from_str(&sample.text).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", sample.described.event);
    }
}

#[test]
fn the_schema_of_a_fact_refuses_what_we_would_never_write() {
    let sample = sample("StockReserved");
    let validator = jsonschema::validator_for(&sample.described.schema).unwrap();
    let whole: Value = serde_json::from_str(&sample.text).unwrap();
    let mut without_total = whole.clone();
    without_total["data"].as_object_mut().unwrap().remove("total");
    let mut nothing_reserved = whole.clone();
    nothing_reserved["data"]["lines"][0]["quantity"] = json!(0);
    let mut misspelt = whole.clone();
    misspelt["data"]["expires"] = json!("2024-11-15T05:48:09.504457Z");
    assert!(validator.is_valid(&whole));
    assert!(!validator.is_valid(&without_total));
    assert!(!validator.is_valid(&nothing_reserved));
    assert!(!validator.is_valid(&misspelt));
}

#[test]
fn fields_of_a_later_version_of_us_are_stepped_over() {
    for sample in samples() {
        let before = reread(&sample.record()).unwrap().unwrap();
        let mut value: Value = serde_json::from_str(&sample.text).unwrap();
        value["data"]["a_field_of_tomorrow"] = json!({"deep": [1, "two", null]});
        value["an_attribute_of_tomorrow"] = json!("x");
        let slow = value.to_string();
        let fast = sample.text.replacen("\"data\":{", "\"tomorrow\":[{}],\"data\":{\"tomorrow\":1.5e3,", 1);
        let fast = fast.replace(",}", "}");
        for later in [slow, fast] {
            let after = reread(&record(sample.described.topics[0], later.as_bytes())).unwrap();
            assert_eq!(after.unwrap_or_else(|error| panic!("{later}: {error}")), before);
        }
    }
}

#[test]
fn the_ids_of_our_samples_follow_from_what_they_answer() {
    for (event, cause, ordinal) in CAUSES {
        let sample = sample(event);
        let opened = open(&sample.record()).unwrap();
        let emitter = Source::from_name(&opened.source).unwrap();
        let expected = match cause.parse::<Place>() {
            Ok(place) => EventId::of_record(emitter, place, event, *ordinal),
            Err(_) => {
                EventId::of_fact(emitter, EventId::from(cause.parse::<Key>().unwrap()), event, *ordinal)
            }
        };
        assert_eq!(opened.id, expected, "{event}");
        assert!(opened.causationid.is_some(), "{event} says what it answers");
    }
}

#[test]
fn every_event_of_a_service_has_a_derived_id_in_its_sample() {
    let derived: Vec<&str> = CAUSES.iter().map(|(event, ..)| *event).collect();
    for sample in samples() {
        let ours = sample.described.topics[0].owner().is_some();
        assert_eq!(derived.contains(&sample.described.event), ours, "{}", sample.described.event);
    }
}
