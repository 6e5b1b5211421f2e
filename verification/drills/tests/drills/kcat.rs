//! An order in one line, typed by a person, on whatever partition the tool picks.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use events_schema::Topic;
use invariants::Fate;

use crate::shop::{SOON, Shop};

const LINE: &str = r#"{"type":"OrderPlaced","data":{"customer_id":"ada","lines":[{"sku":"mug","quantity":1}],"payment":{"method":"card","token":"tok_ok"}}}"#;

/// Types the line into kcat, or writes it as kcat would where there is none: a key is placed by its CRC32.
fn type_in(shop: &Shop, key: Option<&str>) {
    let topic = format!("{}{}", shop.prefix, Topic::Checkout);
    let mut kcat = Command::new("kcat");
    kcat.args(["-P", "-b", &shop.brokers, "-t", &topic]);
    if let Some(key) = key {
        kcat.args(["-k", key]);
    }
    match kcat.stdin(Stdio::piped()).spawn() {
        Ok(mut child) => {
            child.stdin.take().unwrap().write_all(LINE.as_bytes()).unwrap();
            assert!(child.wait().unwrap().success());
        }
        Err(_) => shop.customer.write(Topic::Checkout, None, key, LINE.as_bytes()),
    }
}

#[test]
fn an_order_typed_into_kcat_completes_with_a_key_and_without() {
    let Some(mut shop) = Shop::open("kcat", &[("mug", 100)], &[]) else { return };
    // By murmur2 and CRC32 two of three keys come to lie on different partitions.
    for key in ["typed-1", "typed-2", "typed-3", "typed-4", "typed-5", "typed-6"] {
        type_in(&shop, Some(key));
    }
    type_in(&shop, None);
    type_in(&shop, None);
    shop.customer.drain();
    shop.await_count("OrderCompleted", 8);
    let placed = shop.onlooker.read.ended.clone();
    let fates = shop.settle(&placed, SOON);
    assert_eq!(fates.values().filter(|fate| **fate == Fate::Completed).count(), 8, "{fates:?}");
    assert_eq!(fates.len(), 8, "{fates:?}");
    assert_ne!(shop.count("EventForwarded"), 0, "no record lay where it does not belong");
}
