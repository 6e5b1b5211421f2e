//! `schemas`: what is listed, judged, written as a document and registered. No broker is asked.

use std::{collections::BTreeSet, io::Write, process::Stdio};

use events_schema::schema;
use serde_json::{Value, json};

use crate::{
    registry::Registry,
    stage::{Run, orderctl},
};

const RELEASED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../events-schema/released/0.1.0");

fn run(args: &[&str]) -> Run {
    Run::from(orderctl(&[&["schemas"], args].concat()).output().unwrap())
}

/// `schemas check -` with these lines on stdin.
fn checked(lines: &[&str], output: &str) -> Run {
    let mut command = orderctl(&["schemas", "check", "-", "--output", output]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.join("\n").as_bytes()).unwrap();
    Run::from(child.wait_with_output().unwrap())
}

fn registered(address: &str, more: &[&str]) -> Run {
    run(&[&["register", "--registry", address, "--output", "json"], more].concat())
}

fn states(rows: &Value) -> BTreeSet<&str> {
    rows.as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect()
}

#[test]
fn every_event_is_listed_with_who_says_it_and_who_listens() {
    let rows = run(&["list", "--output", "json"]).ends_with(0).json();
    assert_eq!(rows.as_array().unwrap().len(), schema::all().len());
    let of = |event: &str| rows.as_array().unwrap().iter().find(|row| row["event"] == event).unwrap().clone();
    assert_eq!(
        of("OrderCancelled"),
        json!({ "event": "OrderCancelled", "version": 1, "topics": ["orders"], "producers": ["order"],
            "listeners": ["inventory", "payment"] })
    );
    assert_eq!(
        (&of("OrderPlaced")["producers"], &of("OrderRejected")["for_others"]),
        (&json!(["front ends"]), &json!("the customer"))
    );
    let page = run(&["list"]).ends_with(0).out;
    assert!(page.contains("StockReserved") && page.contains("(the customer)"), "{page}");
}

