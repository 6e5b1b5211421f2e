//! Parking: what every service says, on its own topic, about a record it could not take.
//!
//! The subject is the one that is blocked, so that its later records wait in order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::events;

/// A record was set aside verbatim on the service's dead-letter topic.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EventParked {
    /// Where the record stands, or `deadline` or `answer` for an input that is no record.
    pub topic: String,
    /// Its partition.
    pub partition: u16,
    /// Its offset.
    pub offset: i64,
    /// Why; `behind …` when it only waits for an earlier one, `corrects …` when it waits in the place of another.
    pub reason: String,
    /// The offset of the record whose place among the waiting it takes, on the same topic and partition; that one waits
    /// no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<i64>,
}

/// A parked record was taken after all.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EventResumed {
    /// Where the record stands.
    pub topic: String,
    /// Its partition.
    pub partition: u16,
    /// Its offset.
    pub offset: i64,
    /// Why it was tried again.
    pub reason: String,
}

/// A record was given up: by an operator, or because it is `too_old` or its id is `id_reused`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EventDiscarded {
    /// Where the record stands.
    pub topic: String,
    /// Its partition.
    pub partition: u16,
    /// Its offset.
    pub offset: i64,
    /// Why.
    pub reason: String,
}

/// A record stood on the wrong partition for its subject and was sent on, under its own id.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EventForwarded {
    /// Where the record stood.
    pub topic: String,
    /// Its partition.
    pub partition: u16,
    /// Its offset.
    pub offset: i64,
    /// The partition it was sent to.
    pub to: u16,
}

events! {
    /// Everything said about records that were not taken.
    pub enum ParkingFact {
        EventParked on Orders, Inventory, Payments;
        EventResumed on Orders, Inventory, Payments;
        EventDiscarded on Orders, Inventory, Payments;
        EventForwarded on Orders, Inventory, Payments;
    }
}
