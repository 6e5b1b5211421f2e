//! Transfers under way: each different one is written and read once, and has a number.

use std::sync::{Arc, RwLock};

use ahash::AHashMap;
use choreography::Service;
use events_schema::{Fact, Topic, inventory::InventoryFact};
use inventory::{Command, Inventory};

use super::account::Said;
use crate::wire::Letter;

/// A transfer on its way: the lane it takes, and its number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Sent {
    pub(crate) lane: u8,
    pub(crate) letter: u16,
}

/// A transfer that was written down and read again.
pub(crate) struct Post {
    pub(crate) said: Said,
    pub(crate) command: Option<Command>,
}

/// All transfers there ever were, by number.
#[derive(Default)]
pub(crate) struct Letters {
    all: RwLock<Vec<Arc<Post>>>,
    numbers: RwLock<AHashMap<Vec<u8>, u16>>,
}

impl Letters {
    /// The number of this transfer.
    pub(crate) fn number(&self, said: &Said) -> u16 {
        let letter = Letter::of_fact(Inventory::SOURCE, Topic::StockTransfers, "transfer", said);
        let mut numbers = self.numbers.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(number) = numbers.get(&letter.value) {
            return *number;
        }
        let mut all = self.all.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let number = all.len() as u16;
        all.push(Arc::new(Post { said: said.clone(), command: letter.command::<Inventory>() }));
        numbers.insert(letter.value, number);
        number
    }

    /// The transfer of this number.
    pub(crate) fn get(&self, number: u16) -> Arc<Post> {
        let all = self.all.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(&all[usize::from(number)])
    }
}

/// The pieces that travel with a transfer.
pub(crate) fn pieces(fact: &InventoryFact) -> u64 {
    match fact {
        InventoryFact::StockAllotted(sent) => sent.quantity,
        InventoryFact::StockDenied(denied) => denied.quantity,
        InventoryFact::StockReturned(back) => back.quantity,
        _ => 0,
    }
}

impl std::fmt::Display for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Said { subject, fact } = &self.said;
        match fact {
            InventoryFact::StockRequested(request) => {
                write!(f, "{} of {subject} {:?}", fact.event(), request.needs)
            }
            InventoryFact::StockAllotted(sent) => {
                write!(
                    f,
                    "{} {} of {subject}{}{}",
                    fact.event(),
                    sent.quantity,
                    if sent.answer { ", the answer" } else { ", dealt" },
                    if sent.scarce { ", scarce" } else { "" },
                )
            }
            InventoryFact::StockReturned(back) => {
                let why = if back.recalled { "recalled" } else { "of its own accord" };
                write!(f, "{} {} of {subject}, {why}", fact.event(), back.quantity)
            }
            fact => write!(f, "{} {} of {subject}", fact.event(), pieces(fact)),
        }
    }
}
