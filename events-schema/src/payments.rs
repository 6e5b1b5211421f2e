//! `payments`: the payments' facts. Add variants and optional fields; never rename, retype or remove.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Money, PaymentMethod, Token, event::events};

/// The provider is about to be asked; the order id is the idempotency key. Once per order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PaymentStarted {
    /// What will be charged: the accepted total.
    pub amount: Money,
    /// How.
    pub method: PaymentMethod,
    /// What the risk hook thought of it.
    pub risk: Risk,
    /// The single-use token, so that a restart can ask the provider again from this fact alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
}

/// The verdict of the risk hook.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Risk {
    /// 0 (none) to 100 (certain fraud).
    pub score: u8,
    /// What raised the score.
    pub reasons: Vec<String>,
}

/// The customer's money is ours. Once per order, whatever became of the order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PaymentCaptured {
    /// What was charged.
    pub amount: Money,
    /// The provider's name for it.
    pub provider_reference: String,
    /// It may not stay, for the order was called off or the payment had failed: it goes back at once.
    pub returning: bool,
}

/// Definite: no money moved, and none will. A time-out is not a failure. Once per order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PaymentFailed {
    /// Why.
    pub reason: FailureReason,
    /// The provider's name for the attempt, if it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_reference: Option<String>,
}

/// Why a payment fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// The provider said no.
    Declined,
    /// There is not enough money.
    InsufficientFunds,
    /// The risk hook said no; the provider was not asked.
    SuspectedFraud,
    /// The provider does not take this method.
    UnsupportedMethod,
    /// The reservation came at or after the order's expiry.
    TooLate,
    /// The order was cancelled, and the provider will never charge it.
    Voided,
}

/// The order was cancelled: nothing is started after this, and whatever turns out captured goes back. Once per order.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PaymentVoided {}

/// The provider is about to be asked to give the money back.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RefundStarted {
    /// What goes back: all that was captured.
    pub amount: Money,
    /// The capture's name at the provider.
    pub provider_reference: String,
}

/// Exactly the captured amount went back. Once per order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PaymentRefunded {
    /// What went back.
    pub amount: Money,
    /// The refund's name at the provider.
    pub provider_reference: String,
}

/// The provider refused the refund. Shown and tried again, never given up.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RefundFailed {
    /// The provider's words.
    pub reason: String,
}

events! {
    /// Everything payment has ever said.
    pub enum PaymentFact {
        PaymentStarted on Payments;
        PaymentCaptured on Payments;
        PaymentFailed on Payments;
        PaymentVoided on Payments;
        RefundStarted on Payments;
        PaymentRefunded on Payments;
        RefundFailed on Payments;
    }
}
