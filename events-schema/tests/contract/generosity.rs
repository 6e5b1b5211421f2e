//! What people and other programs may write on the topics meant for them.

use events_schema::{
    EventId, Heard, Malformed, OwnedHeaders, Record, Timestamp, Topic, TraceParent,
    checkout::{OrderCancellationRequested, OrderPlaced},
    kind, open, read,
};

use crate::desk::{APPENDED, headers, keyed, place, record, with_headers};

const DATA: &str = r#"{"customer_id":"customer-7","lines":[{"sku":"mug","quantity":2}],"payment":{"method":"card","token":"tok_ok"}}"#;

/// The least a person types.
fn minimal() -> String {
    format!(r#"{{"type":"OrderPlaced","data":{DATA}}}"#)
}

/// An order with these further attributes.
fn placed_with(attributes: &str) -> Result<Heard<OrderPlaced>, Malformed> {
    let text = format!(r#"{{"type":"OrderPlaced",{attributes},"data":{DATA}}}"#);
    read(&keyed(Topic::Checkout, "order-1", &text))
}

fn placed(record: &Record<'_>) -> Heard<OrderPlaced> {
    read(record).unwrap_or_else(|error| panic!("{error}"))
}

fn refusal(record: &Record<'_>) -> String {
    read::<OrderPlaced>(record).expect_err("nobody should take this").to_string()
}

#[test]
fn one_line_of_kcat_with_a_key_is_an_order() {
    let text = minimal();
    let heard = placed(&keyed(Topic::Checkout, "order-1", &text));
    assert_eq!(heard.subject.as_str(), "order-1");
    assert_eq!(heard.id, EventId::of_place(place(Topic::Checkout)));
    assert_eq!(heard.time, APPENDED);
    assert_eq!(heard.data.lines[0].sku, "mug");
}

#[test]
fn without_a_key_the_order_id_in_the_data_is_the_subject() {
    let text = minimal().replace(r#"{"customer_id""#, r#"{"order_id":"order-2","customer_id""#);
    assert_eq!(placed(&record(Topic::Checkout, text.as_bytes())).subject.as_str(), "order-2");
}

#[test]
fn an_empty_key_is_no_key() {
    let text = minimal().replace(r#"{"customer_id""#, r#"{"order_id":"order-2","customer_id""#);
    assert_eq!(placed(&keyed(Topic::Checkout, "", &text)).subject.as_str(), "order-2");
}

#[test]
fn without_any_id_the_order_is_called_by_its_place() {
    let text = minimal();
    let heard = placed(&record(Topic::Checkout, text.as_bytes()));
    assert_eq!(heard.subject, EventId::of_place(place(Topic::Checkout)).as_key());
    assert_eq!(heard.subject, heard.id.as_key());
}

#[test]
fn a_subject_attribute_wins_over_key_and_data() {
    let heard = placed_with(r#""subject":"order-9""#).unwrap();
    assert_eq!(heard.subject.as_str(), "order-9");
}

#[test]
fn fields_may_stand_in_any_order_with_any_blanks() {
    let text = format!(
        "\n{{ \"data\" : {DATA} ,\r\n\t\"time\":\"2026-11-22T18:30:00+01:00\", \"subject\":\"order-3\",\
         \"id\":\"front-end-17\",\"specversion\":\"1.0\",\"type\":\"OrderPlaced\" }}\n"
    );
    let record = record(Topic::Checkout, text.as_bytes());
    assert_eq!(kind(&record).unwrap(), "OrderPlaced");
    let heard = placed(&record);
    assert_eq!((heard.id.as_str(), heard.subject.as_str()), ("front-end-17", "order-3"));
    assert_eq!(heard.time, "2026-11-22T17:30:00Z".parse::<Timestamp>().unwrap());
}

#[test]
fn escapes_in_strings_are_undone() {
    let text = r#"{"type":"Order\u0050laced","id":"a\u002d1","data":{"customer_id":"customer\u002d7","lines":[],
        "note":"caf\u00e9 \/ th\u00e9 \ud83e\udd80","payment":{"method":"c\u0061rd","token":"tok\u005fok"}}}"#;
    let record = keyed(Topic::Checkout, "order-1", text);
    assert_eq!(kind(&record).unwrap(), "OrderPlaced");
    let heard = placed(&record);
    assert_eq!(heard.id.as_str(), "a-1");
    assert_eq!(heard.data.note.as_deref(), Some("café / thé 🦀"));
    assert_eq!(heard.data.payment.token, "tok_ok");
}

fn binary_headers() -> OwnedHeaders {
    headers(&[
        ("content-type", "application/json"),
        ("ce_specversion", "1.0"),
        ("ce_type", "OrderPlaced"),
        ("ce_id", "front-end-18"),
        ("ce_source", "https://shop.example/web"),
        ("ce_subject", "order-4"),
        ("ce_time", "2026-11-22T18:30:00Z"),
        ("ce_traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ])
}

#[test]
fn binary_mode_takes_the_attributes_from_headers() {
    let headers = binary_headers();
    let record = with_headers(keyed(Topic::Checkout, "order-1", DATA), &headers);
    assert_eq!(kind(&record).unwrap(), "OrderPlaced");
    let heard = placed(&record);
    assert_eq!((heard.id.as_str(), heard.subject.as_str()), ("front-end-18", "order-4"));
    assert_eq!(heard.time.to_string(), "2026-11-22T18:30:00.000000Z");
    assert!(heard.traceparent.is_some());
    assert_eq!(open(&record).unwrap().source, "https://shop.example/web");
}

#[test]
fn binary_mode_may_leave_out_all_but_the_type() {
    let headers = headers(&[("ce_type", "OrderPlaced")]);
    let heard = placed(&with_headers(keyed(Topic::Checkout, "order-1", DATA), &headers));
    assert_eq!(heard.subject.as_str(), "order-1");
    assert_eq!(heard.id, EventId::of_place(place(Topic::Checkout)));
}

#[test]
fn binary_mode_may_have_no_data_where_none_is_needed() {
    let headers = headers(&[("ce_type", "OrderCancellationRequested")]);
    let record = with_headers(keyed(Topic::Checkout, "order-1", ""), &headers);
    assert_eq!(read::<OrderCancellationRequested>(&record).unwrap().data.reason, None);
}

#[test]
fn a_wrong_header_is_named() {
    for (name, wrong, reason) in [
        ("ce_id", "a b", "ce_id: a key is made of A-Z a-z 0-9 . _ - only, not ' '"),
        ("ce_time", "noon", "ce_time: \"noon\" is not a time like 2026-11-22T18:30:00Z (RFC 3339)"),
        ("ce_subject", "", "ce_subject: a key has 1 to 64 characters, this one has 0"),
    ] {
        let headers = headers(&[("ce_type", "OrderPlaced"), (name, wrong)]);
        assert_eq!(refusal(&with_headers(keyed(Topic::Checkout, "order-1", DATA), &headers)), reason);
    }
}

#[test]
fn headers_mean_nothing_on_the_topics_of_services() {
    let headers = headers(&[("ce_type", "OrderPlaced")]);
    let record = with_headers(keyed(Topic::Orders, "order-1", r#"{ "type":"Other" }"#), &headers);
    assert_eq!(kind(&record).unwrap(), "Other");
}

#[test]
fn data_may_be_left_out_where_none_is_needed() {
    let record = keyed(Topic::Checkout, "order-1", r#"{"type":"OrderCancellationRequested"}"#);
    assert_eq!(read::<OrderCancellationRequested>(&record).unwrap().data.reason, None);
}

#[test]
fn an_unknown_type_is_told_and_is_no_error() {
    let whatever_else = [
        r#"{"type":"BasketAbandoned","data":5}"#,
        r#"{ "id":["not an id"], "time":7, "type":"BasketAbandoned" }"#,
    ];
    for text in whatever_else {
        for topic in Topic::ALL {
            assert_eq!(kind(&record(topic, text.as_bytes())).unwrap(), "BasketAbandoned");
        }
    }
}

#[test]
fn a_malformed_trace_source_or_cause_is_ignored() {
    for attribute in [
        r#""traceparent":"00-zz""#,
        r#""traceparent":5"#,
        r#""traceparent":{"a":[]}"#,
        r#""traceparent":null"#,
        r#""causationid":"not an id""#,
        r#""causationid":[1]"#,
        r#""source":7"#,
    ] {
        let heard = placed_with(attribute).unwrap_or_else(|error| panic!("{attribute}: {error}"));
        assert_eq!(heard.traceparent, None);
        let complete = format!(r#"{attribute},"id":"a-1","subject":"order-1","time":"2026-11-22T18:30:00Z""#);
        placed_with(&complete).unwrap_or_else(|error| panic!("{attribute}: {error}"));
    }
}

#[test]
fn a_trace_is_carried() {
    let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let heard = placed_with(&format!(r#""traceparent":"{text}""#)).unwrap();
    assert_eq!(heard.traceparent, TraceParent::from_bytes(text.as_bytes()));
}

#[test]
fn a_version_we_do_not_know_is_refused() {
    for (schema, refused) in [
        ("urn:orders:OrderPlaced:1", false),
        ("urn:orders:OrderPlaced:9", true),
        ("urn:orders:OrderPlaced:0", true),
        ("urn:orders:OrderPlaced:next", true),
        ("https://shop.example/schemas/order.json", false),
        ("urn:other:OrderPlaced:9", false),
    ] {
        let complete = r#""id":"a-1","subject":"order-1","time":"2026-11-22T18:30:00Z""#;
        for attributes in
            [format!(r#""dataschema":"{schema}""#), format!(r#""dataschema":"{schema}",{complete}"#)]
        {
            match placed_with(&attributes) {
                Ok(_) => assert!(!refused, "{schema}"),
                Err(error) => {
                    let reason = format!(
                        "unknown version: dataschema \"{schema}\"; OrderPlaced is known up to version 1"
                    );
                    assert!(refused && error.to_string() == reason, "{schema}: {error}");
                }
            }
        }
    }
}

#[test]
fn services_are_strict_with_one_another() {
    let minimal = record(Topic::Orders, br#"{"type":"OrderConfirmed","data":{}}"#);
    let refused = read::<events_schema::orders::OrderConfirmed>(&minimal).unwrap_err();
    assert_eq!(refused.to_string(), "envelope: id, subject, time and data are required on this topic");
}
