//! `inventory`: reservations and stock facts. Add variants and optional fields; never rename, retype or remove.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Customer, Key, Line, Money, Payment, Timestamp, catalog::ProductPublished, event::events};

/// All lines are taken for the order. Carries what payment needs, so that payment waits for one event only. Once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockReserved {
    /// What is taken, sorted by SKU.
    pub lines: Vec<Line>,
    /// Who buys.
    pub customer_id: Customer,
    /// What to charge.
    pub total: Money,
    /// How.
    pub payment: Payment,
    /// When it is too late to charge.
    pub expires_at: Timestamp,
}

/// The shelf here is short of `waiting_on`: more has been asked for, and the order waits in line.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ReservationQueued {
    /// What is wanted, sorted by SKU; the lines before `waiting_on` are taken.
    pub lines: Vec<Line>,
    /// Who buys.
    pub customer_id: Customer,
    /// What to charge.
    pub total: Money,
    /// How.
    pub payment: Payment,
    /// When it is too late to charge.
    pub expires_at: Timestamp,
    /// The SKU in whose line the order waits.
    pub waiting_on: Key,
}

/// The stock does not cover the order. Once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockRejected {
    /// What is missing.
    pub missing: Vec<MissingLine>,
}

/// A line the stock does not cover.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MissingLine {
    /// The product.
    pub sku: Key,
    /// The pieces wanted.
    pub requested: u64,
    /// The pieces that could be had.
    pub available: u64,
}

/// A queued order was cancelled. Once.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ReservationDropped {}

/// What was taken for the order is free again. Once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockReleased {
    /// What is free again: the lines of the reservation.
    pub lines: Vec<Line>,
    /// Why.
    pub cause: ReleaseCause,
}

/// Why a reservation is released.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseCause {
    /// No money came.
    PaymentFailed,
    /// The order was cancelled.
    OrderCancelled,
}

/// The goods have left. Once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockShipped {
    /// What has left: the lines of the reservation.
    pub lines: Vec<Line>,
}

/// The depot has more.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockAdded {
    /// Pieces, 0 or more.
    pub quantity: u64,
    /// The depot's version after this.
    pub version: u64,
}

/// Missing pieces were taken off the depot's books.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockWrittenOff {
    /// Pieces.
    pub quantity: u64,
    /// Why, in the words of the correction.
    pub reason: String,
    /// The depot's version after this.
    pub version: u64,
}

/// More pieces are missing than the depot could write off: the rest is promised to orders.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockShortage {
    /// Pieces not found.
    pub quantity: u64,
    /// The depot's version after this.
    pub version: u64,
}

/// A correction was not made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockCorrectionRefused {
    /// Why: `wrong_version` or `bad_quantity`.
    pub reason: String,
    /// The version a correction would have to expect now.
    pub current_version: u64,
}

/// A balance brought forward: from here the SKU's state at one depot or shelf can be restored without earlier facts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockCounted {
    /// The shelf's partition; absent for the depot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shelf: Option<u16>,
    /// Pieces free there.
    pub available: u64,
    /// Pieces taken there for open orders (shelf), or dealt out and not sold (depot: 0).
    pub held: u64,
    /// The depot's version; 0 for a shelf.
    pub version: u64,
    /// Depot: supplied − written off, over all time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supply: Option<u64>,
    /// Depot: the shelves that may hold free pieces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dealt: Vec<u16>,
    /// Shelf: whether free pieces go back to the depot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scarce: Option<bool>,
}

/// Depot: a request cannot be served before the recalled pieces are back; it waits, first in first out.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockRequestQueued {
    /// Who asks.
    pub who: Asker,
    /// The wanted quantities, in order of the line.
    pub needs: Vec<u64>,
    /// The depot's version.
    pub version: u64,
}

/// Who asks a depot for pieces.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Asker {
    /// The shelf on this partition.
    Shelf(u16),
    /// A correction that must write pieces off, with its reason.
    Correction(String),
}

/// Depot → shelf: pieces for the shelf.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockAllotted {
    /// The addressee.
    pub shelf: u16,
    /// Pieces that go with it.
    pub quantity: u64,
    /// Whether it answers the shelf's request; a dealing does not.
    pub answer: bool,
    /// Whether the shelf must send what is left of it back.
    pub scarce: bool,
    /// The depot's version.
    pub version: u64,
}

/// Depot → shelf: no more than this, with every free piece called home.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockDenied {
    /// The addressee.
    pub shelf: u16,
    /// Pieces that go with it: enough for those of the needs that fit, in order.
    pub quantity: u64,
    /// The depot's version.
    pub version: u64,
    /// Pieces that stay at the depot, too few for any of the other needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u64>,
}

/// Depot → shelf: send your free pieces home.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockRecalled {
    /// The addressee.
    pub shelf: u16,
    /// The depot's version.
    pub version: u64,
}

/// Depot: pieces came back.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockTakenBack {
    /// The shelf they came from.
    pub shelf: u16,
    /// Pieces.
    pub quantity: u64,
    /// Whether this answers a recall.
    pub recalled: bool,
    /// The depot's version.
    pub version: u64,
}

/// Shelf: what the depot sent was put on the shelf.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockShelved {
    /// Pieces.
    pub quantity: u64,
    /// Whether it answers the shelf's request.
    pub answer: bool,
    /// Whether the shelf must send what is left of it back.
    pub scarce: bool,
}

/// Shelf → depot: the orders in line need these.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockRequested {
    /// The sender.
    pub shelf: u16,
    /// The full needs of the first orders in line, never net of the shelf's own free pieces.
    pub needs: Vec<u64>,
}

/// Shelf → depot: free pieces go home.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StockReturned {
    /// The sender.
    pub shelf: u16,
    /// Pieces, 0 or more.
    pub quantity: u64,
    /// Whether this answers a recall.
    pub recalled: bool,
}

events! {
    /// Everything inventory has ever said.
    pub enum InventoryFact {
        StockReserved on Inventory;
        ReservationQueued on Inventory;
        StockRejected on Inventory;
        ReservationDropped on Inventory;
        StockReleased on Inventory;
        StockShipped on Inventory;
        StockAdded on Inventory;
        StockWrittenOff on Inventory;
        StockShortage on Inventory;
        StockCorrectionRefused on Inventory;
        StockCounted on Inventory;
        StockRequestQueued on Inventory;
        StockAllotted on Inventory, StockTransfers;
        StockDenied on Inventory, StockTransfers;
        StockRecalled on Inventory, StockTransfers;
        StockTakenBack on Inventory;
        StockShelved on Inventory;
        StockRequested on Inventory, StockTransfers;
        StockReturned on Inventory, StockTransfers;
        ProductPublished on Inventory, Catalog;
    }
}
