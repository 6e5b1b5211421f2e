//! All doors by name, with what a fuzzer begins from.

use crate::{Frame, restore, samples};

/// A function that must bear any bytes.
pub struct Door {
    /// Its name: of the function, the fuzz target, the corpus, the negative samples.
    pub name: &'static str,
    /// The function.
    pub enter: fn(&[u8]),
    /// Inputs that get far.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

macro_rules! doors {
    ($($name:ident from $seeds:ident,)+) => {
        /// Every door.
        pub const DOORS: &[Door] =
            &[$(Door { name: stringify!($name), enter: crate::$name, seeds: $seeds },)+];
    };
}

doors! {
    event_record from records,
    event_text from texts,
    orders_history from histories,
    inventory_history from histories,
    payments_history from histories,
    topic_record from records_for_services,
    parked_record from parked,
    positions_header from headers,
    restore_damaged_log from logs,
    configuration from command_lines,
    provider_answers from answers,
    evidence_lines from evidence,
    cli_arguments from arguments,
    ndjson_orders from order_lines,
}

fn records() -> Vec<Vec<u8>> {
    let structured = samples().iter().map(|sample| sample.frame().write());
    let outsiders = samples().iter().filter(|sample| sample.topics[0].is_outsiders());
    structured.chain(outsiders.flat_map(|sample| [binary(sample), minimal(sample)])).collect()
}

/// The sample as an outsider may write it: attributes in headers, data in the value.
fn binary(sample: &crate::Sample) -> Vec<u8> {
    let header = |name: &str, value: &str| (format!("ce_{name}"), value.as_bytes().to_vec());
    let headers = vec![
        header("type", sample.event),
        header("id", "front-end-1"),
        header("subject", "o-1"),
        header("time", "2026-11-22T18:30:00Z"),
        header("source", "https://shop.example/web"),
    ];
    Frame { headers, value: Some(data_of(sample)), ..sample.frame() }.write()
}

/// The least a person types.
fn minimal(sample: &crate::Sample) -> Vec<u8> {
    let data = String::from_utf8_lossy(&data_of(sample)).into_owned();
    let value = format!("{{ \"type\":\"{}\", \"data\":{data}}}", sample.event).into_bytes();
    Frame { key: Some(b"o-1".to_vec()), value: Some(value), ..sample.frame() }.write()
}

fn data_of(sample: &crate::Sample) -> Vec<u8> {
    let opened =
        events_schema::open(&sample.frame().at(0, 0).as_record()).map(|opened| opened.data.get().to_owned());
    opened.unwrap_or_else(|error| panic!("the sample of {}: {error}", sample.event)).into_bytes()
}

fn texts() -> Vec<Vec<u8>> {
    const TEXTS: &[&str] = &[
        "o-1",
        "01932e4f-9c00-7aaa-8000-000000000027",
        "EUR",
        "checkout-3@1234",
        "2026-11-22T18:30:00.000000Z",
        "2026-11-22T18:30:00+01:00",
        "9999-12-31T23:59:59.999999Z",
        "0000-02-29T00:00:00.000001Z",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "{\"amount\":1998,\"currency\":\"EUR\"}",
        "{\"sku\":\"mug\",\"quantity\":2}",
        "{\"method\":\"card\",\"token\":\"tok_ok\"}",
        "4111 1111 1111 1111 and 4111111111111111",
    ];
    owned(TEXTS)
}

/// Choices: a walk through all of them, in steps of several lengths.
fn histories() -> Vec<Vec<u8>> {
    (1..=16_u32).map(|step| (0..512_u32).map(|n| (n.wrapping_mul(step * 37) >> 2) as u8).collect()).collect()
}

fn records_for_services() -> Vec<Vec<u8>> {
    let of = |service: u8| records().into_iter().map(move |record| [vec![service], record].concat());
    (0..3).flat_map(of).collect()
}

fn parked() -> Vec<Vec<u8>> {
    let header = |name: &str, value: &str| (format!("parked-{name}"), value.as_bytes().to_vec());
    let headers = vec![
        header("service", "order"),
        header("subject", "o-1"),
        header("reason", "not JSON"),
        header("at", "2026-11-22T18:30:00.000000Z"),
        header("topic", "checkout"),
        header("partition", "0"),
        header("offset", "0"),
    ];
    let placed = samples().iter().filter(|sample| sample.topics[0] == events_schema::Topic::Checkout);
    placed.map(|sample| Frame { headers: headers.clone(), ..sample.frame() }.write()).collect()
}

fn headers() -> Vec<Vec<u8>> {
    owned(&[
        "checkout=0..1,inventory=0..2,payments=1..1",
        "checkout=5..2",
        "operations=0..0,orders=0..9",
        "=..,checkout=..",
    ])
}

/// The samples of each service's facts, as one log.
fn logs() -> Vec<Vec<u8>> {
    let own = [events_schema::Topic::Orders, events_schema::Topic::Inventory, events_schema::Topic::Payments];
    let log = |choice: u8| {
        let topic = own[usize::from(choice)];
        let facts = samples().iter().filter(|sample| sample.topics.contains(&topic));
        let rows = samples().iter().filter(|sample| sample.topics.iter().any(|topic| topic.is_compacted()));
        let frames: Vec<Vec<u8>> = rows.chain(facts).map(|sample| sample.frame().write()).collect();
        restore::joined(choice, &frames)
    };
    (0..3).map(log).collect()
}

fn command_lines() -> Vec<Vec<u8>> {
    const LINES: &[&str] = &[
        "--brokers\nlocalhost:9092\n--prefix\nshop-\n-X\nsecurity.protocol=ssl",
        "ORDERS_WORKERS=64\nORDERS_BATCH_MAX=100000\nORDERS_COMMIT_MS=0\nORDERS_ADMIN=127.0.0.1:9100",
        "ORDERS_CURRENCY=USD\nORDERS_ORDER_LIFETIME_S=1\nORDERS_MAX_TOTAL=1\nORDERS_MAX_LINES=1",
        "--tax-basis-points\n10000\n--window-h\n0",
        "--window-h\n99999999999999999\n--order-lifetime-s\n18446744073709551615",
        "--least-deal\n5\n--simulated-success\n0.5\n--simulated-latency-ms\n0",
        "--provider-url\nhttp://localhost:8090/v1\n--provider-lines\n18446744073709551615",
        "ORDERS_SESSION_TIMEOUT_MS=18446744073709551615\nORDERS_LOG_FORMAT=json\nORDERS_INSTANCE=b",
    ];
    owned(LINES)
}

fn arguments() -> Vec<Vec<u8>> {
    const LINES: &[&str] = &[
        "place\n--sku\nmug\n--quantity\n2\n--wait",
        "place\n--line\nmug=2\n--line\nposter=-1\n--customer\nada\n--count\n3\n--rate\n200",
        "place\n--file\n-\n--timeout\n5",
        "trace\no-1\n--output\njson",
        "list\n--prefix\nshop-",
        "stock\nreceive\nmug\n5",
        "stock\ncorrect\nmug\n-5",
        "product\nlist",
        "customer\nblock\nada",
        "parked\nresume\norder\no-1",
        "run\norder\n--workers\n2\n--window-h\n24",
        "demo\n--once\n--orders\n20",
        "tail\norders",
        "completions\nbash",
        "help\nplace",
    ];
    owned(LINES)
}

/// Samples as lines: the data alone, and whole events.
fn order_lines() -> Vec<Vec<u8>> {
    samples().iter().flat_map(|sample| [data_of(sample), sample.text.clone()]).collect()
}

fn answers() -> Vec<Vec<u8>> {
    const BODIES: &[&str] = &[
        r#"{"status":"captured","amount":{"amount":1998,"currency":"EUR"},"reference":"ch_1"}"#,
        r#"{"status":"declined","reason":"declined","reference":"at_1"}"#,
        r#"{"status":"never_will"}"#,
        r#"{"status":"refunded","reference":"re_1"}"#,
        r#"{"status":"refused","reason":"in the provider's words"}"#,
    ];
    let spoken = |verb: u8, status: &str, body: &str| {
        let text = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\n\r\n{body}");
        [vec![verb], text.into_bytes()].concat()
    };
    let plain = BODIES.iter().flat_map(|body| (0..2).map(|verb| spoken(verb, "200 OK", body)));
    let declined = BODIES.iter().map(|body| spoken(1, "402 Payment Required", body));
    let chunked = b"\x00HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n17\r\n{\"status\":\"never_will\"}\r\n0\r\n\r\n";
    plain
        .chain(declined)
        .chain([chunked.to_vec(), spoken(0, "503 Busy", ""), spoken(1, "302 Found", "")])
        .collect()
}

fn evidence() -> Vec<Vec<u8>> {
    owned(&[
        r#"{"movement":"charged","order":"o-1","amount":1250,"currency":"EUR"}"#,
        r#"{"movement":"refunded","order":"o-1","amount":1250,"currency":"EUR"}"#,
        r#"{"order":"o-1","id":"e-1","topic":"checkout","partition":0,"offset":7,"told":"completed"}"#,
        r#"{"order":"o-1","id":"e-1","topic":"checkout","partition":0,"offset":7}"#,
    ])
}

fn owned(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
