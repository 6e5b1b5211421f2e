//! The documents made from the contract: draft-07, AsyncAPI, and what a registry is told.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::{collections::BTreeSet, fs, path::PathBuf};

use contract::{asyncapi, draft7, registrations};
use events_schema::{Source, Topic, schema};
use serde_json::{Value, json};

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn sample(file: &str) -> Value {
    let text = fs::read_to_string(root().join("events-schema/samples").join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_schema_in_draft_07_judges_as_its_original_does() {
    for described in schema::all() {
        let old = draft7(&described.schema);
        assert_eq!(old["$schema"], "http://json-schema.org/draft-07/schema#");
        let validator = jsonschema::draft7::options().should_validate_formats(true).build(&old).unwrap();
        let modern = jsonschema::draft202012::options().should_validate_formats(true);
        let modern = modern.build(&described.schema).unwrap();
        let whole = sample(&described.file_name());
        assert!(validator.is_valid(&whole), "{}", described.event);
        for field in whole["data"].as_object().unwrap().keys() {
            for wrong in [json!(null), json!({ "a": 1 }), json!("No Such Thing!"), json!(-1)] {
                let mut other = whole.clone();
                other["data"][field] = wrong;
                assert_eq!(validator.is_valid(&other), modern.is_valid(&other), "{other}");
            }
        }
    }
}

#[test]
fn no_word_of_the_newer_draft_is_left_in_draft_07() {
    for described in schema::all() {
        let text = draft7(&described.schema).to_string();
        assert!(!text.contains("$defs") && !text.contains("2020-12"), "{}", described.event);
    }
}

#[test]
fn the_asyncapi_document_on_disk_is_that_of_the_contract() {
    let on_disk = fs::read_to_string(root().join("docs/asyncapi.json")).unwrap_or_default();
    assert!(
        on_disk == format!("{:#}\n", asyncapi()),
        "docs/asyncapi.json is stale: cargo run -p orderctl -- schemas asyncapi > docs/asyncapi.json"
    );
}

fn names(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_asyncapi_document_has_every_topic_and_every_event() {
    let document = asyncapi();
    assert_eq!(names(&document["channels"]), Topic::ALL.iter().map(|topic| topic.name()).collect());
    let mut expected: BTreeSet<&str> = schema::all().iter().map(|described| described.event).collect();
    expected.insert("ParkedRecord");
    assert_eq!(names(&document["components"]["messages"]), expected);
}

#[test]
fn the_asyncapi_document_says_what_each_service_receives_and_alone_sends() {
    let document = asyncapi();
    let operations = document["operations"].as_object().unwrap();
    let of = |action: &str, service: Source| -> BTreeSet<&str> {
        let begin = format!("{service}-{action}-");
        let found = operations.iter().filter(|(name, _)| name.starts_with(&begin));
        found
            .map(|(_, operation)| &operation["channel"]["$ref"].as_str().unwrap()["#/channels/".len()..])
            .collect()
    };
    assert_eq!(of("receive", Source::Payment), BTreeSet::from(["inventory", "operations", "orders"]));
    assert_eq!(of("send", Source::Payment), BTreeSet::from(["payment-parked", "payments"]));
    for topic in Topic::ALL {
        let senders = operations.values().filter(|operation| {
            operation["action"] == "send" && operation["channel"]["$ref"] == format!("#/channels/{topic}")
        });
        assert_eq!(senders.count(), 1, "{topic}");
    }
}

/// The schemas of all messages are put together: two of one name must be one.
#[test]
fn types_of_one_name_are_the_same_in_every_event() {
    let mut known: std::collections::BTreeMap<String, Value> = std::collections::BTreeMap::new();
    for described in schema::all() {
        for (name, of) in described.schema["$defs"].as_object().unwrap() {
            let before = known.entry(name.clone()).or_insert_with(|| of.clone());
            assert_eq!(before, of, "{name} of {}", described.event);
        }
    }
}

#[test]
fn every_event_is_registered_under_each_of_its_topics_with_the_prefix() {
    let all = registrations("test.", Value::clone);
    let subjects: BTreeSet<&str> = all.iter().map(|one| one.subject.as_str()).collect();
    assert_eq!(subjects.len(), all.len());
    for subject in
        ["test.checkout-OrderPlaced", "test.stock-transfers-StockAllotted", "test.payments-EventParked"]
    {
        assert!(subjects.contains(subject), "{subject}");
    }
    let places: usize = schema::all().iter().map(|described| described.topics.len()).sum();
    assert_eq!(all.len(), places);
}

#[test]
fn a_registration_carries_its_schema_as_text() {
    let all = registrations("", draft7);
    let body = all.iter().find(|one| one.subject == "orders-OrderAccepted").unwrap().body();
    assert_eq!(body["schemaType"], "JSON");
    let schema: Value = serde_json::from_str(body["schema"].as_str().unwrap()).unwrap();
    assert_eq!(
        (schema["$id"].as_str(), schema["title"].as_str()),
        (Some("urn:orders:OrderAccepted:1"), Some("OrderAccepted"))
    );
}
