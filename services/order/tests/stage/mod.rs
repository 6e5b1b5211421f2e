//! A stage for scenarios: one task of order, spoken to in events as they stand on the wire.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::time::Duration;

use choreography::{Decision, Duty, Service, State, Task};
use events_schema::{
    Currency, Event, EventId, Key, Money, NoHeaders, PaymentMethod, Place, Record, Source, Timestamp, Topic,
    announce,
    catalog::{ProductPublished, ProductStatus},
    checkout::{OfferedPayment, OrderCancellationRequested, OrderPlaced, WantedLine},
    customers::CustomerBlocked,
    inventory::{StockRejected, StockShipped},
    orders::{CancelReason, OrderFact, RefusalReason, RejectionCode},
    payments::{FailureReason, PaymentCaptured, PaymentFailed},
};
use order::{Order, Orders, Settings, Wish};

pub const MINUTE: Duration = Duration::from_secs(60);
pub const NOON: &str = "2026-03-02T12:00:00Z";

pub struct Shop {
    pub order: Order,
    pub state: Orders,
    pub now: Timestamp,
}

/// What one input made order say.
#[derive(Debug, PartialEq, Clone, Default)]
pub struct Told {
    pub facts: Vec<OrderFact>,
    pub discarded: Option<&'static str>,
}

impl Shop {
    /// Sells mugs (9.99 EUR, 11.50 USD), posters (USD only) and no more caps; does not serve mallory.
    pub fn open() -> Shop {
        Shop::with(Settings::default())
    }

    pub fn with(settings: Settings) -> Shop {
        let mut shop = Shop::empty(settings);
        shop.publish("mug", &[eur(999), Money::new(1150, usd())], ProductStatus::Available);
        shop.publish("poster", &[Money::new(500, usd())], ProductStatus::Available);
        shop.publish("cap", &[eur(500)], ProductStatus::Withdrawn);
        shop.learns(&key("mallory"), &CustomerBlocked::default());
        shop.state.commit();
        shop
    }

    pub fn empty(settings: Settings) -> Shop {
        settings.check().unwrap();
        let order = Order::new(settings);
        let state = order.begin(Task { partition: 0, partitions: 4 });
        Shop { order, state, now: time(NOON) }
    }

    pub fn publish(&mut self, sku: &str, prices: &[Money], status: ProductStatus) {
        let product = ProductPublished {
            name: sku.to_owned(),
            description: String::new(),
            category: String::new(),
            prices: prices.to_vec(),
            status,
        };
        self.learns(&key(sku), &product);
    }

    /// A record of a table comes in.
    pub fn learns<E: Event>(&mut self, subject: &Key, event: &E) {
        let value = announce(Source::Cli, EventId::from(key("e")), *subject, self.now, event);
        self.remembers::<E>(subject, Some(&value));
    }

    pub fn remembers<E: Event>(&mut self, subject: &Key, value: Option<&[u8]>) {
        let row = Order::tables().iter().find(|row| E::TOPICS.contains(&row.table.topic())).unwrap();
        let record = record(row.table.topic(), subject, value, self.now);
        row.table.remember(&mut self.state, &record).unwrap();
    }

    /// An event comes in now; what is said is folded at once.
    pub fn hears<E: Event>(&mut self, order: &str, event: &E) -> Told {
        self.hears_from(self.now, order, event)
    }

    /// The same, with an event time of its own.
    pub fn hears_from<E: Event>(&mut self, sent: Timestamp, order: &str, event: &E) -> Told {
        let value = announce(Source::Cli, EventId::from(key("e")), key(order), sent, event);
        let subject = key(order);
        let record = record(E::TOPICS[0], &subject, Some(&value), sent);
        let row = Order::reactions().iter().find(|row| row.event() == E::TYPE).unwrap();
        assert_eq!(row.topic(), E::TOPICS[0], "a row stands on the topic its event is written to");
        row.hear(&record).unwrap().data.map(|command| self.decides(&command)).unwrap_or_default()
    }

    pub fn decides(&mut self, command: &order::Command) -> Told {
        let told = self.would_say(command);
        for fact in &told.facts {
            Order::evolve(&mut self.state, command.order, fact, self.now);
        }
        told
    }

    pub fn would_say(&self, command: &order::Command) -> Told {
        let mut out = Decision::default();
        self.order.decide(command, &self.state, self.now, &mut out);
        assert!(out.said().iter().all(|said| said.subject == command.order));
        Told { facts: out.said().iter().map(|said| said.fact.clone()).collect(), discarded: out.discarded() }
    }

