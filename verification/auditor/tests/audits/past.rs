//! A log written by hand, in place of the services: stock comes in, an order is sold.

use events_schema::Topic;
use serde_json::{Value, json};

use crate::stage::Stage;

/// Writes events on a stage, a millisecond apart.
pub struct Past<'a> {
    stage: &'a Stage,
    written: u32,
}

impl<'a> Past<'a> {
    pub fn new(stage: &'a Stage) -> Past<'a> {
        Past { stage, written: 0 }
    }

    /// How many events were written.
    pub fn written(&self) -> u32 {
        self.written
    }

    /// Writes an event of this name and these data; gives its id.
    pub fn say(
        &mut self,
        topic: Topic,
        subject: &str,
        kind: &str,
        cause: Option<&str>,
        data: Value,
    ) -> String {
        let id = format!("e-{}", self.written);
        self.copy(topic, subject, kind, &id, cause, data);
        id
    }

    /// The same with an id of its own.
    pub fn copy(
        &mut self,
        topic: Topic,
        subject: &str,
        kind: &str,
        id: &str,
        cause: Option<&str>,
        data: Value,
    ) {
        self.written += 1;
        let time = format!("2027-01-15T08:00:00.{:03}000Z", self.written);
        let mut event = json!({
            "type": kind, "specversion": "1.0", "id": id, "source": "order", "subject": subject,
            "time": time, "data": data,
        });
        if let Some(cause) = cause {
            event["causationid"] = json!(cause);
        }
        self.stage.write(topic, subject, event.to_string().as_bytes());
    }

    /// Ten mugs came in, and all lie on the shelf.
    pub fn stocked(&mut self) {
        let came = self.say(Topic::Warehouse, "mug", "StockReceived", None, json!({"quantity": 10}));
        self.say(Topic::Inventory, "mug", "StockAdded", Some(&came), json!({"quantity": 10, "version": 1}));
        let allotted = json!({"shelf": 0, "quantity": 10, "answer": false, "scarce": false, "version": 1});
        let sent = self.say(Topic::Inventory, "mug", "StockAllotted", Some(&came), allotted.clone());
        self.copy(Topic::StockTransfers, "mug", "StockAllotted", &sent, Some(&came), allotted);
        let shelved = json!({"quantity": 10, "answer": false, "scarce": false});
        self.say(Topic::Inventory, "mug", "StockShelved", Some(&sent), shelved);
    }

    /// An order for two mugs was placed; gives the placement's id.
    pub fn placed(&mut self, order: &str) -> String {
        let wanted = json!({"customer_id": "ada", "lines": lines(), "payment": card()});
        self.say(Topic::Checkout, order, "OrderPlaced", None, wanted)
    }

    /// An order was placed, paid, shipped and completed; gives the id of the payment's start.
    pub fn sold(&mut self, order: &str) -> String {
        let placed = self.placed(order);
        let accepted = self.say(Topic::Orders, order, "OrderAccepted", Some(&placed), acceptance());
        let reserved = self.say(Topic::Inventory, order, "StockReserved", Some(&accepted), reservation());
        let asked = json!({"amount": euros(400), "method": "card", "risk": {"score": 0, "reasons": []}});
        let started = self.say(Topic::Payments, order, "PaymentStarted", Some(&reserved), asked);
        let captured = self.captured(order, &started);
        let confirmed = self.say(Topic::Orders, order, "OrderConfirmed", Some(&captured), json!({}));
        let gone = json!({"lines": lines()});
        let shipped = self.say(Topic::Inventory, order, "StockShipped", Some(&confirmed), gone);
        self.say(Topic::Orders, order, "OrderCompleted", Some(&shipped), json!({}));
        started
    }

    pub fn captured(&mut self, order: &str, started: &str) -> String {
        let taken = json!({"amount": euros(400), "provider_reference": "charge-1", "returning": false});
        self.say(Topic::Payments, order, "PaymentCaptured", Some(started), taken)
    }
}

fn lines() -> Value {
    json!([{"sku": "mug", "quantity": 2}])
}

fn card() -> Value {
    json!({"method": "card", "token": "tok_ok"})
}

fn euros(cents: i64) -> Value {
    json!({"amount": cents, "currency": "EUR"})
}

fn acceptance() -> Value {
    json!({
        "customer_id": "ada", "lines": [{"sku": "mug", "quantity": 2, "unit_price": euros(200)}],
        "subtotal": euros(400), "discount": euros(0), "tax": euros(0), "total": euros(400),
        "payment": card(), "expires_at": "2027-01-15T09:00:00.000000Z",
    })
}

fn reservation() -> Value {
    json!({
        "lines": lines(), "customer_id": "ada", "total": euros(400), "payment": card(),
        "expires_at": "2027-01-15T09:00:00.000000Z",
    })
}
