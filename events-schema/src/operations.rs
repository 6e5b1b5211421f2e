//! `operations`: what an operator asks of a service, on the partition of the record it concerns.
//!
//! Of a parked record the subject is the blocked one, as in the `EventParked` that blocked it; of a repair it is the
//! order. A repair is for what a parked fact that was given up has left undone: the service that hears of it decides as
//! it would have on that fact, so that a needless one changes nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::events;

/// Try the oldest parked record of the subject again, then those that waited behind it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ParkedResumeRequested {
    /// The service that parked it: `order`, `inventory` or `payment`.
    pub service: String,
    /// Who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Give the oldest parked record of the subject up, then carry on with those that waited behind it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ParkedDiscardRequested {
    /// The service that parked it: `order`, `inventory` or `payment`.
    pub service: String,
    /// Who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Call the payment of a cancelled order off, and give back what was taken.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct RefundRequested {
    /// Who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Give back the stock that a cancelled order holds, or drop it from its line.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ReleaseRequested {
    /// Who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Cancel a pending order as if its time had run out.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ExpiryRequested {
    /// Who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

events! {
    /// Everything an operator can ask.
    pub enum OperationEvent {
        ParkedResumeRequested on Operations;
        ParkedDiscardRequested on Operations;
        RefundRequested on Operations;
        ReleaseRequested on Operations;
        ExpiryRequested on Operations;
    }
}
