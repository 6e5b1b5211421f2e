//! Records under way between the services: each different one is written and read once, and has a number.

use std::sync::{Arc, RwLock};

use ahash::AHashMap;
use choreography::{Duty, Service};
use events_schema::{Key, Said, Topic};
use inventory::Inventory;
use order::Order;
use payment::Payment;

use super::{bank::Question, diary::Player};
use crate::{situations::Spoken, wire::Letter};

/// A topic as one service reads it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Lane {
    /// `orders`, read by inventory.
    OrdersToInventory,
    /// `orders`, read by payment.
    OrdersToPayment,
    /// `inventory`, read by order.
    InventoryToOrder,
    /// `inventory`, read by payment.
    InventoryToPayment,
    /// `payments`, read by order.
    PaymentsToOrder,
    /// `payments`, read by inventory.
    PaymentsToInventory,
    /// `stock-transfers`, read by inventory.
    Transfers,
}

impl Lane {
    fn of(topic: Topic) -> &'static [Lane] {
        match topic {
            Topic::Orders => &[Lane::OrdersToInventory, Lane::OrdersToPayment],
            Topic::Inventory => &[Lane::InventoryToOrder, Lane::InventoryToPayment],
            Topic::Payments => &[Lane::PaymentsToOrder, Lane::PaymentsToInventory],
            Topic::StockTransfers => &[Lane::Transfers],
            _ => &[],
        }
    }
}

/// A record in a lane.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Sent {
    /// The lane.
    pub lane: Lane,
    /// The record's number.
    pub letter: u16,
}

/// What a step sends out.
#[derive(Default)]
pub(crate) struct Posted {
    pub(crate) sent: Vec<Sent>,
    /// By order.
    pub(crate) asked: Vec<(usize, Question)>,
}

/// What a record makes each service try.
pub(crate) struct Post {
    pub(crate) name: String,
    pub(crate) subject: Key,
    pub(crate) order: Option<order::Command>,
    pub(crate) inventory: Option<inventory::Command>,
    pub(crate) payment: Option<payment::Command>,
}

/// All records there ever were, by number.
#[derive(Default)]
pub(crate) struct Letters {
    all: RwLock<Vec<Arc<Post>>>,
    numbers: RwLock<AHashMap<(Topic, Vec<u8>), u16>>,
}

/// A fact as it stands on a topic.
pub(crate) fn written<S: Service>(topic: Topic, id: &str, said: &Said<S::Fact>) -> Letter {
    Letter::of_fact(S::SOURCE, topic, id, said)
}

impl Letters {
    /// What facts oblige to: the records others read, and the questions to the provider.
    pub(crate) fn post<S: Player>(&self, orders: &[Key], said: &[Spoken<S>]) -> Posted {
        let mut posted = Posted::default();
        for Spoken { said, duties } in said {
            self.send::<S>(S::EMITS, said, &mut posted.sent);
            for duty in duties {
                match duty {
                    Duty::Copy(topic, _) => self.send::<S>(*topic, said, &mut posted.sent),
                    Duty::Ask(request) => {
                        let order = orders.iter().position(|order| *order == said.subject);
                        posted.asked.extend(order.zip(S::question(request)));
                    }
                    _ => {}
                }
            }
        }
        posted
    }

    fn send<S: Service>(&self, topic: Topic, said: &Said<S::Fact>, sent: &mut Vec<Sent>) {
        let letter = self.number(written::<S>(topic, "fact", said));
        let post = self.get(letter);
        let heard = |lane: &&Lane| match lane {
            Lane::InventoryToOrder | Lane::PaymentsToOrder => post.order.is_some(),
            Lane::OrdersToPayment | Lane::InventoryToPayment => post.payment.is_some(),
            Lane::OrdersToInventory | Lane::PaymentsToInventory | Lane::Transfers => post.inventory.is_some(),
        };
        sent.extend(Lane::of(topic).iter().filter(heard).map(|lane| Sent { lane: *lane, letter }));
    }

    fn number(&self, letter: Letter) -> u16 {
        let mut numbers = self.numbers.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(number) = numbers.get(&(letter.topic, letter.value.clone())) {
            return *number;
        }
        let mut all = self.all.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let number = all.len() as u16;
        all.push(Arc::new(Post {
            name: events_schema::kind(&letter.record(0)).map(String::from).unwrap_or_default(),
            subject: letter.subject,
            order: letter.command::<Order>(),
            inventory: letter.command::<Inventory>(),
            payment: letter.command::<Payment>(),
        }));
        numbers.insert((letter.topic, letter.value), number);
        number
    }

    /// The record of this number.
    pub(crate) fn get(&self, number: u16) -> Arc<Post> {
        let all = self.all.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(&all[usize::from(number)])
    }
}
