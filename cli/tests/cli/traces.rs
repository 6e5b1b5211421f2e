//! One saga is one trace over three services: what a collector gets of it, and what stands in the log beside it.

use std::{
    collections::{BTreeSet, HashMap},
    path::PathBuf,
    process::{Child, Stdio},
};

use events_schema::Topic;
use serde_json::Value;

use crate::{
    collector::{Collector, Seen},
    stage::{PARTITIONS, Stage, home},
};

const CUSTOMER: &str = "customer-7f3a91";
/// OTLP's numbers for kinds of spans.
const PRODUCER: i32 = 4;
const CONSUMER: i32 = 5;

/// All services in one process, with a collector beside them.
struct Shop<'a> {
    stage: &'a Stage,
    collector: Collector,
    log: PathBuf,
    services: Child,
}

impl Drop for Shop<'_> {
    fn drop(&mut self) {
        let _ = self.services.kill();
        let _ = self.services.wait();
    }
}

impl<'a> Shop<'a> {
    /// Open, with mugs on the shelves.
    fn open(stage: &'a Stage, name: &str) -> Shop<'a> {
        let collector = Collector::open();
        let log = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{}{name}.log", stage.name_of(Topic::Orders)));
        let args = [
            "-X",
            "fetch.wait.max.ms=5",
            "run",
            "all",
            "--log-format",
            "json",
            "--simulated-late-ms",
            "600000",
        ];
        let services = stage
            .command(&args)
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint())
            .env("OTEL_BSP_SCHEDULE_DELAY", "50")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let listed =
            br#"{"type":"ProductListed","data":{"name":"Mug","prices":[{"amount":1200,"currency":"EUR"}]}}"#;
        stage.write(Topic::Warehouse, home("mug"), "mug", listed, &[]);
        let received = br#"{"type":"StockReceived","data":{"quantity":1000}}"#;
        stage.write(Topic::Warehouse, home("mug"), "mug", received, &[]);
        stage.await_records("catalog", usize::from(PARTITIONS));
        Shop { stage, collector, log, services }
    }

    fn place(&self, order: &str, token: &str) {
        let placed = format!(
            r#"{{"type":"OrderPlaced","data":{{"customer_id":"{CUSTOMER}","lines":[{{"sku":"mug","quantity":1}}],"payment":{{"method":"card","token":"{token}"}}}}}}"#
        );
        self.stage.write(Topic::Checkout, home(order), order, placed.as_bytes(), &[]);
    }

    /// Waits until every one of these facts about an order is sent and heard: gives the spans of its trace.
    fn trace_of(&self, order: &str, facts: &[&str]) -> Trace {
        let all = self.collector.until(order, |spans| {
            let sent =
                |fact: &str| spans.iter().find(|span| is_about(span, order) && span.sends(fact)).cloned();
            let whole = |trace: &str| {
                let ids: BTreeSet<&str> = spans.iter().map(|span| span.id.as_str()).collect();
                let of = spans.iter().filter(|span| span.trace == trace);
                of.into_iter().all(|span| span.parent.is_empty() || ids.contains(span.parent.as_str()))
            };
            facts.iter().all(|fact| sent(fact).is_some_and(|span| whole(&span.trace)))
        });
        let trace =
            all.iter().find(|span| is_about(span, order) && span.sends(facts[0])).unwrap().trace.clone();
        Trace(all.into_iter().filter(|span| span.trace == trace).collect())
    }
}

fn is_about(span: &Seen, order: &str) -> bool {
    span.attributes.get("messaging.message.conversation_id").is_some_and(|about| about == order)
}

/// All spans of one trace.
struct Trace(Vec<Seen>);

impl Trace {
    fn sending(&self, event: &str) -> &Seen {
        self.0
            .iter()
            .find(|span| span.sends(event))
            .unwrap_or_else(|| panic!("nobody sends {event}: {:#?}", self.0))
    }

    fn parent(&self, span: &Seen) -> Option<&Seen> {
        self.0.iter().find(|other| other.id == span.parent)
    }

    /// Whether one is a part of the other, however far down.
    fn leads(&self, from: &Seen, to: &Seen) -> bool {
        let mut at = Some(to);
        while let Some(span) = at {
            if span.id == from.id {
                return true;
            }
            at = self.parent(span);
        }
        false
    }

