//! Pages of orders of every fate.

use events_schema::{
    Currency, Envelope, Event, EventId, Key, Line, Money, OwnedRecord, Payment, PaymentMethod, Place, Source,
    Token, Topic,
    inventory::{ReleaseCause, StockReleased, StockReserved},
    orders::{CancelReason, OrderAccepted, OrderCancelled, PricedLine},
    parking::{EventForwarded, EventParked},
    payments::{FailureReason, PaymentFailed, PaymentStarted, Risk},
};

use super::*;

const T0: i64 = 1_795_000_000_000_000;

/// Writes the records of one order, each caused by the one before it.
struct Saga {
    order: Key,
    records: Vec<OwnedRecord>,
}

impl Saga {
    fn new() -> Saga {
        let mut saga = Saga { order: "o-1".parse().unwrap(), records: Vec::new() };
        let placed = br#"{"type":"OrderPlaced","data":{"customer_id":"ada","lines":[{"sku":"mug","quantity":2}],"payment":{"method":"card","token":"tok_declined"}}}"#;
        saga.push(Topic::Checkout, 0, placed.to_vec());
        saga
    }

    fn push(&mut self, topic: Topic, at: i64, value: Vec<u8>) {
        let place = Place { topic, partition: 2, offset: self.records.len() as i64 };
        let (appended, key) = (Timestamp(T0 + at), Some(self.order.as_bytes().to_vec()));
        self.records.push(OwnedRecord { place, appended, key, value: Some(value), headers: Vec::new() });
    }

    /// The order is told of by `source`, `at` microseconds after the placement, in answer to the record at `cause`.
    fn told<E: Event>(mut self, source: Source, at: i64, cause: usize, event: &E) -> Saga {
        let cause = events_schema::open(&self.records[cause].as_record()).unwrap().id;
        let mut value = Vec::new();
        Envelope {
            kind: E::TYPE,
            id: EventId::of_fact(source, cause, E::TYPE, 0),
            source,
            subject: self.order,
            time: &Timestamp(T0 + at).to_string(),
            causationid: Some(cause),
            traceparent: None,
        }
        .write(&mut value, |out| serde_json::to_writer(out, event).unwrap());
        let topic = match source {
            Source::Order => Topic::Orders,
            Source::Inventory => Topic::Inventory,
            _ => Topic::Payments,
        };
        self.push(topic, at, value);
        self
    }

    fn timeline(&self) -> Timeline {
        Timeline::of(self.order, &self.records, Timestamp::MAX)
    }
}

fn mugs() -> Vec<Line> {
    vec![Line { sku: "mug".parse().unwrap(), quantity: 2.try_into().unwrap() }]
}

fn payment() -> Payment {
    Payment { method: PaymentMethod::Card, token: Token::from("tok_declined".parse::<Key>().unwrap()) }
}

fn euros(cents: i64) -> Money {
    Money::new(cents, Currency::EUR)
}

fn accepted() -> OrderAccepted {
    let Line { sku, quantity } = mugs()[0];
    OrderAccepted {
        customer_id: "ada".parse().unwrap(),
        lines: vec![PricedLine { sku, quantity, unit_price: euros(1200) }],
        subtotal: euros(2400),
        discount: euros(0),
        tax: euros(0),
        total: euros(2400),
        payment: payment(),
        expires_at: Timestamp(T0 + 60_000_000),
    }
}

fn reserved() -> StockReserved {
    StockReserved {
        lines: mugs(),
        customer_id: "ada".parse().unwrap(),
        total: euros(2400),
        payment: payment(),
        expires_at: Timestamp(T0 + 60_000_000),
    }
}

fn declined() -> Saga {
    let started = PaymentStarted {
        amount: euros(2400),
        method: PaymentMethod::Card,
        risk: Risk { score: 3, reasons: vec![] },
        token: None,
    };
    let failed = PaymentFailed { reason: FailureReason::Declined, provider_reference: None };
    let cancelled =
        OrderCancelled { reason: CancelReason::PaymentFailed, expires_at: Timestamp(T0 + 60_000_000) };
    let released = StockReleased { lines: mugs(), cause: ReleaseCause::PaymentFailed };
    Saga::new()
        .told(Source::Order, 6_200, 0, &accepted())
        .told(Source::Inventory, 12_500, 1, &reserved())
        .told(Source::Payment, 18_400, 2, &started)
        .told(Source::Payment, 24_900, 3, &failed)
        .told(Source::Order, 31_000, 4, &cancelled)
        // By a clock that is slow: it stands after its cause all the same.
        .told(Source::Inventory, 24_800, 4, &released)
}

fn page(table: &Table) -> String {
    let mut page = anstream::StripStream::new(Vec::new());
    table.write(&mut page).unwrap();
    String::from_utf8(page.into_inner()).unwrap()
}

#[test]
fn a_declined_card_reads_from_top_to_bottom() {
    let lines = [
        "  MS  SERVICE    EVENT           AFTER                AT             FACTS",
        " 0.0  cli        OrderPlaced                          checkout-2@0   2 mug, card by ada",
        " 6.2  order      OrderAccepted   +6.2 OrderPlaced     orders-2@1     24.00 EUR",
        "12.5  inventory  StockReserved   +6.3 OrderAccepted   inventory-2@2  2 mug",
        "18.4  payment    PaymentStarted  +5.9 StockReserved   payments-2@3   24.00 EUR, card, risk 3",
        "24.9  payment    PaymentFailed   +6.5 PaymentStarted  payments-2@4   declined",
        "24.8  inventory  StockReleased   -0.1 PaymentFailed   inventory-2@6  2 mug, payment_failed",
        "31.0  order      OrderCancelled  +6.1 PaymentFailed   orders-2@5     payment_failed",
    ];
    assert_eq!(page(&table(&declined().timeline(), false, None)), lines.join("\n") + "\n");
}

