//! The provider's ledger against the log.

use std::path::PathBuf;

use crate::{facts::Scribe, stage::Stage};

/// A ledger of its own for each test and stage.
fn ledger(stage: &Stage, name: &str, lines: &[&str]) -> PathBuf {
    let stage = stage.name_of(events_schema::Topic::Payments);
    let path = std::env::temp_dir().join(format!("orderctl-{name}-{}-{stage}", std::process::id()));
    std::fs::write(&path, lines.join("\n")).unwrap();
    path
}

const CHARGED: &str = r#"{"movement":"charged","order":"o-1","amount":2400,"currency":"EUR"}"#;
const ASTRAY: &str = r#"{"movement":"charged","order":"o-9","amount":500,"currency":"EUR"}"#;

pub fn a_ledger_that_says_what_the_log_says_ends_with_0(stage: &Stage) {
    Scribe::new(stage).completes("o-1", None);
    let path = ledger(stage, "agrees", &[CHARGED]);
    let page = stage.ctl(&["reconcile", "--ledger", path.to_str().unwrap()]).ends_with(0).out;
    std::fs::remove_file(path).unwrap();
    assert_eq!(
        page,
        "TOTAL      CAPTURED  RETURNED       KEPT\n\
         provider  24.00 EUR  0.00 EUR  24.00 EUR\n\
         log       24.00 EUR  0.00 EUR  24.00 EUR\n\
         \n1 orders: 0 differ, 0 under way, 0 even\n"
    );
}

pub fn a_charge_the_log_does_not_know_ends_with_6_and_is_named(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    scribe.completes("o-1", None);
    let path = ledger(stage, "differs", &[CHARGED, ASTRAY]);
    let file = path.to_str().unwrap();
    let text = stage.ctl(&["reconcile", "--ledger", file]).ends_with(6);
    let json = stage.ctl(&["reconcile", "--ledger", file, "--output", "json"]).ends_with(6).json();
    std::fs::remove_file(&path).unwrap();
    assert!(
        text.out.contains("o-9, unknown to order: charged, and payment never asked for it\n"),
        "{text:?}"
    );
    assert!(text.out.contains("  provider  captured 5.00 EUR, nothing returned\n"), "{text:?}");
    assert_eq!(text.err, "the ledger and the log differ about 1 orders, see above\n");
    assert_eq!((&json["orders"], &json["differ"], &json["under_way"]), (&2.into(), &1.into(), &0.into()));
    assert_eq!(json["differences"][0]["provider"]["captured"][0]["amount"], 500);
    assert_eq!(json["totals"][0]["provider"]["kept"], 2900);
    assert_eq!(json["totals"][0]["log"]["kept"], 2400);
}

pub fn what_was_said_after_the_ledger_was_taken_is_under_way(stage: &Stage) {
    Scribe::new(stage).completes("o-1", None);
    let path = ledger(stage, "early", &[]);
    let file = path.to_str().unwrap();
    let early = ["reconcile", "--ledger", file, "--taken", "2020-01-01T00:00:00Z", "--output", "json"];
    let json = stage.ctl(&early).ends_with(0).json();
    assert_eq!((&json["differ"], &json["under_way"]), (&0.into(), &1.into()));
    std::fs::remove_file(&path).unwrap();
    stage.ctl(&early).ends_with(2);
}
