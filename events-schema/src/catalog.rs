//! `catalog`: the published products, a compacted table that stands in full on every partition.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Money;

/// A product as it is sold now; the newest one of a SKU counts. Emitted by inventory.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ProductPublished {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Where it stands in the shop.
    pub category: String,
    /// The price of one piece, at most one per currency.
    pub prices: Vec<Money>,
    /// Whether it is sold.
    pub status: ProductStatus,
}

/// Whether a product is sold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// It is.
    Available,
    /// No longer.
    Withdrawn,
}
