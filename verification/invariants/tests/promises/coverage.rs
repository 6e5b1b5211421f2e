//! C1 to C17: what never happened is named, what met is counted.

use invariants::{Coverage, History};
use serde_json::{Value, json};

use crate::past::{Past, cancellation, capture, release, reservation};

/// How often this part of a number was met.
fn times(coverage: &Coverage, number: &str, part: &str) -> u64 {
    let mut counts = coverage.counts();
    counts.find(|(c, what, _)| c == number && *what == part).map(|(.., times)| times).unwrap()
}

fn of(past: &Past) -> Coverage {
    let mut coverage = Coverage::default();
    coverage.add(&past.history);
    coverage
}

/// A reservation that waits for its mugs.
fn queueing() -> Value {
    let mut waits = reservation();
    waits["waiting_on"] = json!("mug");
    waits
}

fn rejected(past: &mut Past, order: &str) {
    let missing = json!([{"sku": "mug", "requested": 2, "available": 0}]);
    past.goods(order, "StockRejected", json!({"missing": missing}));
}

/// One order has the mugs, another that was open at the same time is refused.
fn race() -> Past {
    let mut past = Past::default();
    past.accepted("o-1");
    past.accepted("o-2");
    past.reserved("o-1");
    rejected(&mut past, "o-2");
    past
}

/// An order waits for pieces, and has them.
fn served() -> Past {
    let mut past = Past::default();
    past.accepted("o-1");
    past.goods("o-1", "ReservationQueued", queueing());
    past.reserved("o-1");
    past
}

/// An order waits for pieces in vain.
fn refused() -> Past {
    let mut past = Past::default();
    past.accepted("o-1");
    past.goods("o-1", "ReservationQueued", queueing());
    rejected(&mut past, "o-1");
    past
}

/// The money comes in when the order is cancelled already, and is given back.
fn late_capture() -> Past {
    let mut past = Past::default();
    past.accepted("o-1");
    past.reserved("o-1");
    past.order("o-1", "OrderCancelled", cancellation());
    past.money("o-1", "PaymentVoided", json!({}));
    past.captured("o-1");
    past.money("o-1", "PaymentRefunded", capture(400));
    past.goods("o-1", "StockReleased", release());
    past
}

#[test]
fn of_an_empty_history_everything_is_missing() {
    let mut coverage = Coverage::default();
    coverage.add(&History::default());
    let missing = coverage.missing();
    // The points of a crash are the runner's to name.
    assert_eq!(missing.len(), coverage.counts().count() + 1);
    for number in (1..=17).filter(|number| *number != 9) {
        assert!(
            missing.iter().any(|what| what.starts_with(&format!("C{number} "))),
            "C{number}: {missing:?}"
        );
        assert_eq!(coverage.of(number), 0);
    }
}

#[test]
fn what_met_is_counted_and_nothing_else() {
    let all = [("C3", "race"), ("C4", "served"), ("C4", "rejected"), ("C5", "refunded")];
    for (past, met) in [
        (race(), ("C3", "race")),
        (served(), ("C4", "served")),
        (refused(), ("C4", "rejected")),
        (late_capture(), ("C5", "refunded")),
    ] {
        let coverage = of(&past);
        for (number, part) in all {
            let expected = u64::from((number, part) == met);
            assert_eq!(
                times(&coverage, number, part),
                expected,
                "{number} {part}, of the history of {met:?}"
            );
        }
    }
}

#[test]
fn a_number_is_met_as_often_as_the_rarest_of_its_parts() {
    let mut coverage = of(&served());
    assert_eq!(coverage.of(4), 0);
    coverage.add(&refused().history);
    coverage.add(&refused().history);
    assert_eq!(coverage.of(4), 1);
}

#[test]
fn batches_add_up() {
    let (mut coverage, other) = (of(&race()), of(&race()));
    coverage.merge(&other);
    assert_eq!(times(&coverage, "C3", "race"), 2);
    assert_eq!(times(&coverage, "C1", "OrderAccepted"), 4);
    assert!(!coverage.missing().iter().any(|what| what.starts_with("C3")));
}
