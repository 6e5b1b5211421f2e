//! S19: no false refusal for stock.

use events_schema::Topic;
use serde_json::{Value, json};

use crate::past::{Past, allotment, reservation};

fn denial(quantity: u64, left: u64) -> Value {
    json!({"shelf": 0, "quantity": quantity, "version": 1, "left": left})
}

fn missing(requested: u64) -> Value {
    json!({"missing": [{"sku": "mug", "requested": requested, "available": 0}]})
}

fn back(quantity: u64) -> Value {
    json!({"shelf": 0, "quantity": quantity, "recalled": true})
}

fn back_taken(quantity: u64) -> Value {
    json!({"shelf": 0, "quantity": quantity, "recalled": true, "version": 1})
}

fn waits_for(pieces: u64) -> Value {
    let mut waits = reservation();
    waits["lines"][0]["quantity"] = json!(pieces);
    waits["waiting_on"] = json!("mug");
    waits
}

/// Ten mugs came in; so many of them were dealt to the shelf, and somebody waits for eight.
fn dealt(pieces: u64) -> (Past, String) {
    let mut past = Past::default();
    let came = past.say(Topic::Warehouse, "mug", "StockReceived", json!({"quantity": 10}));
    past.answer(Topic::Inventory, "mug", "StockAdded", json!({"quantity": 10, "version": 1}), &came);
    let mut sent = allotment(pieces);
    sent["scarce"] = json!(false);
    let sent = past.transfer("mug", "StockAllotted", sent, &came);
    past.answer(Topic::Inventory, "mug", "StockShelved", crate::past::shelving(pieces), &sent);
    past.accepted("o-1");
    let accepted = past.history.of(Topic::Orders).last().unwrap().id.as_str().to_owned();
    past.answer(Topic::Inventory, "o-1", "ReservationQueued", waits_for(8), &accepted);
    let asked = past.transfer("mug", "StockRequested", json!({"shelf": 0, "needs": [8]}), &accepted);
    (past, asked)
}

/// The order wants this many, and is refused because of a denial that this caused.
fn denied(past: &mut Past, requested: u64, cause: &str) {
    let denied = past.transfer("mug", "StockDenied", denial(0, 0), cause);
    past.answer(Topic::Inventory, "o-1", "StockRejected", missing(requested), &denied);
}

#[test]
fn s19_a_refusal_before_a_dealt_shelf_was_called_home_is_refused() {
    let (mut past, asked) = dealt(9);
    denied(&mut past, 8, &asked);
    past.breaks_at_once("S19", "o-1", &["StockRejected inventory-0@6", "StockDenied inventory-0@5"]);
}

#[test]
fn s19_a_refusal_of_what_stayed_in_the_depot_is_refused() {
    let (mut past, asked) = dealt(1);
    denied(&mut past, 8, &asked);
    past.breaks_at_once("S19", "o-1", &["StockRejected inventory-0@6", "StockDenied inventory-0@5"]);
}

#[test]
fn s19_a_refusal_of_what_the_depot_and_the_shelf_had_together_is_refused() {
    let (mut past, asked) = dealt(1);
    let denied = past.transfer("mug", "StockDenied", denial(5, 4), &asked);
    past.answer(Topic::Inventory, "mug", "StockShelved", crate::past::shelving(5), &denied);
    past.answer(Topic::Inventory, "o-1", "StockRejected", missing(8), &denied);
    let breach = &s19(&past).breaches[0];
    assert_eq!(breach.what, "8 of mug refused, 4 stayed in the depot and 6 on the shelf");
    assert_eq!(breach.subject.as_str(), "o-1");
}

#[test]
fn s19_a_request_net_of_what_the_shelf_has_is_refused() {
    let (mut past, asked) = dealt(1);
    past.transfer("mug", "StockRequested", json!({"shelf": 0, "needs": [7]}), &asked);
    past.breaks_at_once("S19", "mug", &["StockRequested inventory-0@5"]);
    let breach = &s19(&past).breaches[0];
    assert_eq!(breach.what, "7 asked for o-1, which needs 8");
}

#[test]
fn s19_a_request_for_one_who_left_the_line_is_refused() {
    let (mut past, asked) = dealt(1);
    past.answer(Topic::Inventory, "o-1", "ReservationDropped", json!({}), &asked);
    past.transfer("mug", "StockRequested", json!({"shelf": 0, "needs": [8]}), &asked);
    assert_eq!(s19(&past).breaches[0].what, "8 asked for nobody");
}

#[test]
fn s19_a_refusal_after_a_shelf_kept_what_was_called_home_is_refused() {
    let (mut past, asked) = dealt(9);
    let recalled = past.transfer("mug", "StockRecalled", json!({"shelf": 0, "version": 1}), &asked);
    let returned = past.transfer("mug", "StockReturned", back(2), &recalled);
    past.answer(Topic::Inventory, "mug", "StockTakenBack", back_taken(2), &returned);
    denied(&mut past, 8, &returned);
    past.breaks_at_once("S19", "o-1", &["StockRejected inventory-0@9", "StockDenied inventory-0@8"]);
}

#[test]
fn s19_a_voluntary_return_is_no_answer_to_a_recall() {
    let (mut past, asked) = dealt(9);
    let returned =
        past.transfer("mug", "StockReturned", json!({"shelf": 0, "quantity": 9, "recalled": false}), &asked);
    past.answer(Topic::Inventory, "mug", "StockTakenBack", back_taken(0), &returned);
    denied(&mut past, 8, &returned);
    past.breaks_at_once("S19", "o-1", &["StockRejected inventory-0@8", "StockDenied inventory-0@7"]);
}

#[test]
fn s19_more_than_there_ever_was_may_be_refused_at_once_and_what_is_held_does_not_count() {
    let (mut past, asked) = dealt(9);
    denied(&mut past, 11, &asked);
    assert!(s19(&past).holds());
    let (mut past, asked) = dealt(9);
    past.reserved("o-2");
    past.reserved("o-3");
    let recalled = past.transfer("mug", "StockRecalled", json!({"shelf": 0, "version": 1}), &asked);
    let returned = past.transfer("mug", "StockReturned", back(5), &recalled);
    past.answer(Topic::Inventory, "mug", "StockTakenBack", back_taken(5), &returned);
    denied(&mut past, 8, &returned);
    let verdict = s19(&past);
    assert!(verdict.holds() && verdict.checked == 2, "{verdict}");
}

fn s19(past: &Past) -> invariants::Verdict {
    let verdicts = invariants::check(&past.history, true);
    verdicts.into_iter().find(|verdict| verdict.promise == "S19").unwrap()
}