#[test]
fn a_schema_is_shown_in_either_draft() {
    let newest = run(&["show", "OrderPlaced"]).ends_with(0).json();
    let old = run(&["show", "OrderPlaced", "--draft", "7"]).ends_with(0).json();
    assert_eq!(newest["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(old["$schema"], "http://json-schema.org/draft-07/schema#");
    assert!(newest["$defs"].is_object() && old["definitions"].is_object());
    let unknown = run(&["show", "OrderMisplaced"]).ends_with(66);
    assert_eq!(unknown.err, "no event is called OrderMisplaced; list all: orderctl schemas list\n");
}

#[test]
fn events_are_judged_as_the_services_would() {
    let lines = [
        r#"{"type":"OrderPlaced","data":{"customer_id":"ada","lines":[],"payment":{"method":"card","token":"t"}}}"#,
        "",
        r#"{"type":"OrderPlaced","data":{"customer_id":"ada","lines":"two mugs","payment":{"method":"card","token":"t"}}}"#,
        "garbage",
        r#"{"type":"OrderMisplaced","data":{}}"#,
        r#"{"type":"StockReceived","subject":"mug","data":{"quantity":3,"colour":"blue"}}"#,
    ];
    let page = checked(&lines, "text").ends_with(65);
    assert_eq!(
        page.out.lines().collect::<Vec<_>>(),
        [
            "line 3: OrderPlaced: data of OrderPlaced: lines: expected a list, found string",
            "line 4: not JSON: expected value at line 1 column 1",
            "line 5: OrderMisplaced: no event is called so; services would pass over it",
            "line 6: StockReceived: data.colour is no field of it; it would be stepped over",
            "events: 5, wrong: 3",
        ]
    );
    assert_eq!(page.err, "wrong: 3 of 5 events, see above\n");
    let json = checked(&lines[5..], "json").ends_with(0).json();
    assert_eq!(
        json["unknown_fields"],
        json!([{ "line": 1, "event": "StockReceived", "what": "data.colour" }])
    );
}

#[test]
fn every_released_sample_is_right() {
    let lines: Vec<String> = std::fs::read_dir(format!("{RELEASED}/samples"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let page = checked(&lines, "text").ends_with(0).out;
    assert_eq!(page, format!("events: {}, wrong: 0\n", lines.len()));
}

#[test]
fn a_release_that_is_read_today_breaks_nobody() {
    let page = run(&["check", RELEASED]).ends_with(0).out;
    assert!(page.ends_with(" schemas of 0.1.0 compared with today's, breaks: 0\n"), "{page}");
}

#[test]
fn a_release_with_what_is_no_longer_read_is_told_with_whom_it_breaks() {
    let folder = std::env::temp_dir().join(format!("orderctl-schemas-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut older =
        schema::all().into_iter().find(|described| described.event == "OrderCompleted").unwrap().schema;
    older["$defs"]["OrderCompleted"]["properties"] = json!({ "at": { "type": "string" } });
    std::fs::write(folder.join("OrderCompleted.v1.json"), older.to_string()).unwrap();
    let text = run(&["check", folder.to_str().unwrap()]).ends_with(65);
    let json = run(&["check", folder.to_str().unwrap(), "--output", "json"]).ends_with(65).json();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(text.out.contains("OrderCompleted: data.at is removed: order of "), "{}", text.out);
    assert_eq!(
        (&json["breaks"][0]["breaks"], &json["breaks"][0]["services"]),
        (&json!("old_readers"), &json!(["order"]))
    );
}

#[test]
fn what_is_not_there_ends_with_66() {
    run(&["check", "/does/not/exist"]).ends_with(66);
    let empty = run(&["check", concat!(env!("CARGO_MANIFEST_DIR"), "/src")]).ends_with(66);
    assert!(empty.err.contains("no file ends in .json"), "{}", empty.err);
}

#[test]
fn asyncapi_prints_the_document() {
    let document = run(&["asyncapi"]).ends_with(0).json();
    assert_eq!(
        (&document["asyncapi"], document["channels"].as_object().unwrap().len()),
        (&json!("3.0.0"), 12)
    );
}

#[test]
fn schemas_are_registered_once_with_their_rule() {
    let registry = Registry::default();
    let address = registry.open();
    let first = registered(&address, &[]).ends_with(0).json();
    assert_eq!(states(&first), BTreeSet::from(["registered"]));
    let rules: BTreeSet<String> = registry.kept().rules.values().cloned().collect();
    assert_eq!(rules, BTreeSet::from(["BACKWARD_TRANSITIVE".to_owned()]));
    assert!(registry.kept().subjects.contains_key("orders-OrderAccepted"));
    let again = registered(&address, &["--compatibility", "full"]).ends_with(0).json();
    assert_eq!(states(&again), BTreeSet::from(["unchanged"]));
    assert_eq!(again[0]["id"], first[0]["id"]);
    assert_eq!(registry.kept().rules["orders-OrderAccepted"], "FULL");
}

#[test]
fn subjects_begin_with_the_prefix_of_the_topics() {
    let registry = Registry::default();
    registered(&registry.open(), &["--prefix", "test."]).ends_with(0);
    let kept = registry.kept();
    assert!(kept.subjects.keys().all(|subject| subject.starts_with("test.")), "{:?}", kept.subjects.keys());
}

#[test]
fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let registry = Registry::default();
    let rows = registered(&registry.open(), &["--dry-run"]).ends_with(0).json();
    assert_eq!((states(&rows), registry.kept().writes), (BTreeSet::from(["would_register"]), 0));
}

#[test]
fn a_schema_the_registry_refuses_ends_with_65_and_the_others_are_registered() {
    let registry = Registry::default();
    let address = registry.open();
    let wider = json!({ "properties": { "type": { "enum": ["OrderAccepted", "OrderTaken"] } } });
    registry.kept().subjects.insert("orders-OrderAccepted".to_owned(), vec![wider]);
    let dry = registered(&address, &["--dry-run"]).ends_with(65);
    assert_eq!(states(&dry.json()), BTreeSet::from(["refused", "would_register"]));
    assert_eq!(registry.kept().writes, 0);
    let run = registered(&address, &[]).ends_with(65);
    assert!(run.err.starts_with("the registry refuses 1 of "), "{}", run.err);
    let rows = run.json();
    let refused = rows.as_array().unwrap().iter().find(|row| row["state"] == "refused").unwrap();
    assert_eq!(refused["subject"], "orders-OrderAccepted");
    assert!(refused["reason"].as_str().unwrap().contains("type lost the value"), "{refused}");
    assert!(registry.kept().subjects.contains_key("payments-PaymentFailed"));
}

#[test]
fn a_registry_with_a_password_is_told_it_and_it_is_never_shown() {
    let registry = Registry::for_those_with("Basic YWRhOnNlY3JldA==");
    let host = registry.open();
    let with = |who: &str| host.replace("http://", &format!("http://{who}@"));
    registered(&with("ada:secret"), &["--dry-run"]).ends_with(0);
    let refused = registered(&with("ada:wrong"), &[]).ends_with(78);
    assert!(refused.err.contains("401") && !refused.err.contains("wrong"), "{}", refused.err);
}

#[test]
fn a_registry_that_is_not_there_ends_with_69_and_a_wrong_address_with_2() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = registered(&format!("http://{silent}"), &[]).ends_with(69);
    assert_eq!(run.err, format!("no schema registry at http://{silent}: nobody listens\n"));
    let secure = registered("https://localhost:8081", &[]).ends_with(2);
    assert!(secure.err.contains("TLS is not built in"), "{}", secure.err);
    registered("http://localhost", &["--compatibility", "some"]).ends_with(2);
}
