//! The judgement of a settled shop: the promises, the books, and the payment provider's own ledger.

use std::collections::BTreeMap;

use events_schema::{Key, Money, Source, Topic, payments::PaymentFact};
use invariants::{Books, Fate, History, Told};
use payment::provider::Movement;

use crate::{Shop, parked, story::story_with_places};

/// What a history broke first.
#[derive(Clone, PartialEq, Debug)]
pub struct Broken {
    /// The seed.
    pub seed: u64,
    /// The promise, and what is wrong.
    pub what: String,
    /// The story of the order or SKU it is about.
    pub story: String,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "seed {}: {}\n{}", self.seed, self.what, self.story)
    }
}

impl Shop {
    /// Judges the shop, once it has settled.
    pub fn judge(&self) -> Result<History, Broken> {
        let history = self.history();
        let judged = promises(&history).and_then(|()| self.beyond(&history));
        match judged {
            Ok(()) => Ok(history),
            Err((what, subject)) => Err(self.broken(what, subject)),
        }
    }

    /// What is broken, with the story of whom it is about.
    pub(crate) fn broken(&self, what: String, subject: Option<Key>) -> Broken {
        let story = subject.map(|subject| story_with_places(&self.history(), subject)).unwrap_or_default();
        Broken { seed: self.plan.seed, what, story }
    }

    fn beyond(&self, history: &History) -> Result<(), Wrong> {
        let waiting = parked::waiting(history);
        for (service, _, subject) in &waiting {
            let neighbour = self.neighbours_break && *service == Source::Inventory;
            let poisoned = neighbour || self.poisoned.contains(subject) || subject.as_str().contains('.');
            if !poisoned {
                return Err((
                    format!("L4: {service} parked {subject}, which nobody poisoned"),
                    Some(*subject),
                ));
            }
        }
        let open = self.log.open_transactions();
        if !open.is_empty() {
            return Err((format!("L2: transactions hang: {open:?}"), None));
        }
        ledger(history, &self.ledger())?;
        let books = Books::of(history);
        if self.poisoned.is_empty() && !books.balance() {
            return Err((format!("the books do not balance: {books:?}"), None));
        }
        Ok(())
    }
}

type Wrong = (String, Option<Key>);

fn promises(history: &History) -> Result<(), Wrong> {
    let broken = invariants::check(history, true).into_iter().find(|verdict| !verdict.holds());
    match broken {
        Some(verdict) => Err((verdict.to_string(), verdict.breaches.first().map(|breach| breach.subject))),
        None => Ok(()),
    }
}

/// S4 and S5 by the provider's ledger: what it charged and gave back is what the books say, and fits the fates.
fn ledger(history: &History, movements: &[Movement]) -> Result<(), Wrong> {
    let mut charged: BTreeMap<Key, Vec<Money>> = BTreeMap::new();
    let mut refunded: BTreeMap<Key, Vec<Money>> = BTreeMap::new();
    for movement in movements {
        match movement {
            Movement::Charged(order, money) => charged.entry(*order).or_default().push(*money),
            Movement::Refunded(order, money) => refunded.entry(*order).or_default().push(*money),
        }
    }
    let parked: Vec<Key> = parked::waiting(history).into_iter().map(|(.., subject)| subject).collect();
    for (order, fate) in history.fates() {
        let of = |books: &BTreeMap<Key, Vec<Money>>| books.get(&order).cloned().unwrap_or_default();
        let (charged, refunded) = (of(&charged), of(&refunded));
        let wrong = |what: String| Err((format!("{what} (the provider's ledger)"), Some(order)));
        if charged.len() > 1 || refunded.len() > charged.len() {
            return wrong(format!("S4: charged {charged:?}, given back {refunded:?}"));
        }
        if parked.contains(&order) {
            continue;
        }
        if said(history, order) != (charged.clone(), refunded.clone()) {
            return wrong(format!(
                "S4: charged {charged:?}, given back {refunded:?}, and the books say otherwise"
            ));
        }
        let right = match fate {
            Fate::Completed => charged.len() == 1 && refunded.is_empty(),
            Fate::Open => true,
            _ => charged == refunded,
        };
        if !right {
            return wrong(format!("S5: {fate:?} with {charged:?} charged and {refunded:?} given back"));
        }
    }
    Ok(())
}

fn said(history: &History, order: Key) -> (Vec<Money>, Vec<Money>) {
    let (mut captured, mut refunded) = (Vec::new(), Vec::new());
    for event in history.of(Topic::Payments).filter(|event| event.subject == order) {
        match &event.told {
            Told::Payment(PaymentFact::PaymentCaptured(fact)) => captured.push(fact.amount),
            Told::Payment(PaymentFact::PaymentRefunded(fact)) => refunded.push(fact.amount),
            _ => {}
        }
    }
    (captured, refunded)
}
