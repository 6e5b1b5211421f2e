//! What is the matter with an order about which the ledger and the log differ, and what to do about it.

use events_schema::Key;

use super::{Account, OnLog, State, Step, sorted, totals};
use crate::fold::order::Status;

/// What to do about a difference.
#[derive(Clone, Copy)]
pub(super) enum Remedy {
    /// Nothing: the ledger is older than the log.
    Later,
    /// Nothing yet: payment asks again.
    Wait,
    /// Money is to go back, and no service will see to it.
    GiveBack,
    /// The log is to learn what has happened.
    Record,
    /// Only the provider can tell.
    Ask,
    /// Nothing: what was taken has gone back, without the log.
    Even,
}

impl Remedy {
    /// What that makes of the difference.
    pub(super) fn state(self) -> State {
        match self {
            Remedy::Later | Remedy::Wait => State::UnderWay,
            Remedy::Even => State::Even,
            Remedy::GiveBack | Remedy::Record | Remedy::Ask => State::Differs,
        }
    }

    /// Money goes back only as far as the provider has kept more than the log says: it may have gone back already.
    fn given(self, provider: &Account, log: &Account) -> Remedy {
        let (provider, log) = (totals([provider].into_iter()), totals([log].into_iter()));
        let kept = |currency| log.get(currency).map_or(0, |total| total.kept);
        let even = provider.iter().all(|(currency, total)| total.kept == kept(currency))
            && log.iter().all(|(currency, total)| provider.contains_key(currency) || total.kept == 0);
        match self {
            Remedy::GiveBack if even => Remedy::Even,
            Remedy::GiveBack if provider.iter().all(|(currency, total)| total.kept <= kept(currency)) => {
                Remedy::Ask
            }
            other => other,
        }
    }

    /// In words.
    pub(super) fn of(self, order: &Key) -> String {
        match self {
            Remedy::Later => "compare again with a later ledger".to_owned(),
            Remedy::Wait => {
                format!("nothing yet: payment asks again by itself; if it lasts: orderctl why {order}")
            }
            Remedy::GiveBack => {
                format!("give it back at the provider; what happened: orderctl trace {order}")
            }
            Remedy::Record => format!("orderctl refund {order} --reason reconciled --yes"),
            Remedy::Even => "nothing: what was taken too much has gone back".to_owned(),
            Remedy::Ask => format!("ask the provider; what happened: orderctl trace {order}"),
        }
    }
}

/// What is the matter with an order on which the two differ: the charge before the refund.
pub(super) fn matter(provider: &Account, on_log: &OnLog, status: Option<Status>) -> (&'static str, Remedy) {
    let (what, remedy) = named(provider, on_log, status);
    (what, remedy.given(provider, &on_log.account))
}

fn named(provider: &Account, on_log: &OnLog, status: Option<Status>) -> (&'static str, Remedy) {
    let OnLog { account: log, charge, refund, .. } = on_log;
    let charges = (provider.captured.len(), log.captured.len());
    if sorted(&provider.captured) != sorted(&log.captured) {
        return match (charges, charge) {
            ((1, 0), Step::Asked) => ("charged, and payment has no answer yet", Remedy::Wait),
            ((_, 0), Step::Settled) => ("charged, though payment was told that it failed", Remedy::GiveBack),
            ((_, 0), _) => ("charged, and payment never asked for it", Remedy::GiveBack),
            ((0, _), _) => ("captured on the log, and the provider has no charge", Remedy::Ask),
            ((more, fewer), _) if more > fewer => ("charged more often than the log says", Remedy::GiveBack),
            ((fewer, more), _) if fewer < more => {
                ("captured on the log more often than charged", Remedy::Ask)
            }
            _ => ("another amount was charged than the log says", Remedy::Ask),
        };
    }
    match (provider.returned.len(), log.returned.len(), refund) {
        (1, 0, Step::Asked) => ("given back, and payment has no answer yet", Remedy::Wait),
        (_, 0, Step::Untouched) if status == Some(Status::Cancelled) => {
            ("given back, and the log does not know; the order is cancelled", Remedy::Record)
        }
        (_, 0, _) => ("given back, and nobody asked for it", Remedy::Ask),
        (0, _, _) => ("given back on the log, and not by the provider", Remedy::GiveBack),
        (more, fewer, _) if more > fewer => ("given back more often than the log says", Remedy::Ask),
        (fewer, more, _) if fewer < more => {
            ("given back on the log more often than by the provider", Remedy::Ask)
        }
        _ => ("another amount went back than the log says", Remedy::Ask),
    }
}
