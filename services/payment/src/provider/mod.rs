//! The payment provider: a port with three verbs, and its adapters.
//!
//! [`Desk`] carries requests out and never gives one up; [`Simulated`] and [`Http`] are providers.

mod backoff;
mod bank;
mod breaker;
mod budget;
mod call;
mod desk;
mod http;
mod simulated;

use std::future::Future;

use events_schema::{Key, Money, PaymentMethod, Token, payments::FailureReason};
use serde::{Deserialize, Serialize};

pub use bank::{Bank, Movement, Reply, Simulation};
pub use call::Tell;
pub use desk::{Desk, DeskSettings};
pub use http::Http;
pub use simulated::Simulated;

/// What the provider is asked about an order; the order id is the idempotency key of all of it.
#[derive(Clone, PartialEq, Debug)]
pub enum Request {
    /// Take the money.
    Capture {
        /// How much.
        amount: Money,
        /// How.
        method: PaymentMethod,
        /// With which token.
        token: Token,
    },
    /// Do not take it any more; tell what was taken.
    Cancel,
    /// Give it back.
    Refund {
        /// All that was captured.
        amount: Money,
        /// The capture's name at the provider.
        provider_reference: String,
    },
}

/// What the provider definitely said. A time-out is not among it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The money is in.
    Captured {
        /// How much.
        amount: Money,
        /// The provider's name for it.
        reference: String,
    },
    /// It was not taken, and will not be.
    Declined {
        /// Why: `declined` or `insufficient_funds`.
        reason: FailureReason,
        /// The provider's name for the attempt, if it gave one.
        reference: Option<String>,
    },
    /// Nothing was taken under this key, and nothing ever will be.
    NeverWill,
    /// It is back.
    Refunded {
        /// The provider's name for the refund.
        reference: String,
    },
    /// It is not given back, this time.
    RefundRefused {
        /// The provider's words.
        reason: String,
    },
}

/// There was no definite answer: a time-out, a broken connection, a server in trouble. It says nothing about what the
/// provider did.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(pub String);

/// A payment provider. Every verb may be called again with the same key and then does nothing twice.
pub trait Provider: Send + Sync + 'static {
    /// Takes the money, once per key. Whatever the provider says later, or again, goes to `tell`.
    fn capture(
        &self,
        key: Key,
        amount: Money,
        method: PaymentMethod,
        token: Token,
        tell: &Tell,
    ) -> impl Future<Output = Result<Answer, NoAnswer>> + Send;

    /// Makes sure that no money is taken under the key from now on; answers what was taken, or that none ever will be.
    fn cancel(&self, key: Key) -> impl Future<Output = Result<Answer, NoAnswer>> + Send;

    /// Gives back what was taken under the key, once.
    fn refund(
        &self,
        key: Key,
        amount: Money,
        reference: &str,
    ) -> impl Future<Output = Result<Answer, NoAnswer>> + Send;
}
