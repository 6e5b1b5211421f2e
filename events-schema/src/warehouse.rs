//! `warehouse`: what the warehouse says of products and stock, written by front ends; the subject is the SKU.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Money, event::events};

/// A product is listed, or listed anew: replaces what was known of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProductListed {
    /// Its name.
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Where it stands in the shop.
    #[serde(default)]
    pub category: String,
    /// The price of one piece, at most one per currency.
    pub prices: Vec<Money>,
}

/// A product has new prices; they replace all old ones.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PriceChanged {
    /// The price of one piece, at most one per currency.
    pub prices: Vec<Money>,
}

/// A product is no longer sold.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ProductWithdrawn {}

/// Goods have come in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StockReceived {
    /// How many pieces, 1 to 1,000,000,000.
    pub quantity: i64,
}

/// Somebody counted and found more or fewer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StockCorrected {
    /// The difference: negative when pieces are missing.
    pub quantity: i64,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The version the correction was made on; when it is not the current one, the correction is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<u64>,
}

events! {
    /// Everything the warehouse can say.
    pub enum WarehouseEvent {
        ProductListed on Warehouse;
        PriceChanged on Warehouse;
        ProductWithdrawn on Warehouse;
        StockReceived on Warehouse;
        StockCorrected on Warehouse;
    }
}
