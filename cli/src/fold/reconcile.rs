//! Payments on the log against the provider's ledger: totals, and each order where the two differ.

mod matter;

use std::collections::{BTreeMap, BTreeSet};

use events_schema::{Currency, Heard, Key, Money, Timestamp, payments::PaymentFact};
use invariants::{Movement, MovementKind};
use serde::Serialize;

use self::matter::{Remedy, matter};
use super::order::Status;

/// What one side says of one order: each movement of money, in its order.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Account {
    /// What was taken from the customer.
    pub captured: Vec<Money>,
    /// What went back.
    pub returned: Vec<Money>,
}

/// How far payment is with an order, by the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Step {
    /// It never asked.
    #[default]
    Untouched,
    /// It asked, and asks again until there is an answer.
    Asked,
    /// The answer stands.
    Settled,
}

#[derive(Default)]
struct OnLog {
    account: Account,
    charge: Step,
    refund: Step,
    /// When payment last spoke of it.
    last: Timestamp,
}

/// Both sides.
#[derive(Default)]
pub struct Books {
    ledger: BTreeMap<Key, Account>,
    log: BTreeMap<Key, OnLog>,
}

/// How bad a difference is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody has to do something.
    Differs,
    /// Payment is about to find out by itself; nothing is wrong yet.
    UnderWay,
    /// The log does not know all, but nobody is owed anything.
    Even,
}

/// One order on which the two sides do not agree.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Difference {
    /// Which.
    pub order_id: Key,
    /// Where it stands; none: order never spoke of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// By the provider's ledger.
    pub provider: Account,
    /// By the log.
    pub log: Account,
    /// How bad it is.
    pub state: State,
    /// What is the matter.
    pub what: &'static str,
    /// What to do about it.
    pub remedy: String,
}

/// All the money of one currency, in its minor unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Total {
    /// Taken from customers.
    pub captured: i64,
    /// Gone back.
    pub returned: i64,
    /// What stayed.
    pub kept: i64,
}

/// Both totals of one currency.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Totals {
    /// Which currency.
    pub currency: Currency,
    /// By the provider's ledger.
    pub provider: Total,
    /// By the log.
    pub log: Total,
}

impl Books {
    /// The provider's side; the log's is heard afterwards.
    pub fn of(ledger: &[Movement]) -> Books {
        let mut books = Books::default();
        for Movement { kind, order, amount } in ledger {
            let account = books.ledger.entry(*order).or_default();
            match kind {
                MovementKind::Charged => account.captured.push(*amount),
                MovementKind::Refunded => account.returned.push(*amount),
            }
        }
        books
    }

    /// Folds one fact of payment.
    pub fn hear(&mut self, heard: &Heard<PaymentFact>) {
        let on_log = self.log.entry(heard.subject).or_default();
        on_log.last = on_log.last.max(heard.time);
        match &heard.data {
            PaymentFact::PaymentStarted(_) => on_log.charge = Step::Asked,
            PaymentFact::PaymentFailed(_) => on_log.charge = Step::Settled,
            PaymentFact::PaymentCaptured(captured) => {
                on_log.charge = Step::Settled;
                on_log.account.captured.push(captured.amount);
            }
            // A refused refund is asked for again.
            PaymentFact::RefundStarted(_) | PaymentFact::RefundFailed(_) => on_log.refund = Step::Asked,
            PaymentFact::PaymentRefunded(refunded) => {
                on_log.refund = Step::Settled;
                on_log.account.returned.push(refunded.amount);
            }
            PaymentFact::PaymentVoided(_) => {}
        }
    }

    /// How many orders either side names.
    pub fn orders(&self) -> usize {
        self.ledger.keys().chain(self.log.keys()).collect::<BTreeSet<_>>().len()
    }

    /// The orders on which the two sides do not agree.
    pub fn apart(&self) -> BTreeSet<Key> {
        let nothing = Account::default();
        let on_log = |order| self.log.get(order).map_or(&nothing, |found| &found.account);
        let at_provider = |order| self.ledger.get(order).unwrap_or(&nothing);
        let all = self.ledger.keys().chain(self.log.keys());
        all.filter(|order| !at_provider(order).agrees(on_log(order))).copied().collect()
    }

    /// What is the matter with them, told where each stands. What payment has said since the ledger was taken cannot be in
    /// it.
    pub fn differences(&self, standing: &BTreeMap<Key, Status>, taken: Timestamp) -> Vec<Difference> {
        let unheard = OnLog::default();
        let told = |order: Key| {
            let on_log = self.log.get(&order).unwrap_or(&unheard);
            let provider = self.ledger.get(&order).cloned().unwrap_or_default();
            let status = standing.get(&order).copied();
            let (what, remedy) = match on_log.last > taken {
                true => ("payment has spoken of it since the ledger was taken", Remedy::Later),
                false => matter(&provider, on_log, status),
            };
            Difference {
                order_id: order,
                status,
                log: on_log.account.clone(),
                provider,
                state: remedy.state(),
                what,
                remedy: remedy.of(&order),
            }
        };
        self.apart().into_iter().map(told).collect()
    }

    /// The totals of every currency.
    pub fn totals(&self) -> Vec<Totals> {
        let provider = totals(self.ledger.values());
        let log = totals(self.log.values().map(|on_log| &on_log.account));
        let currencies: BTreeSet<Currency> = provider.keys().chain(log.keys()).copied().collect();
        let of =
            |totals: &BTreeMap<Currency, Total>, currency| totals.get(&currency).copied().unwrap_or_default();
        let both = |currency| Totals { currency, provider: of(&provider, currency), log: of(&log, currency) };
        currencies.into_iter().map(both).collect()
    }
}

impl Account {
    /// The same movements, in whatever order.
    fn agrees(&self, other: &Account) -> bool {
        let same = |a: &[Money], b: &[Money]| sorted(a) == sorted(b);
        same(&self.captured, &other.captured) && same(&self.returned, &other.returned)
    }
}

fn sorted(movements: &[Money]) -> Vec<(Currency, i64)> {
    let mut all: Vec<_> = movements.iter().map(|money| (money.currency, money.amount)).collect();
    all.sort_unstable();
    all
}

fn totals<'a>(accounts: impl Iterator<Item = &'a Account>) -> BTreeMap<Currency, Total> {
    let mut totals: BTreeMap<Currency, Total> = BTreeMap::new();
    for Account { captured, returned } in accounts {
        for money in captured {
            let total = totals.entry(money.currency).or_default();
            total.captured = total.captured.saturating_add(money.amount);
            total.kept = total.kept.saturating_add(money.amount);
        }
        for money in returned {
            let total = totals.entry(money.currency).or_default();
            total.returned = total.returned.saturating_add(money.amount);
            total.kept = total.kept.saturating_sub(money.amount);
        }
    }
    totals
}

#[cfg(test)]
mod tests;
