//! The compatibility gate: today's schemas against those of every release, for old readers and new ones.
//!
//! It is red? Read docs/EVOLUTION.md. Either the change can be made otherwise, or it is a new event.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::{fs, path::PathBuf};

use contract::{Release, broken};
use serde_json::{Value, json};

/// Breaks that were decided on, as the gate's sentence begins; each with the decision that says why.
const ACCEPTED: &[(&str, &str)] = &[];

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../events-schema/released"))
}

fn releases() -> Vec<Release> {
    let names =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.iter().map(|name| release(name)).collect()
}

fn release(name: &str) -> Release {
    let files = fs::read_dir(folder().join(name).join("schemas")).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        (path.display().to_string(), fs::read_to_string(&path).unwrap())
    });
    Release::of_files(name, files.collect()).unwrap()
}

#[test]
fn nothing_a_release_reads_or_wrote_is_broken_today() {
    let (releases, now) = (releases(), Release::current());
    let sentences = releases.iter().flat_map(|old| broken(old, &now)).map(|one| one.to_string());
    let accepted = |sentence: &String| ACCEPTED.iter().any(|(begin, _)| sentence.starts_with(begin));
    let broken: Vec<String> = sentences.filter(|sentence| !accepted(sentence)).collect();
    assert!(broken.is_empty(), "breaks: {}; see docs/EVOLUTION.md\n{}", broken.len(), broken.join("\n"));
}

/// A writer that keeps silent about a second version would have its records taken for the first.
#[test]
fn no_event_has_a_second_version_while_services_do_not_write_dataschema() {
    let later = events_schema::schema::all().into_iter().find(|described| described.version != 1);
    assert_eq!(later.map(|described| described.event), None, "first have Envelope write dataschema");
}

#[test]
fn releases_are_whole() {
    let releases = releases();
    assert!(releases.iter().any(|release| release.name == "0.1.0" && release.schemas.len() == 51));
}

/// What the gate says when the schema of an event becomes another one.
fn said(event: &str, change: impl FnOnce(&mut Value)) -> Vec<String> {
    let (old, mut new) = (release("0.1.0"), release("0.1.0"));
    change(new.schemas.get_mut(event).unwrap());
    broken(&old, &new).iter().map(ToString::to_string).collect()
}

fn data<'a>(schema: &'a mut Value, of: &str) -> &'a mut Value {
    &mut schema["$defs"][of]
}

#[test]
fn a_changed_field_is_told_with_the_services_on_both_sides() {
    let said = said("StockReserved", |schema| {
        data(schema, "StockReserved")["properties"]["customer_id"] = json!({ "type": "integer" });
    });
    assert_eq!(
        said[..2],
        [
            "StockReserved: data.customer_id was string and is integer: inventory, payment could not read what 0.1.0 \
             wrote",
            "StockReserved: data.customer_id was string and is integer: inventory, payment of 0.1.0 could not read what \
             is written now",
        ]
    );
}

#[test]
fn a_removed_enum_value_is_told_with_who_still_meets_it() {
    let said = said("OrderCancelled", |schema| {
        data(schema, "CancelReason")["oneOf"].as_array_mut().unwrap().pop();
    });
    assert_eq!(
        said,
        [
            "OrderCancelled: data.reason lost the value \"expired\": order, inventory, payment could not read what 0.1.0 \
          wrote"
        ]
    );
}

#[test]
fn an_added_enum_value_is_told_with_who_does_not_know_it() {
    let said = said("PaymentFailed", |schema| {
        let values = data(schema, "FailureReason")["oneOf"].as_array_mut().unwrap();
        values.push(json!({ "const": "card_expired", "type": "string" }));
    });
    assert_eq!(
        said,
        [
            "PaymentFailed: data.reason has the new value \"card_expired\": order, inventory, payment of 0.1.0 could not \
          read what is written now"
        ]
    );
}

#[test]
fn a_newly_required_field_is_told_with_who_misses_it_in_the_log() {
    let said = said("OrderPlaced", |schema| {
        data(schema, "OrderPlaced")["properties"]["channel"] = json!({ "type": "string" });
        data(schema, "OrderPlaced")["required"].as_array_mut().unwrap().push(json!("channel"));
    });
    assert_eq!(said, ["OrderPlaced: data.channel is newly required: order could not read what 0.1.0 wrote"]);
}

#[test]
fn a_removed_field_is_told_with_who_looks_for_it() {
    let said = said("StockReserved", |schema| {
        data(schema, "StockReserved")["properties"].as_object_mut().unwrap().remove("total");
    });
    assert_eq!(
        said,
        ["StockReserved: data.total is removed: inventory, payment of 0.1.0 would look for it in vain"]
    );
}

#[test]
fn an_event_that_is_gone_and_one_of_another_version_are_told() {
    let (old, mut new) = (release("0.1.0"), release("0.1.0"));
    new.schemas.remove("StockShipped");
    new.schemas.get_mut("OrderConfirmed").unwrap()["$id"] = json!("urn:orders:OrderConfirmed:2");
    let said: Vec<String> = broken(&old, &new).iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "OrderConfirmed: version 1 became 2: order, inventory of 0.1.0 could not read what is written now",
            "StockShipped: there is no such event any more: order, inventory would pass over what 0.1.0 wrote",
        ]
    );
}

#[test]
fn an_optional_field_and_a_new_event_break_nobody() {
    let optional = said("OrderAccepted", |schema| {
        data(schema, "OrderAccepted")["properties"]["gift"] = json!({ "type": ["boolean", "null"] });
    });
    assert_eq!(optional, [""; 0]);
    let (mut old, new) = (release("0.1.0"), release("0.1.0"));
    old.schemas.remove("StockShipped");
    assert_eq!(broken(&old, &new), []);
}

#[test]
fn a_file_that_is_no_schema_is_named() {
    let wrong = |text: &str| {
        Release::of_files("x", vec![("a.json".to_owned(), text.to_owned())]).unwrap_err().to_string()
    };
    assert!(wrong("{").starts_with("a.json: not JSON: "));
    assert_eq!(wrong("{}"), "a.json: no \"$id\" like urn:orders:OrderPlaced:1");
}