    /// Each of these facts was said because of the one before it.
    fn assert_leads(&self, facts: &[&str]) {
        for pair in facts.windows(2) {
            let (from, to) = (self.sending(pair[0]), self.sending(pair[1]));
            assert!(self.leads(from, to), "{} does not lead to {}: {:#?}", pair[0], pair[1], self.0);
        }
    }

    /// What holds for every saga: three services; what is processed was sent by another span of the trace, the very
    /// same event; what is sent was decided by the same service; roots are what the customer asked for.
    fn assert_whole(&self, roots: &[&str]) {
        let services: BTreeSet<&str> = self.0.iter().map(|span| span.service.as_str()).collect();
        assert_eq!(services.into_iter().collect::<Vec<_>>(), ["inventory", "order", "payment"]);
        let found: Vec<&str> = self.0.iter().filter(|span| span.parent.is_empty()).map(Seen::event).collect();
        assert_eq!(found, roots);
        for span in &self.0 {
            let Some(parent) = self.parent(span) else {
                assert_eq!(
                    (span.service.as_str(), span.name.ends_with("checkout")),
                    ("order", true),
                    "{span:#?}"
                );
                continue;
            };
            match span.kind {
                PRODUCER => assert!(
                    parent.service == span.service && parent.name.starts_with("process "),
                    "{span:#?}"
                ),
                CONSUMER => {
                    assert_eq!((parent.kind, parent.event()), (PRODUCER, span.event()), "{span:#?}");
                    let id = |span: &Seen| span.attributes["messaging.message.id"].clone();
                    assert_eq!(id(parent), id(span), "{span:#?} {parent:#?}");
                }
                _ => assert!(parent.kind == PRODUCER && parent.service == span.service, "{span:#?}"),
            }
        }
        let ids: BTreeSet<&str> = self.0.iter().map(|span| span.id.as_str()).collect();
        assert_eq!(ids.len(), self.0.len(), "a span was exported twice");
    }

    /// Nobody learns from a trace who bought, or how they paid.
    fn assert_discreet(&self, token: &str) {
        for span in &self.0 {
            assert!(!span.whole.contains(CUSTOMER) && !span.whole.contains(token), "{}", span.whole);
        }
    }
}

pub fn a_saga_that_ends_well_is_one_trace_over_three_services(stage: &Stage) {
    let shop = Shop::open(stage, "well");
    shop.place("o-1", "tok_ok");
    let facts = [
        "OrderAccepted",
        "StockReserved",
        "PaymentStarted",
        "PaymentCaptured",
        "OrderConfirmed",
        "StockShipped",
        "OrderCompleted",
    ];
    let trace = shop.trace_of("o-1", &facts);
    trace.assert_whole(&["OrderPlaced"]);
    trace.assert_leads(&facts);
    trace.assert_discreet("tok_ok");
    let span = trace
        .0
        .iter()
        .find(|span| span.name.starts_with("process ") && span.event() == "OrderAccepted")
        .unwrap();
    let said = |name: &str| span.attributes.get(name).map(String::as_str);
    let (orders, group) =
        (stage.name_of(Topic::Orders), stage.name_of(Topic::Orders).replace("orders", "inventory"));
    assert_eq!(
        (span.name.clone(), said("messaging.destination.name")),
        (format!("process {orders}"), Some(orders.as_str()))
    );
    assert_eq!(
        (said("messaging.system"), said("messaging.operation.type")),
        (Some("kafka"), Some("process"))
    );
    assert_eq!(said("messaging.consumer.group.name"), Some(group.as_str()));
    assert_eq!(said("messaging.destination.partition.id"), Some(home("o-1").to_string().as_str()));
    assert!(said("messaging.kafka.offset").is_some_and(|offset| offset.parse::<i64>().is_ok()));
    each_fact_is_one_line_of_the_log(&shop, &trace);
    what_was_traced_is_decided_again_without_a_difference(stage);
}

fn what_was_traced_is_decided_again_without_a_difference(stage: &Stage) {
    let partition = home("o-1").to_string();
    for service in ["order", "inventory", "payment"] {
        let args = ["replay", service, "--partition", &partition, "--output", "json"];
        let document = stage.ctl(&args).ends_with(0).json();
        assert!(document["decided"].as_u64().is_some_and(|decided| decided > 0), "{document}");
    }
}

