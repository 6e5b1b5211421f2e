//! S4, S5, S13 and S18 by what others saw: the provider's ledger, the clients and the views.

use events_schema::Topic;
use invariants::{Answer, Evidence, Movement, Sighting};
use serde_json::json;

use crate::past::{Past, placement};

fn charged(cents: i64) -> Movement {
    let line = format!(r#"{{"movement":"charged","order":"o-1","amount":{cents},"currency":"EUR"}}"#);
    Movement::parse(&line).unwrap()
}

fn refunded(cents: i64) -> Movement {
    let line = format!(r#"{{"movement":"refunded","order":"o-1","amount":{cents},"currency":"EUR"}}"#);
    Movement::parse(&line).unwrap()
}

fn sold() -> Past {
    let mut past = Past::default();
    past.stocked();
    past.sold("o-1");
    past
}

fn undone() -> Past {
    let mut past = Past::default();
    past.stocked();
    past.undone("o-1");
    past
}

#[test]
fn a_ledger_that_says_the_same_is_sound() {
    let ledger = [charged(400)];
    sold().holds_with(|evidence| Evidence { ledger: Some(&ledger), ..evidence });
    let ledger = [charged(400), refunded(400)];
    undone().holds_with(|evidence| Evidence { ledger: Some(&ledger), ..evidence });
    assert_eq!(
        serde_json::to_string(&ledger[1]).unwrap(),
        r#"{"movement":"refunded","order":"o-1","amount":400,"currency":"EUR"}"#
    );
}

#[test]
fn s4_a_second_charge_that_only_the_ledger_shows_is_refused() {
    let (past, ledger) = (sold(), [charged(400), charged(400)]);
    let with = |evidence| Evidence { ledger: Some(&ledger), ..evidence };
    past.breaks_with("S4", "o-1", &["PaymentCaptured payments-0@1"], with);
}

#[test]
fn s4_a_charge_of_which_the_log_does_not_know_is_refused() {
    let (past, ledger) = (Past::default(), [charged(400)]);
    past.breaks_with("S4", "o-1", &[], |evidence| Evidence { ledger: Some(&ledger), ..evidence });
}

#[test]
fn s5_a_sale_that_the_provider_never_charged_is_refused() {
    let past = sold();
    let with = |evidence| Evidence { ledger: Some(&[]), ..evidence };
    past.breaks_with("S5", "o-1", &["PaymentCaptured payments-0@1"], with);
}

#[test]
fn s5_a_refund_that_never_reached_the_provider_is_refused() {
    let (past, ledger) = (undone(), [charged(400)]);
    let with = |evidence| Evidence { ledger: Some(&ledger), ..evidence };
    past.breaks_with("S5", "o-1", &["PaymentRefunded payments-0@3"], with);
}

fn told(id: &str, offset: i64, told: &str) -> Answer {
    let line = json!({
        "order": "o-1", "id": id, "topic": "checkout", "partition": 0, "offset": offset, "told": told,
    });
    Answer::parse(&line.to_string()).unwrap()
}

#[test]
fn what_was_acknowledged_answered_and_told_is_sound() {
    let past = sold();
    let placed = past.history.of(Topic::Checkout).next().unwrap().id;
    let answers = [told(placed.as_str(), 0, "completed"), told(placed.as_str(), 0, "accepted")];
    past.holds_with(|evidence| Evidence { answers: &answers, ..evidence });
}

#[test]
fn s13_what_was_acknowledged_and_is_not_there_is_refused() {
    let (past, answers) = (sold(), [told("e-99", 7, "completed")]);
    let with = |evidence| Evidence { answers: &answers, ..evidence };
    past.breaks_with("S13", "o-1", &["request checkout-0@7"], with);
}

#[test]
fn s13_a_cancellation_without_an_answer_is_refused() {
    let mut past = sold();
    let asked = past.say(Topic::Checkout, "o-1", "OrderCancellationRequested", json!({}));
    let mut answer = told(&asked, 1, "completed");
    answer.told = None;
    let answers = [answer];
    let with = |evidence| Evidence { answers: &answers, ..evidence };
    past.breaks_with("S13", "o-1", &["OrderCancellationRequested checkout-0@1"], with);
}

#[test]
fn s13_a_placement_without_an_answer_is_refused() {
    let mut past = Past::default();
    let placed = past.say(Topic::Checkout, "o-1", "OrderPlaced", placement());
    let answers = [Answer { told: None, ..told(&placed, 0, "accepted") }];
    let with = |evidence| Evidence { answers: &answers, ..evidence };
    past.breaks_with("S13", "o-1", &["OrderPlaced checkout-0@0"], with);
}

#[test]
fn s13_a_client_that_was_told_something_else_is_refused() {
    let past = sold();
    let placed = past.history.of(Topic::Checkout).next().unwrap().id;
    let answers = [told(placed.as_str(), 0, "cancelled")];
    let with = |evidence| Evidence { answers: &answers, ..evidence };
    past.breaks_with("S13", "o-1", &["OrderPlaced checkout-0@0"], with);
}

fn shown(status: &str, read: i64) -> Sighting {
    let line = json!({"order": "o-1", "status": status, "partition": 0, "read": read});
    Sighting::parse(&line.to_string()).unwrap()
}

#[test]
fn a_view_that_follows_the_log_is_sound() {
    let past = sold();
    let last = Sighting { last: true, ..shown("completed", 3) };
    let sightings =
        [shown("unknown", 0), shown("pending", 1), shown("pending", 1), shown("completed", 3), last];
    past.holds_with(|evidence| Evidence { sightings: &sightings, ..evidence });
}

#[test]
fn s18_a_view_that_runs_ahead_of_what_it_has_read_is_refused() {
    let (past, sightings) = (sold(), [shown("completed", 2)]);
    let with = |evidence| Evidence { sightings: &sightings, ..evidence };
    past.breaks_with("S18", "o-1", &["OrderCompleted orders-0@2"], with);
}

#[test]
fn s18_a_view_that_goes_back_is_refused() {
    let (past, sightings) = (sold(), [shown("processing", 2), shown("pending", 1)]);
    let with = |evidence| Evidence { sightings: &sightings, ..evidence };
    past.breaks_with("S18", "o-1", &["OrderConfirmed orders-0@1"], with);
}

#[test]
fn s18_a_view_that_never_shows_the_end_is_refused() {
    let (past, sightings) = (sold(), [Sighting { last: true, ..shown("processing", 2) }]);
    let with = |evidence| Evidence { sightings: &sightings, ..evidence };
    past.breaks_with("S18", "o-1", &["OrderCompleted orders-0@2"], with);
}
