//! Explaining orders: why, stuck, state, diff, watch, stats and top.

use events_schema::{
    Currency, Money, PaymentMethod, Source, Topic,
    orders::{CancelReason, OrderConfirmed, RejectionCode},
    parking::{EventParked, EventResumed},
    payments::{PaymentCaptured, PaymentStarted, RefundStarted, Risk},
};
use serde_json::Value;

use crate::{
    facts::{Scribe, accepted, cancelled, rejected, reserved},
    stage::{Stage, home},
};

fn started() -> PaymentStarted {
    let risk = Risk { score: 0, reasons: vec![] };
    PaymentStarted { amount: Money::new(2400, Currency::EUR), method: PaymentMethod::Card, risk, token: None }
}

/// An order that payment has not heard of; the id of its reservation.
fn waits_for_payment(scribe: &mut Scribe<'_>, order: &str) {
    let cause = scribe.say(Source::Order, order, None, &accepted());
    scribe.say(Source::Inventory, order, Some(cause), &reserved());
}

fn json(stage: &Stage, args: &[&str]) -> Value {
    stage.ctl(&[args, &["--output", "json"]].concat()).ends_with(0).json()
}

pub fn why_names_the_owner_of_the_next_step_and_the_evidence(stage: &Stage) {
    stage.ctl(&["place", "--sku", "mug", "--quantity", "2", "--order-id", "o-1"]).ends_with(0);
    let placed = stage.records("checkout");
    let cause = placed[0]["event"]["id"].as_str().unwrap().parse::<events_schema::Key>().unwrap();
    let mut scribe = Scribe::new(stage);
    let cause = scribe.say(Source::Order, "o-1", Some(cause.into()), &accepted());
    scribe.say(Source::Inventory, "o-1", Some(cause), &reserved());
    let why = json(stage, &["why", "o-1"]);
    assert_eq!((&why["status"], &why["waits_for"]["owner"]), (&"pending".into(), &"payment".into()));
    assert_eq!(why["waits_for"]["next"], serde_json::json!(["PaymentStarted", "PaymentFailed"]));
    assert_eq!(why["otherwise"]["what"], "expires");
    let evidence: Vec<&str> =
        why["evidence"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(evidence, ["OrderPlaced", "OrderAccepted", "StockReserved"]);
    let text = stage.ctl(&["why", "o-1"]).ends_with(0).out;
    let place = format!(
        "It waits for payment: StockReserved has no answer yet (StockReserved at inventory-{}@0), since ",
        home("o-1")
    );
    for line in
        [place.as_str(), "Next: payment says PaymentStarted or PaymentFailed.", "Now: payment: not running, "]
    {
        assert!(text.contains(line), "{line} in {text}");
    }
    stage.ctl(&["why", "o-77"]).ends_with(66);
}

pub fn why_says_how_an_order_ended(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    scribe.completes("o-done", None);
    scribe.say(Source::Order, "o-bad", None, &rejected(RejectionCode::BadQuantity, "mug: 0"));
    let said = |order: &str| stage.ctl(&["why", order]).ends_with(0).out;
    assert!(said("o-done").contains("The money is in and the goods have left.\nGoods shipped, money 24.00 EUR captured. Nobody has to move."), "{}", said("o-done"));
    assert!(said("o-bad").contains("Order refused it: bad_quantity mug: 0."), "{}", said("o-bad"));
}

pub fn stuck_lists_what_is_open_with_its_owner_and_leaves_out_what_rests(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    scribe.completes("o-done", None);
    waits_for_payment(&mut scribe, "o-pay");
    scribe.say(Source::Order, "o-stock", None, &accepted());
    scribe.say(Source::Order, "o-parked", None, &accepted());
    let parked = EventParked {
        topic: "orders".to_owned(),
        partition: 0,
        offset: 7,
        reason: "it broke".to_owned(),
        corrects: None,
    };
    scribe.say_on(Topic::Inventory, home("o-parked"), Source::Inventory, "o-parked", None, &parked);
    // A payment that came although the order is cancelled: somebody owes a refund.
    scribe.say(Source::Order, "o-owed", None, &cancelled(CancelReason::CustomerRequest));
    let captured = PaymentCaptured {
        amount: Money::new(2400, Currency::EUR),
        provider_reference: "ch".into(),
        returning: false,
    };
    scribe.say(Source::Payment, "o-owed", None, &captured);
    let stuck = json(stage, &["stuck", "--older-than", "0"]);
    let rows: Vec<(String, String, bool)> = stuck
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |field: &str| row[field].as_str().unwrap().to_owned();
            (text("order_id"), text("owner"), row["parked"].as_bool().unwrap())
        })
        .collect();
    let expected = [
        ("o-pay", "payment", false),
        ("o-stock", "inventory", false),
        ("o-parked", "operator", true),
        ("o-owed", "payment", false),
    ];
    assert_eq!(rows, expected.map(|(order, owner, parked)| (order.to_owned(), owner.to_owned(), parked)));
    let only = json(stage, &["stuck", "--older-than", "0", "--owner", "inventory"]);
    assert_eq!(only.as_array().unwrap().len(), 1);
    assert_eq!(stage.ctl(&["stuck", "--older-than", "1h"]).ends_with(0).out, "no order is stuck\n");
}

