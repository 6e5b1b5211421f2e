//! `customers`: who is not served, a compacted table that stands in full on every partition.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::events;

/// The shop no longer serves this customer.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct CustomerBlocked {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The shop serves this customer again.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct CustomerUnblocked {}

events! {
    /// Everything said of customers.
    pub enum CustomerEvent {
        CustomerBlocked on Customers;
        CustomerUnblocked on Customers;
    }
}