    /// The deadline of an order comes up.
    pub fn is_due(&mut self, order: &str) -> Told {
        let command = Order::due(key(order)).unwrap();
        assert_eq!(command.wish, Wish::Expire);
        self.decides(&command)
    }

    pub fn duties(&self, order: &str, fact: &OrderFact) -> Vec<Duty<choreography::Never>> {
        let mut duties = Vec::new();
        Order::duties(&self.state, key(order), fact, &mut |duty| duties.push(duty));
        duties
    }

    pub fn given_pending(&mut self, order: &str) -> Told {
        let told = self.hears(order, &two_mugs());
        assert_eq!(told.events(), ["OrderAccepted"]);
        told
    }

    pub fn given_processing(&mut self, order: &str) {
        self.given_pending(order);
        assert_eq!(self.captured(order).events(), ["OrderConfirmed"]);
    }

    pub fn captured(&mut self, order: &str) -> Told {
        self.hears(
            order,
            &PaymentCaptured { amount: eur(1998), provider_reference: "p1".into(), returning: false },
        )
    }

    pub fn payment_failed(&mut self, order: &str) -> Told {
        self.hears(order, &PaymentFailed { reason: FailureReason::Declined, provider_reference: None })
    }

    pub fn stock_rejected(&mut self, order: &str) -> Told {
        self.hears(order, &StockRejected { missing: vec![] })
    }

    pub fn shipped(&mut self, order: &str) -> Told {
        self.hears(order, &StockShipped { lines: vec![] })
    }

    pub fn customer_cancels(&mut self, order: &str) -> Told {
        self.hears(order, &OrderCancellationRequested::default())
    }
}

impl Told {
    pub fn events(&self) -> Vec<&'static str> {
        self.facts.iter().map(events_schema::Fact::event).collect()
    }

    pub fn is_silent(&self) -> bool {
        self.facts.is_empty() && self.discarded.is_none()
    }

    pub fn codes(&self) -> Vec<RejectionCode> {
        match &self.facts[..] {
            [OrderFact::OrderRejected(rejected)] => {
                rejected.reasons.iter().map(|reason| reason.code).collect()
            }
            other => panic!("expected a rejection, got {other:?}"),
        }
    }

    pub fn details(&self) -> String {
        match &self.facts[..] {
            [OrderFact::OrderRejected(rejected)] => {
                rejected.reasons.iter().map(|reason| reason.detail.clone()).collect::<Vec<_>>().join("\n")
            }
            other => panic!("expected a rejection, got {other:?}"),
        }
    }

    pub fn accepted(&self) -> &events_schema::orders::OrderAccepted {
        match &self.facts[..] {
            [OrderFact::OrderAccepted(accepted)] => accepted,
            other => panic!("expected an acceptance, got {other:?}"),
        }
    }

    pub fn cancelled(&self) -> CancelReason {
        match &self.facts[..] {
            [OrderFact::OrderCancelled(cancelled)] => cancelled.reason,
            other => panic!("expected a cancellation, got {other:?}"),
        }
    }

    pub fn refused(&self) -> RefusalReason {
        match &self.facts[..] {
            [OrderFact::OrderCancellationRefused(refused)] => refused.reason,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }
}

fn record<'a>(topic: Topic, subject: &'a Key, value: Option<&'a [u8]>, now: Timestamp) -> Record<'a> {
    Record {
        place: Place { topic, partition: 0, offset: 0 },
        appended: now,
        key: Some(subject.as_bytes()),
        value,
        headers: &NoHeaders,
    }
}

pub fn key(text: &str) -> Key {
    text.parse().unwrap()
}

pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn eur(cents: i64) -> Money {
    Money::new(cents, Currency::EUR)
}

pub fn usd() -> Currency {
    "USD".parse().unwrap()
}

pub fn placing(lines: &[(&str, i64)]) -> OrderPlaced {
    OrderPlaced {
        order_id: None,
        customer_id: key("alice").into(),
        lines: lines
            .iter()
            .map(|(sku, quantity)| WantedLine { sku: (*sku).to_owned(), quantity: *quantity })
            .collect(),
        currency: None,
        payment: OfferedPayment { method: PaymentMethod::Card, token: "tok_ok".into() },
        note: None,
    }
}

pub fn two_mugs() -> OrderPlaced {
    placing(&[("mug", 2)])
}