fn each_fact_is_one_line_of_the_log(shop: &Shop<'_>, trace: &Trace) {
    let sent: HashMap<&str, &Seen> = trace
        .0
        .iter()
        .filter(|span| span.kind == PRODUCER)
        .map(|span| (span.attributes["messaging.message.id"].as_str(), span))
        .collect();
    let text = std::fs::read_to_string(&shop.log).unwrap();
    let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    for (id, span) in sent {
        let of: Vec<&Value> =
            lines.iter().filter(|line| line["id"] == id && line["message"] == "said").collect();
        assert_eq!(of.len(), 1, "{id}");
        let line = of[0];
        assert_eq!((&line["event"], &line["level"]), (&Value::from(span.event()), &Value::from("INFO")));
        assert_eq!(
            (&line["trace_id"], &line["span_id"]),
            (&Value::from(span.trace.as_str()), &Value::from(span.id.as_str()))
        );
        assert!(line["subject"].is_string() && line["cause"].is_string(), "{line}");
    }
    assert!(!text.contains(CUSTOMER) && !text.contains("tok_ok"), "the log tells of a customer");
}

pub fn a_declined_and_a_cancelled_saga_are_each_one_trace(stage: &Stage) {
    let shop = Shop::open(stage, "ill");
    shop.place("o-1", "tok_declined");
    let facts = ["OrderAccepted", "StockReserved", "PaymentStarted", "PaymentFailed", "OrderCancelled"];
    let declined = shop.trace_of("o-1", &[&facts[..], &["StockReleased"]].concat());
    declined.assert_whole(&["OrderPlaced"]);
    declined.assert_leads(&facts);
    declined.assert_leads(&["PaymentFailed", "StockReleased"]);
    declined.assert_discreet("tok_declined");

    shop.place("o-2", "tok_late");
    shop.trace_of("o-2", &["PaymentStarted"]);
    stage.ctl(&["cancel", "o-2"]).ends_with(0);
    let cancelled = shop.trace_of(
        "o-2",
        &["OrderAccepted", "PaymentStarted", "OrderCancelled", "StockReleased", "PaymentVoided"],
    );
    cancelled.assert_whole(&["OrderPlaced", "OrderCancellationRequested"]);
    cancelled.assert_leads(&["OrderAccepted", "StockReserved", "PaymentStarted"]);
    cancelled.assert_leads(&["OrderCancelled", "StockReleased"]);
    cancelled.assert_leads(&["OrderCancelled", "PaymentVoided"]);
    cancelled.assert_discreet("tok_late");
    assert_ne!(declined.0[0].trace, cancelled.0[0].trace);
}

pub fn a_parked_saga_goes_on_in_its_own_trace_linked_to_who_resumed_it(stage: &Stage) {
    let shop = Shop::open(stage, "parked");
    stage.write(Topic::Checkout, home("o-1"), "o-1", br#"{"type":"OrderPlaced","data":{}}"#, &[]);
    shop.place("o-1", "tok_ok");
    let parked = shop.trace_of("o-1", &["EventParked"]);
    assert!(parked.0.iter().any(|span| span.failed && span.attributes["error.type"] == "parked"));
    stage.await_records("order-parked", 2);
    stage.ctl(&["parked", "discard", "o-1", "--reason", "never an order"]).ends_with(0);
    let facts = [
        "OrderAccepted",
        "StockReserved",
        "PaymentStarted",
        "PaymentCaptured",
        "OrderConfirmed",
        "StockShipped",
    ];
    let all = [&facts[..], &["OrderCompleted", "EventDiscarded", "EventResumed"]].concat();
    let trace = shop.trace_of("o-1", &all);
    trace.assert_whole(&["OrderPlaced", "OrderPlaced", "OrderPlaced"]);
    trace.assert_leads(&facts);
    trace.assert_discreet("tok_ok");
    let resumed = trace.parent(trace.sending("OrderAccepted")).unwrap();
    let all = shop
        .collector
        .until("the request", |spans| spans.iter().any(|span| span.name.ends_with("operations")));
    let request = all.iter().find(|span| span.name.ends_with("operations")).unwrap();
    assert_eq!(resumed.links, [(request.trace.clone(), request.id.clone())]);
    assert_ne!(request.trace, resumed.trace, "the request is no part of the order's story");
}