pub fn a_parked_order_is_explained_with_the_command_that_resumes_it(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    scribe.say(Source::Order, "o-1", None, &accepted());
    let (topic, offset) = ("orders".to_owned(), 0);
    let parked = EventParked {
        topic: topic.clone(),
        partition: home("o-1"),
        offset,
        reason: "it broke".to_owned(),
        corrects: None,
    };
    scribe.say_on(Topic::Inventory, home("o-1"), Source::Inventory, "o-1", None, &parked);
    let why = json(stage, &["why", "o-1"]);
    assert_eq!(why["waits_for"]["owner"], "operator");
    assert_eq!(why["parked"][0]["resume"], "orderctl parked resume o-1 --service inventory");
    let resumed = EventResumed { topic, partition: home("o-1"), offset, reason: "asked by ada".to_owned() };
    scribe.say_on(Topic::Inventory, home("o-1"), Source::Inventory, "o-1", None, &resumed);
    assert_eq!(json(stage, &["why", "o-1"])["waits_for"]["owner"], "inventory");
}

pub fn orders_are_listed_by_customer_and_product(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    scribe.completes("o-1", None);
    let found = |args: &[&str]| json(stage, &[&["list"], args].concat()).as_array().unwrap().len();
    assert_eq!(
        [
            found(&["--customer", "ada"]),
            found(&["--customer", "eve"]),
            found(&["--sku", "mug"]),
            found(&["--sku", "pen"])
        ],
        [1, 0, 1, 0]
    );
    assert_eq!(json(stage, &["list"])[0]["lines"], serde_json::json!([{ "sku": "mug", "quantity": 2 }]));
}

pub fn the_past_is_told_as_it_was_known_then(stage: &Stage) {
    Scribe::new(stage).completes("o-1", None);
    let trace = json(stage, &["trace", "o-1"]);
    let time = |at: usize| trace["events"][at]["time"].as_str().unwrap().to_owned();
    // Accepted, reserved, asked, captured, confirmed, shipped, completed.
    let then = json(stage, &["state", "o-1", "--at", &time(2)]);
    assert_eq!((&then["status"], &then["events"]), (&"pending".into(), &3.into()));
    assert_eq!(then["money"], serde_json::json!({ "asked": { "amount": 2400, "currency": "EUR" } }));
    let at = format!("orders-{}@1", home("o-1"));
    let then = json(stage, &["state", "o-1", "--until-offset", &at]);
    assert_eq!(
        (&then["status"], &then["waits_for"]),
        (&"processing".into(), &"inventory: the goods have not left yet".into())
    );
    assert_eq!(json(stage, &["state", "o-1"])["status"], "completed");
    stage.ctl(&["state", "o-1", "--at", "2020-01-01T00:00:00Z"]).ends_with(66);
    stage.ctl(&["state", "o-1", "--until-offset", "orders-0@99999"]).ends_with(66);
    let diff = json(stage, &["diff", "o-1", "--from", &time(2), "--to", &time(4)]);
    assert_eq!(
        diff["changes"][0],
        serde_json::json!({ "field": "status", "from": "pending", "to": "processing" })
    );
    assert_eq!(diff["events"].as_array().unwrap().len(), 2);
    stage.ctl(&["diff", "o-1", "--from", &time(4), "--to", &time(2)]).ends_with(2);
}

