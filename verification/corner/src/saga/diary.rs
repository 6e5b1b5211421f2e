//! What is written down beside a service's state: all it has said of each order, its deadlines, its open questions.

use std::sync::Arc;

use choreography::{Duty, Service};
use events_schema::{Fact, Key, Said};
use invariants::{Event, History};
use inventory::{Inventory, Stock};
use order::{Order, Orders};
use payment::{Payment, Payments};

use super::{
    bank::Question,
    post::{self, Posted},
};
use crate::{broken::Broken, situations::Account};

/// A service of the saga: its state in a text, and its questions.
pub(crate) trait Player: Service {
    /// The state as far as it concerns these orders and this product.
    fn text(state: &Self::State, orders: &[Key], sku: &Key) -> String;

    /// What is asked of the provider.
    fn question(_request: &Self::Request) -> Option<Question> {
        None
    }
}

impl Player for Order {
    fn text(state: &Orders, orders: &[Key], _: &Key) -> String {
        let one = |order: &Key| format!("{:?} {}", state.status(order), state.has_ended(order));
        orders.iter().map(one).collect::<Vec<_>>().join("\n")
    }
}

impl Player for Inventory {
    fn text(stock: &Stock, orders: &[Key], sku: &Key) -> String {
        let open: Vec<_> = orders.iter().map(|order| stock.reservation(order)).collect();
        format!("{:?} {:?} {open:?}", stock.depot(sku), stock.shelf(sku))
    }
}

impl Player for Payment {
    fn text(state: &Payments, orders: &[Key], _: &Key) -> String {
        let one = |order: &Key| format!("{:?}", state.charge(order));
        orders.iter().map(one).collect::<Vec<_>>().join("\n")
    }

    fn question(request: &payment::Request) -> Option<Question> {
        Some(Question::of(request))
    }
}

/// What one service has said.
#[derive(Clone)]
pub(crate) struct Diary {
    pub(crate) orders: Arc<[Key]>,
    pub(crate) sku: Key,
    /// All that was said of each order, in order: also what the state has forgotten.
    said: Vec<String>,
    /// Of which orders the deadline is armed.
    armed: [bool; 2],
    /// What the provider still has to answer.
    asks: [Option<Question>; 2],
    events: Vec<Event>,
}

/// What the whole has to know of a service.
pub(crate) struct Brief {
    pub(crate) armed: [bool; 2],
    pub(crate) asks: [Option<Question>; 2],
    /// What stands on its topic.
    pub(crate) events: Vec<Event>,
}

impl Diary {
    pub(crate) fn new(orders: Arc<[Key]>, sku: Key) -> Diary {
        let said = vec![String::new(); orders.len()];
        Diary { orders, sku, said, armed: [false; 2], asks: [None; 2], events: Vec::new() }
    }

    fn number(&self, subject: &Key) -> Option<usize> {
        self.orders.iter().position(|order| order == subject)
    }
}

impl<S: Player> Account<S> for Diary {
    type Brief = Brief;
    type Effect = Posted;

    fn take(&mut self, _: &S::State, said: &Said<S::Fact>) {
        let offset = self.events.len() as i64;
        let letter = post::written::<S>(S::EMITS, &format!("{}-{offset}", S::SOURCE.name()), said);
        let mut history = History::default();
        history.push(&letter.record(offset));
        self.events.extend(history.all().cloned());
        if let Some(number) = self.number(&said.subject) {
            let mut data = Vec::new();
            said.fact.write_data(&mut data);
            self.said[number] += &format!("{}{};", said.fact.event(), String::from_utf8_lossy(&data));
        }
    }

    fn owe(&mut self, said: &Said<S::Fact>, duty: &Duty<S::Request>) {
        let Some(number) = self.number(&said.subject) else { return };
        match duty {
            Duty::Wake(_) => self.armed[number] = true,
            Duty::Sleep => self.armed[number] = false,
            Duty::Ask(request) => self.asks[number] = S::question(request),
            Duty::Answered => self.asks[number] = None,
            _ => {}
        }
    }

    fn text(&self, state: &S::State) -> String {
        let told = S::text(state, &self.orders, &self.sku);
        format!("{told}\n{:?} {:?} {:?}", self.said, self.armed, self.asks)
    }

    fn brief(&self, _: &S::State) -> (Brief, Broken) {
        (Brief { armed: self.armed, asks: self.asks, events: self.events.clone() }, Broken::NOTHING)
    }
}
