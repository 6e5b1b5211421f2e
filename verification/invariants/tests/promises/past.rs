//! `Past`: a history written by hand, one event after the other, and what a judgement must say of it.

use events_schema::{Place, Record, Timestamp, Topic};
use invariants::{Evidence, History, judge};
use serde_json::{Value, json};

/// A history that is being written. Everything stands on partition 0.
#[derive(Default)]
pub struct Past {
    pub history: History,
    next: std::collections::HashMap<&'static str, i64>,
    written: u64,
}

impl Past {
    /// Writes an event of this name and these data, caused by the newest that may have caused it; gives its id.
    pub fn say(&mut self, topic: Topic, subject: &str, kind: &str, data: Value) -> String {
        let (from, cause) = causes(kind);
        let causing = self.history.of(from).filter(|event| event.kind == cause);
        let cause = causing.filter(|event| event.subject.as_str() == subject).last();
        let cause = cause.map(|event| event.id.as_str().to_owned());
        self.written += 1;
        let id = format!("e-{}", self.written);
        self.write(topic, subject, kind, data, &id, cause.as_deref());
        id
    }

    /// The same, as the answer to another event.
    pub fn answer(&mut self, topic: Topic, subject: &str, kind: &str, data: Value, cause: &str) -> String {
        self.written += 1;
        let id = format!("e-{}", self.written);
        self.write(topic, subject, kind, data, &id, Some(cause));
        id
    }

    pub fn write(
        &mut self,
        topic: Topic,
        subject: &str,
        kind: &str,
        data: Value,
        id: &str,
        cause: Option<&str>,
    ) {
        let mut event = json!({
            "type": kind, "specversion": "1.0", "id": id, "source": "order", "subject": subject,
            "time": "2027-01-15T08:00:00.000000Z", "data": data,
        });
        if let Some(cause) = cause.filter(|_| topic.owner().is_some()) {
            event["causationid"] = json!(cause);
        }
        let before = self.history.len();
        self.raw(topic, subject, event.to_string().as_bytes());
        assert_eq!(self.history.len(), before + 1, "{event} is no event");
        let written = self.history.all().find(|event| event.id.as_str() == id).unwrap();
        // Of other topics the promises only ask that an event is there.
        let judged = [Topic::Checkout, Topic::Orders, Topic::Inventory, Topic::Payments].contains(&topic);
        assert!(!judged || written.told != invariants::Told::Other, "{event} could not be read");
    }

    /// Writes anything; gives its offset.
    pub fn raw(&mut self, topic: Topic, key: &str, value: &[u8]) -> i64 {
        let next = self.next.entry(topic.name()).or_default();
        let place = Place { topic, partition: 0, offset: *next };
        *next += 1;
        let appended = Timestamp(1_800_000_000_000_000);
        let record = Record {
            place,
            appended,
            key: Some(key.as_bytes()),
            value: Some(value),
            headers: &events_schema::NoHeaders,
        };
        self.history.push(&record);
        place.offset
    }

    pub fn order(&mut self, subject: &str, kind: &str, data: Value) -> String {
        self.say(Topic::Orders, subject, kind, data)
    }

    pub fn goods(&mut self, subject: &str, kind: &str, data: Value) -> String {
        self.say(Topic::Inventory, subject, kind, data)
    }

    pub fn money(&mut self, subject: &str, kind: &str, data: Value) -> String {
        self.say(Topic::Payments, subject, kind, data)
    }

    /// An order was placed and accepted for 4.00 EUR.
    pub fn accepted(&mut self, order: &str) {
        self.say(Topic::Checkout, order, "OrderPlaced", placement());
        self.order(order, "OrderAccepted", acceptance());
    }

    /// Ten mugs came in, and all lie on the shelf.
    pub fn stocked(&mut self) {
        let came = self.say(Topic::Warehouse, "mug", "StockReceived", json!({"quantity": 10}));
        self.answer(Topic::Inventory, "mug", "StockAdded", json!({"quantity": 10, "version": 1}), &came);
        let sent = self.transfer("mug", "StockAllotted", allotment(10), &came);
        self.answer(Topic::Inventory, "mug", "StockShelved", shelving(10), &sent);
    }

    /// A transfer: the fact, and its copy under the same id, which is given.
    pub fn transfer(&mut self, sku: &str, kind: &str, data: Value, cause: &str) -> String {
        let id = self.answer(Topic::Inventory, sku, kind, data.clone(), cause);
        self.write(Topic::StockTransfers, sku, kind, data, &id, Some(cause));
        id
    }

    /// Two mugs are reserved for an order.
    pub fn reserved(&mut self, order: &str) {
        self.goods(order, "StockReserved", reservation());
    }

    pub fn captured(&mut self, order: &str) {
        self.money(order, "PaymentCaptured", capture(400));
    }

    /// An order was placed, paid, shipped and completed.
    pub fn sold(&mut self, order: &str) {
        self.accepted(order);
        self.reserved(order);
        self.money(order, "PaymentStarted", start());
        self.captured(order);
        self.order(order, "OrderConfirmed", json!({}));
        self.goods(order, "StockShipped", json!({"lines": lines()}));
        self.order(order, "OrderCompleted", json!({}));
    }