pub fn the_past_of_a_product_is_told_too(stage: &Stage) {
    use events_schema::inventory::StockAdded;
    let mut scribe = Scribe::new(stage);
    for version in 1..=2 {
        scribe.say(Source::Inventory, "mug", None, &StockAdded { quantity: 50, version });
    }
    let added = stage.records("inventory");
    let first = added[0]["event"]["time"].as_str().unwrap();
    assert_eq!(json(stage, &["state", "mug", "--at", first])[0]["supplied"], 50);
    assert_eq!(json(stage, &["state", "mug"])[0]["supplied"], 100);
    stage.ctl(&["state", "spoon"]).ends_with(66);
}

pub fn watch_ends_when_the_order_has_come_to_rest(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    waits_for_payment(&mut scribe, "o-1");
    let watching = stage.start(&["watch", "o-1", "--output", "json"]);
    scribe.say(Source::Order, "o-1", None, &cancelled(CancelReason::OutOfStock));
    scribe.say(Source::Payment, "o-1", None, &started());
    let captured = PaymentCaptured {
        amount: Money::new(2400, Currency::EUR),
        provider_reference: "ch".into(),
        returning: false,
    };
    scribe.say(Source::Payment, "o-1", None, &captured);
    let back = RefundStarted { amount: Money::new(2400, Currency::EUR), provider_reference: "ch".into() };
    scribe.say(Source::Payment, "o-1", None, &back);
    let refunded = events_schema::payments::PaymentRefunded {
        amount: Money::new(2400, Currency::EUR),
        provider_reference: "re".into(),
    };
    scribe.say(Source::Payment, "o-1", None, &refunded);
    let released = events_schema::inventory::StockReleased {
        lines: crate::facts::mugs(2),
        cause: events_schema::inventory::ReleaseCause::OrderCancelled,
    };
    scribe.say(Source::Inventory, "o-1", None, &released);
    let run = crate::stage::Run::from(watching.wait_with_output().unwrap()).ends_with(4);
    assert_eq!(run.err, "o-1: cancelled, out_of_stock\n");
    let lines: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[8]["status"]), (9, &"cancelled".into()), "{lines:#?}");
}

pub fn a_trace_stands_as_a_tree_of_causes(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    scribe.completes("o-1", None);
    let text = stage.ctl(&["trace", "o-1", "--tree"]).ends_with(0).out;
    let tree: Vec<&str> = text.lines().skip(3).collect();
    let at = home("o-1");
    assert_eq!(tree[0], format!("OrderAccepted  order  orders-{at}@0  24.00 EUR"));
    assert_eq!(tree[1], format!("└─ StockReserved  inventory  +1.0 ms  inventory-{at}@0  2 mug"));
    assert!(tree[2].starts_with("   └─ PaymentStarted  payment  +1.0 ms"), "{text}");
}

pub fn orders_are_counted_by_fate(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    scribe.completes("o-1", None);
    scribe.completes("o-2", None);
    scribe.say(Source::Order, "o-3", None, &cancelled(CancelReason::Expired));
    let stats = json(stage, &["stats"]);
    let fates: Vec<_> = stats["fates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["status"].clone(), f["orders"].clone()))
        .collect();
    assert_eq!(fates, [("completed".into(), 2.into()), ("cancelled".into(), 1.into())]);
    assert_eq!((&stats["orders"], &stats["fates"][0]["took"]["p50"]), (&3.into(), &6.0.into()));
    let text = stage.ctl(&["stats"]).ends_with(0).out;
    let row: Vec<&str> = text.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(row[..6], ["completed", "2", "66.7", "%", "6.0", "ms"], "{text}");
}

pub fn top_tells_rates_and_what_is_open(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    scribe.completes("o-1", None);
    waits_for_payment(&mut scribe, "o-2");
    scribe.say(Source::Order, "o-3", None, &accepted());
    scribe.say(Source::Order, "o-3", None, &OrderConfirmed {});
    let top = json(stage, &["top", "--once"]);
    assert_eq!(top["ended"], serde_json::json!({ "completed": 1 }));
    assert_eq!(top["open"], serde_json::json!({ "inventory": 1, "payment": 1 }));
    assert_eq!(top["completed_in"]["count"], 1);
    assert!(top["lag"]["order"].is_object(), "{top}");
    let page = stage.ctl(&["top"]).ends_with(0).out;
    assert!(page.contains("open      1 wait for inventory · 1 wait for payment"), "{page}");
}