#[test]
fn each_service_has_its_lane() {
    let page = page(&table(&declined().timeline(), true, None));
    let column = |line: &str, word: &str| line.find(word).map(|at| at > 0);
    let heads = page.lines().next().unwrap();
    for (word, head) in
        [("OrderPlaced", "CHECKOUT"), ("OrderAccepted", "ORDER"), ("StockReserved", "INVENTORY")]
    {
        let line = page.lines().find(|line| line.contains(word)).unwrap();
        assert_eq!(line.find(word), heads.find(head), "{word}");
        assert_eq!(column(line, word), Some(true));
    }
}

#[test]
fn the_head_tells_where_everything_ended() {
    let timeline = declined().timeline();
    assert_eq!(
        summary(&timeline, Timestamp(T0 + 1_000_000)),
        [
            "order o-1 · partition 2 · cancelled, payment_failed after 31.0 ms",
            "customer ada · goods released · money none taken, declined",
        ]
    );
}

#[test]
fn an_open_order_tells_who_has_to_move() {
    let saga = Saga::new().told(Source::Order, 6_200, 0, &accepted()).told(
        Source::Inventory,
        12_500,
        1,
        &reserved(),
    );
    assert_eq!(
        summary(&saga.timeline(), Timestamp(T0 + 2_012_500)),
        [
            "order o-1 · partition 2 · pending",
            "customer ada · goods reserved · money untouched",
            "waits for payment: StockReserved has no answer yet (last event 2.0 s ago)",
        ]
    );
}

#[test]
fn a_parked_order_tells_why() {
    let parked = EventParked {
        topic: "checkout".to_owned(),
        partition: 2,
        offset: 0,
        reason: "bad data".to_owned(),
        corrects: None,
    };
    let saga = Saga::new().told(Source::Order, 6_200, 0, &parked);
    assert_eq!(
        summary(&saga.timeline(), Timestamp(T0 + 6_200))[2],
        "waits for an operator: a record is parked at order (bad data); look: orderctl parked list (last event 0.0 ms ago)"
    );
}

#[test]
fn a_moment_of_the_past_shows_only_what_had_happened() {
    let saga = declined();
    let then = Timeline::of(saga.order, &saga.records, Timestamp(T0 + 13_000));
    assert_eq!(then.steps.len(), 3);
    assert_eq!(then.story.status(), "pending");
}

#[test]
fn a_forwarded_placement_is_found_on_both_partitions_and_belongs_to_the_facts() {
    let mut saga = Saga::new();
    saga.records[0].place.partition = 1;
    let astray = saga.records[0].clone();
    let mut value = Vec::new();
    events_schema::forwarded(&astray.as_record(), &mut value).unwrap();
    saga.push(Topic::Checkout, 0, value);
    let timeline = saga.told(Source::Order, 6_200, 1, &accepted()).timeline();
    assert_eq!(timeline.partition(), Some(2));
    let events: Vec<&str> = timeline.steps.iter().map(|step| step.event.as_str()).collect();
    assert_eq!(events, ["OrderPlaced", "OrderPlaced", "OrderAccepted"]);
}

#[test]
fn an_order_that_went_astray_is_told_once_where_it_arrived() {
    let mut saga = Saga::new();
    saga.records[0].place.partition = 1;
    let astray = saga.records[0].clone();
    let mut value = Vec::new();
    events_schema::forwarded(&astray.as_record(), &mut value).unwrap();
    saga.push(Topic::Checkout, 0, value);
    let sent_on = EventForwarded { topic: "checkout".to_owned(), partition: 1, offset: 0, to: 2 };
    let mut saga = saga.told(Source::Order, 100, 0, &sent_on);
    saga.records[2].place.partition = 1;
    let timeline = saga.told(Source::Order, 6_200, 1, &accepted()).timeline();
    let events: Vec<&str> = timeline.steps.iter().map(|step| step.event.as_str()).collect();
    assert_eq!(events, ["OrderPlaced", "OrderAccepted"]);
    assert_eq!(timeline.steps[0].place.partition, 2);
    assert_eq!(timeline.steps[0].brief, "2 mug, card by ada (forwarded from checkout-1@0)");
}

#[test]
fn the_json_keeps_its_names() {
    let saga = Saga::new().told(Source::Order, 6_200, 0, &accepted());
    let timeline = saga.timeline();
    let (placed, told) = (timeline.steps[0].id, timeline.steps[1].id);
    assert_eq!(
        serde_json::to_string(&document(&timeline, None)).unwrap(),
        format!(
            "{{\"order_id\":\"o-1\",\"partition\":2,\"status\":\"pending\",\"goods\":\"untouched\",\
             \"money\":\"untouched\",\"waits_for\":\"inventory: OrderAccepted has no answer yet\",\"events\":[\
             {{\"event\":\"OrderPlaced\",\"id\":\"{placed}\",\"source\":\"cli\",\"topic\":\"checkout\",\
             \"partition\":2,\"offset\":0,\"time\":\"{t0}\",\"milliseconds\":0.0,\"facts\":\"2 mug, card by ada\"}},\
             {{\"event\":\"OrderAccepted\",\"id\":\"{told}\",\"source\":\"order\",\"topic\":\"orders\",\
             \"partition\":2,\"offset\":1,\"time\":\"{t1}\",\"milliseconds\":6.2,\"cause\":\"{placed}\",\
             \"since_cause\":6.2,\"facts\":\"24.00 EUR\"}}]}}",
            t0 = Timestamp(T0),
            t1 = Timestamp(T0 + 6_200),
        )
    );
}
