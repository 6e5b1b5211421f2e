//! Why a record cannot be read, in words for whoever wrote it.

use std::time::{Duration, Instant};

use events_schema::{
    Malformed, Record, Topic, checkout::OrderPlaced, forwarded, kind, open, parking::EventParked, read,
    warehouse::ProductListed,
};

use crate::desk::{keyed, record, with_headers};

fn refusal(text: &str) -> String {
    read::<OrderPlaced>(&keyed(Topic::Checkout, "order-1", text))
        .expect_err("nobody should take this")
        .to_string()
}

fn refusal_of(data: &str) -> String {
    refusal(&format!(r#"{{"type":"OrderPlaced","data":{data}}}"#))
}

#[test]
fn what_is_no_event_is_told_so() {
    for (text, reason) in [
        ("", "not JSON: EOF while parsing a value at line 1 column 0"),
        ("hello", "not JSON: expected value at line 1 column 1"),
        (r#"{"type":"OrderPlaced""#, "not JSON: EOF while parsing an object at line 1 column 21"),
        ("17", "envelope: expected an object, found integer"),
        (r#""OrderPlaced""#, "envelope: expected an object, found string"),
        (r#"["OrderPlaced"]"#, "envelope: expected an object, found a list: one record is one event"),
        ("{}", r#"no type: an event needs {"type":"…","data":{…}}"#),
        (r#"{"type":7,"data":{}}"#, "envelope: type: expected a string, found integer"),
        (r#"{"type":"OrderPlacd","data":{}}"#, r#"type is "OrderPlacd", not OrderPlaced"#),
        (
            r#"{"type":"OrderPlaced","id":"a b"}"#,
            "envelope: id: a key is made of A-Z a-z 0-9 . _ - only, not ' '",
        ),
        (r#"{"type":"OrderPlaced","id":""}"#, "envelope: id: a key has 1 to 64 characters, this one has 0"),
        (
            r#"{"type":"OrderPlaced","time":"noon"}"#,
            "envelope: time: expected a time like 2026-11-22T18:30:00Z (RFC 3339), found string",
        ),
        (r#"{"type":"OrderPlaced","type":"OrderPlaced"}"#, "envelope: duplicate field `type`"),
    ] {
        assert_eq!(refusal(text), reason, "{text}");
    }
}

#[test]
fn what_is_wrong_with_the_data_is_told_with_its_path() {
    let payment = r#""payment":{"method":"card","token":"tok_ok"}"#;
    for (data, reason) in [
        ("{}", "missing field `customer_id`"),
        (r#"{"customer_id":"c","lines":[]}"#, "missing field `payment`"),
        ("7", "expected an object, found integer"),
        (
            &format!(r#"{{"customer_id":"c","lines":{{}},{payment}}}"#),
            "lines: expected a list, found an object",
        ),
        (
            &format!(r#"{{"customer_id":"c","lines":[{{"sku":"mug","quantity":"2"}}],{payment}}}"#),
            "lines[0].quantity: expected a whole number, found string",
        ),
        (
            &format!(r#"{{"customer_id":"c","lines":[{{"sku":"mug","quantity":1.5}}],{payment}}}"#),
            "lines[0].quantity: expected a whole number, found a number with decimals or too large",
        ),
        (
            &format!(r#"{{"customer_id":"c","lines":[{{"sku":"mug"}}],{payment}}}"#),
            "lines[0]: missing field `quantity`",
        ),
        (
            &format!(r#"{{"customer_id":"é","lines":[],{payment}}}"#),
            "customer_id: a key is made of A-Z a-z 0-9 . _ - only, not 'é'",
        ),
        (
            r#"{"customer_id":"c","lines":[],"payment":{"method":"cash","token":"t"}}"#,
            "payment.method: expected one of `card`, `wallet`, `bank_transfer`, found another word",
        ),
        (
            &format!(r#"{{"customer_id":"c","customer_id":"d","lines":[],{payment}}}"#),
            "duplicate field `customer_id`",
        ),
    ] {
        let expected = format!("data of OrderPlaced: {reason}");
        assert_eq!(refusal_of(data), expected, "{data}");
    }
}

#[test]
fn values_of_the_shop_are_explained() {
    let listed = |prices: &str| {
        let text = format!(r#"{{"type":"ProductListed","data":{{"name":"Mug","prices":{prices}}}}}"#);
        read::<ProductListed>(&keyed(Topic::Warehouse, "mug", &text)).unwrap_err().to_string()
    };
    assert_eq!(
        listed(r#"[{"amount":1999,"currency":"eur"}]"#),
        "data of ProductListed: prices[0].currency: expected a currency: three capital letters, like EUR, found string"
    );
    assert_eq!(
        listed(r#"[{"amount":"1999","currency":"EUR"}]"#),
        "data of ProductListed: prices[0].amount: expected a whole number, found string"
    );
}

#[test]
fn numbers_that_do_not_fit_are_explained() {
    let text = r#"{"type":"EventParked","id":"a","subject":"b","time":"2026-11-22T18:30:00Z",
        "data":{"topic":"checkout","partition":70000,"offset":1,"reason":""}}"#;
    let refused = read::<EventParked>(&record(Topic::Orders, text.as_bytes())).unwrap_err();
    let expected = "data of EventParked: partition: expected a whole number from 0 to 65535, found integer";
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn a_tombstone_and_garbage_are_told_apart() {
    let tombstone = Record { value: None, ..record(Topic::Checkout, b"") };
    let expected = "no value: a tombstone says nothing here";
    assert_eq!(kind(&tombstone).unwrap_err().to_string(), expected);
    assert_eq!(open(&tombstone).unwrap_err().to_string(), expected);
    let garbage = record(Topic::Checkout, &[0xff, 0x00, 0x9f]);
    assert_eq!(kind(&garbage).unwrap_err().to_string(), "not JSON: the value is not UTF-8");
}

#[test]
fn a_key_that_cannot_be_a_subject_is_told() {
    let text = r#"{"type":"OrderPlaced","data":{"customer_id":"c","lines":[],"payment":{"method":"card","token":"t"}}}"#;
    for (key, reason) in [
        ("order 1", "key: a key is made of A-Z a-z 0-9 . _ - only, not ' '"),
        (&*"x".repeat(65), "key: a key has 1 to 64 characters, this one has 65"),
    ] {
        let refused = read::<OrderPlaced>(&keyed(Topic::Checkout, key, text)).unwrap_err();
        assert_eq!(refused.to_string(), reason);
    }
    let binary = Record { key: Some(&[0xc3]), ..record(Topic::Checkout, text.as_bytes()) };
    let refused = read::<OrderPlaced>(&binary).unwrap_err().to_string();
    assert_eq!(refused, "key: a key is made of A-Z a-z 0-9 . _ - only, and this is not even UTF-8");
}

#[test]
fn a_reason_is_never_longer_than_a_person_reads() {
    let text = format!(r#"{{ "type":"{}","data":{{}}}}"#, "é".repeat(5_000));
    let refused = refusal(&text);
    assert!(refused.chars().count() <= 301 && refused.ends_with('…'), "{}", refused.len());
    assert_eq!(Malformed::new("a".repeat(300)).to_string(), "a".repeat(300));
}

/// Not a measurement: an input whose cost grows with its square would take minutes.
#[test]
fn a_mebibyte_of_anything_is_judged_quickly() {
    const MIB: usize = 1 << 20;
    let wrapped = |inner: String| format!(r#"{{ "type":"OrderPlaced","data":{inner}}}"#);
    let long = [
        "[".repeat(MIB),
        "{\"a\":".repeat(MIB / 5),
        format!(r#"{{"type":"{}"#, "x".repeat(MIB)),
        format!("{}{{}}", " ".repeat(MIB)),
        wrapped("[".repeat(MIB)),
        wrapped(format!("{}{}", "[".repeat(MIB / 2), "]".repeat(MIB / 2))),
        wrapped(format!(r#"{{"note":"{}"}}"#, "\\u0041".repeat(MIB / 6))),
        wrapped(format!(r#"{{"lines":[{}]}}"#, r#"{"sku":"a","quantity":1},"#.repeat(MIB / 25))),
        wrapped(format!(r#"{{"customer_id":"{}"}}"#, "9".repeat(MIB))),
        wrapped("9".repeat(MIB)),
    ];
    #[expect(clippy::disallowed_methods, reason = "measures a duration")]
    let begin = Instant::now();
    for text in &long {
        for record in [keyed(Topic::Checkout, "order-1", text), keyed(Topic::Orders, "order-1", text)] {
            let record = with_headers(record, &events_schema::NoHeaders);
            let _ = kind(&record);
            assert!(read::<OrderPlaced>(&record).is_err());
            let _ = forwarded(&record, &mut Vec::new());
        }
    }
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}
