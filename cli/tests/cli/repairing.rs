//! Repairs: refund, release and expire ask only for what an order needs, and only when told to.

use events_schema::{Currency, Money, Source, orders::CancelReason, payments::PaymentCaptured};

use crate::{
    facts::{Scribe, accepted, cancelled, reserved},
    stage::{Stage, home},
};

/// A cancelled order whose cancellation neither inventory nor payment has taken.
fn kept(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    let amount = Money::new(2400, Currency::EUR);
    let captured = PaymentCaptured { amount, provider_reference: "ch".into(), returning: false };
    let accepted = scribe.say(Source::Order, "o-1", None, &accepted());
    let reserved = scribe.say(Source::Inventory, "o-1", Some(accepted), &reserved());
    scribe.say(Source::Payment, "o-1", Some(reserved), &captured);
    scribe.say(Source::Order, "o-1", None, &cancelled(CancelReason::CustomerRequest));
}

pub fn what_a_cancelled_order_keeps_is_asked_back_only_with_yes(stage: &Stage) {
    kept(stage);
    let asks =
        |verb: &str, more: &str| stage.ctl(&[verb, "o-1", "--reason", "given up", "--by", "ada", more]);
    let run = asks("release", "--dry-run").ends_with(0);
    let does = "give back what it holds, or drop it from its line";
    assert_eq!(run.out, format!("nothing is written; inventory would be asked of o-1: {does}\n"));
    assert!(stage.records("operations").is_empty());
    stage.ctl(&["release", "o-1", "--reason", "given up"]).ends_with(2);
    let place = home("o-1");
    for (at, (verb, event)) in
        [("release", "ReleaseRequested"), ("refund", "RefundRequested")].into_iter().enumerate()
    {
        assert_eq!(asks(verb, "--yes").ends_with(0).out, format!("o-1  {event}  operations-{place}@{at}\n"));
        let asked = &stage.records("operations")[at]["event"];
        let said = serde_json::json!({ "by": "ada", "reason": "given up" });
        assert_eq!((&asked["type"], &asked["data"]), (&event.into(), &said));
    }
}

pub fn a_repair_that_an_order_does_not_need_is_refused(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    scribe.completes("o-done", None);
    scribe.say(Source::Order, "o-open", None, &accepted());
    for (verb, order, why) in [
        ("refund", "o-done", "it is completed, not cancelled: what was done for it stands"),
        ("release", "o-open", "it is pending; end it first: orderctl cancel"),
        ("expire", "o-done", "it is completed, not pending"),
    ] {
        let run = stage.ctl(&[verb, order, "--reason", "a test", "--yes"]).ends_with(7);
        assert!(run.err.contains(&format!("{order}: {why}")), "{}", run.err);
    }
    stage.ctl(&["expire", "o-open", "--reason", "no provider for days", "--yes"]).ends_with(0);
    stage.ctl(&["refund", "o-77", "--reason", "a test", "--yes"]).ends_with(66);
}
