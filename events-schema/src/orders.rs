//! `orders`: the orders' facts. Add variants and optional fields; never rename, retype or remove.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Customer, Key, Money, Payment, Quantity, Timestamp, event::events};

/// The order is valid and priced. Once per order; its state is Pending until money or an ending comes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OrderAccepted {
    /// Who buys.
    pub customer_id: Customer,
    /// What, how many, at which unit price; SKUs are distinct.
    pub lines: Vec<PricedLine>,
    /// Sum over the lines.
    pub subtotal: Money,
    /// Taken off the subtotal.
    pub discount: Money,
    /// Put on the discounted subtotal.
    pub tax: Money,
    /// What will be charged: subtotal − discount + tax.
    pub total: Money,
    /// How it will be paid.
    pub payment: Payment,
    /// When a Pending order is cancelled with `expired`.
    pub expires_at: Timestamp,
}

/// A line with its price.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PricedLine {
    /// The product.
    pub sku: Key,
    /// The pieces.
    pub quantity: Quantity,
    /// The price of one piece, from the catalog.
    pub unit_price: Money,
}

/// The order is refused, with every reason at once. Once per order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OrderRejected {
    /// Why; at least one.
    pub reasons: Vec<Rejection>,
}

/// One reason for a refusal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Rejection {
    /// The reason.
    pub code: RejectionCode,
    /// What exactly, for the customer.
    pub detail: String,
}

/// Why an order can be refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RejectionCode {
    /// There is nothing in it.
    NoLines,
    /// More lines than the shop takes.
    TooManyLines,
    /// A quantity outside 1 to 1,000,000.
    BadQuantity,
    /// One product in two lines.
    DuplicateSku,
    /// A product the catalog does not have.
    UnknownSku,
    /// A product no longer sold.
    WithdrawnSku,
    /// A product without a price in the order's currency.
    NoPriceInCurrency,
    /// More money than one order may cost.
    OverLimit,
    /// The shop does not serve this customer.
    CustomerBlocked,
    /// The sum does not fit.
    AmountOverflow,
    /// The token is no opaque token; a card number, for instance.
    BadToken,
    /// The order says it was placed in the future.
    BadTime,
}

/// The money is in: from here the order completes (Processing). Once per order.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OrderConfirmed {}

/// The goods have left. Once per order.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OrderCompleted {}

/// The order ended without a sale. Once per order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OrderCancelled {
    /// Why.
    pub reason: CancelReason,
    /// The order's `expires_at`, so that payment knows how long to remember it.
    pub expires_at: Timestamp,
}

/// Why an order is cancelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The stock does not cover it.
    OutOfStock,
    /// No money came, and none will.
    PaymentFailed,
    /// The customer no longer wants it.
    CustomerRequest,
    /// Its time ran out.
    Expired,
}

/// A customer's wish to cancel could not be granted.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OrderCancellationRefused {
    /// Why not.
    pub reason: RefusalReason,
}

/// Why a cancellation is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// The money is in and the goods are on their way.
    AlreadyConfirmed,
    /// It has ended already.
    AlreadyEnded,
    /// No such order was accepted here.
    UnknownOrder,
}

events! {
    /// Everything order has ever said.
    pub enum OrderFact {
        OrderAccepted on Orders;
        OrderRejected on Orders;
        OrderConfirmed on Orders;
        OrderCompleted on Orders;
        OrderCancelled on Orders;
        OrderCancellationRefused on Orders;
    }
}
