//! Tokens and card numbers in the wrong place do not get into reasons, which are kept for ever.

use events_schema::{
    Currency, Customer, Key, Malformed, Money, PaymentMethod, Token, Topic,
    checkout::{OfferedPayment, OrderPlaced},
    open,
    orders::OrderAccepted,
    read,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::desk::{keyed, record, reread_as, sample, samples};

const CARD: &str = "4111111111111111";
const SECRET: &str = "tok_live_51HxSecret";

/// Every way to get a placed order wrong that puts `secret` where something else belongs.
fn misplaced(secret: &str) -> Vec<String> {
    let whole = r#"{"type":"OrderPlaced","id":"ID","time":"TIME","subject":"SUBJECT","dataschema":"SCHEMA",
        "data":{"order_id":"ORDER","customer_id":"CUSTOMER","lines":[{"sku":"SKU","quantity":1}],"currency":"EUR",
        "payment":{"method":"card","token":"TOKEN"},"note":"NOTE"}}"#;
    let spots = [
        r#""ID""#,
        r#""TIME""#,
        r#""SUBJECT""#,
        r#""SCHEMA""#,
        r#""ORDER""#,
        r#""CUSTOMER""#,
        r#""SKU""#,
        "1",
        r#""EUR""#,
        r#""card""#,
        r#""TOKEN""#,
        r#""NOTE""#,
        r#"{"sku":"SKU","quantity":1}"#,
        r#"[{"sku":"SKU","quantity":1}]"#,
        r#"{"method":"card","token":"TOKEN"}"#,
        r#""OrderPlaced""#,
    ];
    let shapes = [
        format!("\"{secret}\""),
        format!("[\"{secret}\"]"),
        format!("{{\"a\":\"{secret}\"}}"),
        format!("\"{secret} {secret}\""),
        format!("\"a, expected {secret}, expected b\""),
        secret.to_owned(),
        format!("-{secret}"),
        format!("{secret}.5"),
        format!("\"` at line {secret}\""),
        format!("\"{}\"", secret.repeat(9)),
    ];
    let mut all = Vec::new();
    for spot in spots {
        all.extend(shapes.iter().map(|shape| whole.replacen(spot, shape, 1)));
    }
    all.push(format!(r#"{{"type":"OrderPlaced","data":"{{\"payment\":{{\"token\":\"{secret}\"}}}}"}}"#));
    all
}

fn reasons(text: &str) -> Vec<String> {
    [Topic::Checkout, Topic::Orders]
        .into_iter()
        .flat_map(|topic| {
            let record = keyed(topic, "order-1", text);
            let read = read::<OrderPlaced>(&record).err();
            [read, open(&record).err()]
        })
        .flatten()
        .map(|error| error.to_string())
        .collect()
}

#[test]
fn a_card_number_is_never_repeated() {
    let mut refused = 0;
    for text in misplaced(CARD) {
        for reason in reasons(&text) {
            refused += 1;
            assert!(!reason.contains("41111111"), "{reason}");
        }
    }
    assert!(refused > 100, "only {refused} were refused");
}

#[test]
fn a_token_is_never_repeated_where_it_is_not_the_type_or_the_schema() {
    for text in misplaced(SECRET) {
        for reason in reasons(&text) {
            let named = reason.starts_with("type is ") || reason.starts_with("unknown version");
            assert!(named || !reason.contains("Secret"), "{reason}");
        }
    }
}

#[test]
fn a_token_that_is_a_number_is_refused_without_repeating_it() {
    let text = format!(
        r#"{{"type":"OrderPlaced","data":{{"customer_id":"c","lines":[],"payment":{{"method":"card","token":{CARD}}}}}}}"#
    );
    assert_eq!(reasons(&text)[0], "data of OrderPlaced: payment.token: expected a string, found integer");
}

#[test]
fn long_numbers_are_masked_in_every_reason() {
    assert_eq!(Malformed::new(format!("not {CARD}!")).to_string(), "not ***!");
    assert_eq!(Malformed::new("checkout-3@12345678901").to_string(), "checkout-3@12345678901");
}

#[test]
fn debug_output_does_not_show_who_buys() {
    let customer: Customer = "ada-lovelace".parse().unwrap();
    let accepted = sample("OrderAccepted");
    let heard = read::<OrderAccepted>(&accepted.record()).unwrap();
    let named = heard.data.customer_id.expose();
    assert_eq!(customer.expose().as_str(), "ada-lovelace");
    for shown in [format!("{customer:?} {customer}"), format!("{heard:?}")] {
        assert!(!shown.contains("ada") && !shown.contains(named.as_str()), "{shown}");
    }
}

#[test]
fn debug_output_does_not_show_a_token() {
    let offered = OfferedPayment { method: PaymentMethod::Card, token: SECRET.to_owned() };
    let token = Token::from(SECRET.parse::<Key>().unwrap());
    let accepted = sample("OrderAccepted");
    let heard = read::<OrderAccepted>(&accepted.record()).unwrap();
    assert_eq!(heard.data.payment.token.expose(), "tok_ok");
    for shown in [format!("{offered:?}"), format!("{token:?} {token}"), format!("{heard:?}")] {
        assert!(!shown.contains("Secret") && !shown.contains("tok_ok"), "{shown}");
    }
    assert_eq!(Money::new(-1999, Currency::EUR).to_string(), "-19.99 EUR");
}

/// Puts `secret` in the place of the `at`-th leaf.
fn with_leaf(value: &mut Value, at: &mut usize, secret: &Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|inner| with_leaf(inner, at, secret)),
        Value::Array(items) => items.iter_mut().for_each(|inner| with_leaf(inner, at, secret)),
        leaf => {
            if *at == 0 {
                *leaf = secret.clone();
            }
            *at = at.wrapping_sub(1);
        }
    }
}

proptest! {
    #[test]
    fn no_event_repeats_what_stands_in_the_wrong_place(
        which in 0_usize..1_000, leaf in 0_usize..24, number in any::<bool>(),
    ) {
        let all = samples();
        let sample = &all[which % all.len()];
        let mut data: Value = serde_json::from_str::<Value>(&sample.text).unwrap()["data"].take();
        let secret = if number { Value::from(4_111_111_111_111_111_u64) } else { Value::from("4111 Secret") };
        with_leaf(&mut data, &mut leaf.clone(), &secret);
        let text = format!(
            r#"{{"type":"{}","id":"a","subject":"b","time":"2026-11-22T18:30:00Z","data":{data}}}"#,
            sample.described.event
        );
        let read = reread_as(sample.described.event, &record(sample.described.topics[0], text.as_bytes()));
        if let Some(Err(error)) = read {
            let reason = error.to_string();
            prop_assert!(!reason.contains("4111") && !reason.contains("Secret"), "{}", reason);
        }
    }
}
