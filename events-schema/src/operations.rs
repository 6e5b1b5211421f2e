//! `operations`: what an operator asks of a service, on the partition of the record it concerns.
//!
//! The subject is the blocked subject, as in the `EventParked` that blocked it.

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

events! {
    /// Everything an operator can ask.
    pub enum OperationEvent {
        ParkedResumeRequested on Operations;
        ParkedDiscardRequested on Operations;
    }
}
