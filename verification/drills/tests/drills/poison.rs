//! A record that cannot be read: set aside, its order waits behind it, an operator decides.

use events_schema::{Key, Topic, partition_of};
use invariants::Fate;
use serde_json::Value;

use crate::shop::{PARTITIONS, SOON, Shop, Wish, ids};

const GARBAGE: &[u8] = br#"{"type":"OrderPlaced","data":{"lines":7}}"#;
const CORRECTED: &str = r#"{"type":"OrderPlaced","data":{"customer_id":"ada",
    "lines":[{"sku":"mug","quantity":1}],"payment":{"method":"card","token":"tok_ok"}}}"#;

#[test]
fn a_poisoned_order_waits_in_order_until_an_operator_decides_and_all_others_pass() {
    let Some(mut shop) = Shop::open("poison", &[("mug", 100)], &[]) else { return };
    let torn = Wish::new("torn", "tok_late");
    let home = i32::from(partition_of(&torn.id, PARTITIONS));
    shop.customer.write(Topic::Checkout, Some(home), Some("torn"), GARBAGE);
    shop.place(std::slice::from_ref(&torn));
    shop.customer.cancel(torn.id);
    // A record whose key is no key blocks nobody.
    shop.customer.write(Topic::Checkout, Some(home), Some("no key"), b"{");
    let others: Vec<Wish> = (0..40).map(|at| Wish::new(format!("other-{at}"), "tok_ok")).collect();
    shop.place(&others);
    shop.settle_but(&ids(&others), &torn.id);
    assert_eq!(shop.count("EventParked"), 4);

    let listed: Value = serde_json::from_str(&shop.operate(&["parked", "list", "--output", "json"])).unwrap();
    let of_torn = listed.as_array().unwrap().iter().filter(|parked| parked["subject"] == "torn");
    let events: Vec<&Value> = of_torn.map(|parked| &parked["event"]).collect();
    assert_eq!(events, ["OrderPlaced", "OrderPlaced", "OrderCancellationRequested"], "{listed:#}");
    let shown = shop.operate(&["parked", "show", "torn"]);
    assert!(shown.contains(r#""lines":7"#) && shown.contains("behind an earlier parked record"), "{shown}");

    shop.operate(&["parked", "resume", "torn", "--reason", "try again"]);
    shop.await_count("EventParked", 5);
    assert_eq!(fate_of(&shop, &torn.id), Fate::Placed, "garbage is garbage the second time, too");

    shop.operate(&["parked", "discard", "torn", "--reason", "it is garbage"]);
    shop.await_count("EventResumed", 2);
    let mended = Wish::new("mended", "tok_ok");
    let home = i32::from(partition_of(&mended.id, PARTITIONS));
    shop.customer.write(Topic::Checkout, Some(home), Some("mended"), GARBAGE);
    shop.await_count("EventParked", 6);
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/corrected.json");
    std::fs::write(file, CORRECTED).unwrap();
    shop.operate(&["parked", "edit", "mended", "--with", file, "--reason", "the lines were lost"]);
    let fates = shop.settle(&ids(others.iter().chain([&torn, &mended])), SOON);
    assert_eq!(fates[&mended.id], Fate::Completed, "what was meant is done");
    assert!(
        matches!(fates[&torn.id], Fate::Cancelled(_)),
        "placed, then cancelled, in this order: {fates:?}"
    );
    assert_eq!(shop.count("EventDiscarded"), 1);
    let waiting: Value =
        serde_json::from_str(&shop.operate(&["parked", "list", "--output", "json"])).unwrap();
    assert_eq!(waiting.as_array().unwrap().len(), 1, "the keyless one: {waiting:#}");
}

fn fate_of(shop: &Shop, order: &Key) -> Fate {
    shop.onlooker.read.history.fates()[order]
}