    /// An order was cancelled by its customer while it was paid, and everything went back.
    pub fn undone(&mut self, order: &str) {
        self.accepted(order);
        self.reserved(order);
        self.money(order, "PaymentStarted", start());
        self.say(Topic::Checkout, order, "OrderCancellationRequested", json!({}));
        self.order(order, "OrderCancelled", cancellation());
        self.captured(order);
        self.money(order, "RefundStarted", capture(400));
        self.money(order, "PaymentRefunded", capture(400));
        self.goods(order, "StockReleased", release());
    }

    /// Every promise holds, everything being settled.
    pub fn holds(&self) {
        self.holds_with(|evidence| evidence);
    }

    /// The same, with more evidence.
    pub fn holds_with<'a>(&'a self, with: impl FnOnce(Evidence<'a>) -> Evidence<'a>) {
        for verdict in judge(&with(Evidence::of(&self.history).settled(true))) {
            assert!(verdict.holds(), "{verdict}");
            assert!(verdict.to_string().contains("holds"), "{verdict}");
        }
    }

    /// This promise is broken by this subject, as these events show; others may be as well.
    pub fn breaks(&self, promise: &str, subject: &str, events: &[&str]) {
        self.breaks_with(promise, subject, events, |evidence| evidence);
    }

    /// The same, before everything has settled.
    pub fn breaks_at_once(&self, promise: &str, subject: &str, events: &[&str]) {
        self.breaks_with(promise, subject, events, |evidence| evidence.settled(false));
    }

    /// The same, with more evidence.
    pub fn breaks_with<'a>(
        &'a self,
        promise: &str,
        subject: &str,
        events: &[&str],
        with: impl FnOnce(Evidence<'a>) -> Evidence<'a>,
    ) {
        let verdicts = judge(&with(Evidence::of(&self.history).settled(true)));
        let verdict = verdicts.into_iter().find(|verdict| verdict.promise == promise).unwrap();
        let said = verdict.to_string();
        let breach = verdict.breaches.iter().find(|breach| {
            let named = events.iter().all(|event| breach.events.iter().any(|shown| shown == event));
            breach.subject.as_str() == subject && named
        });
        let breach =
            breach.unwrap_or_else(|| panic!("{promise} of {subject} by {events:?} expected; {verdict:?}"));
        assert!(!breach.what.is_empty() && said.starts_with(promise), "{said}");
        if !events.is_empty() && verdict.breaches.first() == Some(breach) {
            assert!(said.contains(subject) && events.iter().all(|event| said.contains(event)), "{said}");
        }
    }
}

/// Where what causes an event mostly stands, and what it is.
fn causes(kind: &str) -> (Topic, &'static str) {
    match kind {
        "OrderConfirmed" => (Topic::Payments, "PaymentCaptured"),
        "OrderCompleted" => (Topic::Inventory, "StockShipped"),
        "OrderCancelled" | "OrderCancellationRefused" => (Topic::Checkout, "OrderCancellationRequested"),
        "StockReserved" | "ReservationQueued" => (Topic::Orders, "OrderAccepted"),
        "StockReleased" | "ReservationDropped" | "PaymentVoided" | "RefundStarted" => {
            (Topic::Orders, "OrderCancelled")
        }
        "StockShipped" => (Topic::Orders, "OrderConfirmed"),
        "PaymentStarted" => (Topic::Inventory, "StockReserved"),
        "PaymentCaptured" | "PaymentFailed" => (Topic::Payments, "PaymentStarted"),
        "PaymentRefunded" => (Topic::Payments, "RefundStarted"),
        _ => (Topic::Checkout, "OrderPlaced"),
    }
}

pub fn start() -> Value {
    json!({"amount": euros(400), "method": "card", "risk": {"score": 0, "reasons": []}})
}

pub fn lines() -> Value {
    json!([{"sku": "mug", "quantity": 2}])
}

pub fn euros(cents: i64) -> Value {
    json!({"amount": cents, "currency": "EUR"})
}

pub fn placement() -> Value {
    json!({"customer_id": "ada", "lines": lines(), "payment": {"method": "card", "token": "tok_ok"}})
}

pub fn acceptance() -> Value {
    json!({
        "customer_id": "ada", "lines": [{"sku": "mug", "quantity": 2, "unit_price": euros(200)}],
        "subtotal": euros(400), "discount": euros(0), "tax": euros(0), "total": euros(400),
        "payment": {"method": "card", "token": "tok_ok"}, "expires_at": "2027-01-15T09:00:00.000000Z",
    })
}

pub fn reservation() -> Value {
    json!({
        "lines": lines(), "customer_id": "ada", "total": euros(400),
        "payment": {"method": "card", "token": "tok_ok"}, "expires_at": "2027-01-15T09:00:00.000000Z",
    })
}

pub fn cancellation() -> Value {
    json!({"reason": "customer_request", "expires_at": "2027-01-15T09:00:00.000000Z"})
}

pub fn capture(cents: i64) -> Value {
    json!({"amount": euros(cents), "provider_reference": "charge-1", "returning": false})
}

pub fn release() -> Value {
    json!({"lines": lines(), "cause": "order_cancelled"})
}

pub fn allotment(pieces: u64) -> Value {
    json!({"shelf": 0, "quantity": pieces, "answer": false, "scarce": false, "version": 2})
}

pub fn shelving(pieces: u64) -> Value {
    json!({"quantity": pieces, "answer": false, "scarce": false})
}
