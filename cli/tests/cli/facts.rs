//! Facts written by hand, in place of the services.

use events_schema::{
    Currency, Envelope, Event, EventId, Key, Line, Money, Payment, PaymentMethod, Source, Timestamp, Token,
    Topic,
    inventory::{StockReserved, StockShipped},
    orders::{
        CancelReason, OrderAccepted, OrderCancelled, OrderCompleted, OrderConfirmed, OrderRejected,
        PricedLine, Rejection, RejectionCode,
    },
    payments::{PaymentCaptured, PaymentStarted, Risk},
};

use crate::stage::{Stage, home};

/// A service that answers what it is told to, with the clock running a millisecond an event.
pub struct Scribe<'a> {
    stage: &'a Stage,
    now: i64,
}

impl<'a> Scribe<'a> {
    /// Begins at the real time, so that --since finds what is written.
    pub fn new(stage: &'a Stage) -> Scribe<'a> {
        #[expect(clippy::disallowed_methods, reason = "facts of a test happen now")]
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Scribe { stage, now: now.as_micros() as i64 }
    }

    /// Lets so many seconds pass on the clock of what it writes.
    pub fn pass(&mut self, seconds: i64) {
        self.now += seconds * 1_000_000;
    }

    /// Writes one event on the partition of its subject.
    pub fn say<E: Event>(
        &mut self,
        source: Source,
        subject: &str,
        cause: Option<EventId>,
        event: &E,
    ) -> EventId {
        self.say_on(E::TOPICS[0], home(subject), source, subject, cause, event)
    }

    /// Writes one event on a partition.
    pub fn say_on<E: Event>(
        &mut self,
        topic: Topic,
        partition: u16,
        source: Source,
        subject: &str,
        cause: Option<EventId>,
        event: &E,
    ) -> EventId {
        self.now += 1_000;
        let time = Timestamp(self.now).to_string();
        let id = EventId::from(key(&format!("{subject}.{}.{}", E::TYPE, self.now)));
        let mut value = Vec::new();
        Envelope {
            kind: E::TYPE,
            id,
            source,
            subject: key(subject),
            time: &time,
            causationid: cause,
            traceparent: None,
        }
        .write(&mut value, |out| serde_json::to_writer(out, event).unwrap());
        self.stage.write(topic, partition, subject, &value, &[]);
        id
    }

    /// Everything the services say of an order that completes.
    pub fn completes(&mut self, order: &str, cause: Option<EventId>) {
        let cause = self.say(Source::Order, order, cause, &accepted());
        let cause = self.say(Source::Inventory, order, Some(cause), &reserved());
        let risk = Risk { score: 0, reasons: vec![] };
        let started = PaymentStarted { amount: euros(2400), method: PaymentMethod::Card, risk, token: None };
        let cause = self.say(Source::Payment, order, Some(cause), &started);
        let captured =
            PaymentCaptured { amount: euros(2400), provider_reference: "ch_1".to_owned(), returning: false };
        let cause = self.say(Source::Payment, order, Some(cause), &captured);
        let cause = self.say(Source::Order, order, Some(cause), &OrderConfirmed {});
        let cause = self.say(Source::Inventory, order, Some(cause), &StockShipped { lines: mugs(2) });
        self.say(Source::Order, order, Some(cause), &OrderCompleted {});
    }
}

pub fn key(text: &str) -> Key {
    text.parse().unwrap()
}

pub fn euros(cents: i64) -> Money {
    Money::new(cents, Currency::EUR)
}

pub fn mugs(pieces: i64) -> Vec<Line> {
    vec![Line { sku: key("mug"), quantity: pieces.try_into().unwrap() }]
}

fn payment() -> Payment {
    Payment { method: PaymentMethod::Card, token: Token::from(key("tok_ok")) }
}

pub fn accepted() -> OrderAccepted {
    let Line { sku, quantity } = mugs(2)[0];
    OrderAccepted {
        customer_id: key("ada").into(),
        lines: vec![PricedLine { sku, quantity, unit_price: euros(1200) }],
        subtotal: euros(2400),
        discount: euros(0),
        tax: euros(0),
        total: euros(2400),
        payment: payment(),
        expires_at: Timestamp::MAX,
    }
}

pub fn reserved() -> StockReserved {
    StockReserved {
        lines: mugs(2),
        customer_id: key("ada").into(),
        total: euros(2400),
        payment: payment(),
        expires_at: Timestamp::MAX,
    }
}

pub fn cancelled(reason: CancelReason) -> OrderCancelled {
    OrderCancelled { reason, expires_at: Timestamp::MAX }
}

pub fn rejected(code: RejectionCode, detail: &str) -> OrderRejected {
    OrderRejected { reasons: vec![Rejection { code, detail: detail.to_owned() }] }
}
