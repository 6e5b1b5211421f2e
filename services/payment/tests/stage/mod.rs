//! A stage for scenarios: one task of payment, spoken to in events as they stand on the wire.
#![allow(dead_code, reason = "every test file uses a part of it")]

pub mod asking;

use std::time::Duration;

use choreography::{Decision, Duty, Service, State, Task};
use events_schema::{
    Currency, Event, EventId, Key, Line, Money, NoHeaders, PaymentMethod, Place, Quantity, Record, Source,
    Timestamp, Token, announce,
    inventory::StockReserved,
    orders::{CancelReason, OrderCancelled},
    payments::{FailureReason, PaymentFact},
};
use payment::{Answer, Command, Payment, Payments, Request, Settings};

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);

pub struct Till {
    pub payment: Payment,
    pub state: Payments,
    pub now: Timestamp,
}

/// What one input made payment say.
#[derive(Debug, PartialEq, Clone)]
pub struct Told(pub Vec<PaymentFact>);

impl Till {
    pub fn open() -> Till {
        Till::with(Settings::default())
    }

    pub fn with(settings: Settings) -> Till {
        settings.check().unwrap();
        let payment = Payment::new(settings);
        let state = payment.begin(TASK);
        Till { payment, state, now: "2026-03-02T12:00:00Z".parse().unwrap() }
    }

    /// A record comes in; `None`: payment does not react to it.
    pub fn reaction<E: Event>(&self, order: &str, event: &E) -> Option<Command> {
        let subject = key(order);
        let value = announce(Source::Order, EventId::from(key("e")), subject, self.now, event);
        let record = Record {
            place: Place { topic: E::TOPICS[0], partition: 0, offset: 0 },
            appended: self.now,
            key: Some(subject.as_bytes()),
            value: Some(&value),
            headers: &NoHeaders,
        };
        let row = Payment::reactions().iter().find(|row| row.event() == E::TYPE).unwrap();
        assert_eq!(row.topic(), E::TOPICS[0], "a row stands on the topic its event is written to");
        row.hear(&record).unwrap().data
    }

    pub fn hears<E: Event>(&mut self, order: &str, event: &E) -> Told {
        match self.reaction(order, event) {
            Some(command) => self.decides(&command),
            None => Told(Vec::new()),
        }
    }

    pub fn decides(&mut self, command: &Command) -> Told {
        let told = self.would_say(command);
        for fact in &told.0 {
            Payment::evolve(&mut self.state, command.order, fact, self.now);
        }
        told
    }

    pub fn would_say(&self, command: &Command) -> Told {
        let mut out = Decision::default();
        self.payment.decide(command, &self.state, self.now, &mut out);
        assert!(out.said().iter().all(|said| said.subject == command.order));
        assert_eq!(out.discarded(), None);
        Told(out.said().iter().map(|said| said.fact.clone()).collect())
    }

    pub fn reserved(&mut self, order: &str) -> Told {
        let reserved = reservation(self.now);
        self.hears(order, &reserved)
    }

    pub fn given_started(&mut self, order: &str) -> Told {
        let told = self.reserved(order);
        assert_eq!(told.events(), ["PaymentStarted"]);
        told
    }

    pub fn given_captured(&mut self, order: &str) -> Told {
        self.given_started(order);
        let told = self.answers(order, captured());
        assert_eq!(told.events(), ["PaymentCaptured"]);
        told
    }

    pub fn cancelled(&mut self, order: &str, reason: CancelReason) -> Told {
        let expires_at = self.now + 15 * MINUTE;
        self.hears(order, &OrderCancelled { reason, expires_at })
    }

    pub fn customer_cancels(&mut self, order: &str) -> Told {
        self.cancelled(order, CancelReason::CustomerRequest)
    }

    pub fn answers(&mut self, order: &str, answer: Answer) -> Told {
        self.decides(&Payment::answered(key(order), answer))
    }

    /// Time passes, with a payment every minute.
    pub fn works_for(&mut self, span: Duration) {
        let end = self.now + span;
        while self.now < end {
            self.now = (self.now + MINUTE).min(end);
            self.reserved(&format!("at-{}", self.now.0));
            self.state.commit();
        }
    }
}

pub const TASK: Task = Task { partition: 0, partitions: 4 };

impl Told {
    pub fn events(&self) -> Vec<&'static str> {
        self.0.iter().map(events_schema::Fact::event).collect()
    }

    pub fn failed(&self) -> FailureReason {
        match &self.0[..] {
            [PaymentFact::PaymentFailed(failed)] => failed.reason,
            other => panic!("expected a failure, got {other:?}"),
        }
    }
}

/// The duties of facts, as restore collects them: folded one after the other into a state of their own.
pub fn duties_of(facts: &[(&str, PaymentFact)]) -> Vec<Vec<Duty<Request>>> {
    let mut state = Payment::default().begin(TASK);
    let mut all = Vec::new();
    for (order, fact) in facts {
        Payment::evolve(&mut state, key(order), fact, Timestamp(0));
        let mut duties = Vec::new();
        Payment::duties(&state, key(order), fact, &mut |duty| duties.push(duty));
        all.push(duties);
    }
    all
}

pub fn reservation(now: Timestamp) -> StockReserved {
    StockReserved {
        lines: vec![Line { sku: key("mug"), quantity: Quantity::try_from(2).unwrap() }],
        customer_id: key("alice").into(),
        total: eur(1998),
        payment: events_schema::Payment { method: PaymentMethod::Card, token: token("tok_ok") },
        expires_at: now + 15 * MINUTE,
    }
}

pub fn captured() -> Answer {
    Answer::Captured { amount: eur(1998), reference: "charge-1".into() }
}

pub fn declined(reason: FailureReason) -> Answer {
    Answer::Declined { reason, reference: Some("attempt-1".into()) }
}

pub fn refunded() -> Answer {
    Answer::Refunded { reference: "refund-1".into() }
}

pub fn refused() -> Answer {
    Answer::RefundRefused { reason: "not today".into() }
}

pub fn refund_request() -> Request {
    Request::Refund { amount: eur(1998), provider_reference: "charge-1".into() }
}

pub fn key(text: &str) -> Key {
    text.parse().unwrap()
}

pub fn token(text: &str) -> Token {
    Token::from(key(text))
}

pub fn eur(cents: i64) -> Money {
    Money::new(cents, Currency::EUR)
}
