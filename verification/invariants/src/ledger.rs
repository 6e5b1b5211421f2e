//! `Movement`: one line of the payment provider's own ledger, and S4 and S5 judged by it.

use std::collections::BTreeMap;

use events_schema::{Key, Malformed, Money, Place};
use serde::{Deserialize, Serialize};

use crate::{Evidence, Fate, Order, Verdict, saga::places, wire};

/// One movement of money at the provider. In a file: `{"movement":"charged","order":"o-1","amount":1250,"currency":"EUR"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Which way.
    #[serde(rename = "movement")]
    pub kind: MovementKind,
    /// The idempotency key: the order.
    pub order: Key,
    /// How much.
    #[serde(flatten)]
    pub amount: Money,
}

/// Which way money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// The customer was charged.
    Charged,
    /// The customer got it back.
    Refunded,
}

impl Movement {
    /// Reads one line of a ledger.
    pub fn parse(line: &str) -> Result<Movement, Malformed> {
        wire::parse(line)
    }
}

/// What the provider charged and gave back under one key.
#[derive(Default)]
struct Account {
    charged: Vec<Money>,
    refunded: Vec<Money>,
}

fn accounts(ledger: &[Movement]) -> BTreeMap<Key, Account> {
    let mut accounts: BTreeMap<Key, Account> = BTreeMap::new();
    for Movement { kind, order, amount } in ledger {
        let account = accounts.entry(*order).or_default();
        match kind {
            MovementKind::Charged => account.charged.push(*amount),
            MovementKind::Refunded => account.refunded.push(*amount),
        }
    }
    accounts
}

/// S4 and S5 by the ledger: added to the verdicts that were found by the log.
pub(crate) fn judge(evidence: &Evidence<'_>, orders: &BTreeMap<Key, Order>, verdicts: &mut [Verdict]) {
    let Some(ledger) = evidence.ledger else { return };
    let accounts = accounts(ledger);
    let nothing = Order::default();
    for verdict in verdicts {
        for (id, account) in &accounts {
            let order = orders.get(id).unwrap_or(&nothing);
            let fault = match verdict.promise {
                "S4" => account.overcharges(order, evidence.settled),
                "S5" => account.misfits(order).filter(|_| evidence.settled),
                _ => continue,
            };
            let what = || format!("{} (the provider's ledger)", fault.clone().unwrap_or_default());
            let shows = if fault.is_some() { money(order) } else { Vec::new() };
            verdict.judge(fault.is_none(), *id, what, &shows);
        }
        let unpaid = |(id, order): &(&Key, &Order)| {
            let free = matches!(order.fate(), Fate::Completed) && !accounts.contains_key(id);
            verdict.promise == "S5" && evidence.settled && free && !order.is_set_aside()
        };
        for (id, order) in orders.iter().filter(unpaid).collect::<Vec<_>>() {
            let what = "Completed, and never charged (the provider's ledger)".to_owned();
            verdict.refuse(*id, what, &money(order));
        }
    }
}

fn money(order: &Order) -> Vec<(&'static str, Place)> {
    let told = [("OrderAccepted", &order.accepted), ("PaymentCaptured", &order.captured)];
    let told = told.into_iter().flat_map(|(name, of)| places(name, of));
    told.chain(places("PaymentRefunded", &order.refunded)).collect()
}

impl Account {
    fn overcharges(&self, order: &Order, settled: bool) -> Option<String> {
        let Account { charged, refunded } = self;
        if charged.len() > 1 || refunded.len() > charged.len() {
            return Some(format!("charged {charged:?}, given back {refunded:?}"));
        }
        let accepted = order.accepted.first().map(|(total, _)| *total);
        if charged.iter().any(|amount| Some(*amount) != accepted) {
            return Some(format!("charged {charged:?}, accepted {accepted:?}"));
        }
        let said = |of: &[(Money, Place)]| of.iter().map(|(amount, _)| *amount).collect::<Vec<_>>();
        let (captured, returned) = (said(&order.captured), said(&order.refunded));
        let differs = settled && !order.is_set_aside() && (&captured, &returned) != (charged, refunded);
        differs.then(|| {
            format!(
                "charged {charged:?} and given back {refunded:?}, the log says {captured:?} and {returned:?}"
            )
        })
    }

    fn misfits(&self, order: &Order) -> Option<String> {
        let Account { charged, refunded } = self;
        let right = match order.fate() {
            _ if order.is_set_aside() => true,
            Fate::Completed => charged.len() == 1 && refunded.is_empty(),
            // An order that has not ended is S7's affair.
            Fate::Open => true,
            _ => charged == refunded,
        };
        (!right).then(|| format!("{:?} with {charged:?} charged and {refunded:?} given back", order.fate()))
    }
}
