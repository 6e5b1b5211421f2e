//! `checkout`: what customers ask for, written by front ends and by people with kcat.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Customer, Key, PaymentMethod, event::events};

/// A customer wants to buy. Read generously: what is wrong in it is refused by the order service, with all reasons.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrderPlaced {
    /// The order's id; may be left out when the record's key carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Key>,
    /// Who buys: a pseudonym, for facts are kept for ever.
    pub customer_id: Customer,
    /// What, and how many.
    pub lines: Vec<WantedLine>,
    /// The currency to pay in; the shop's own when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// How it will be paid.
    pub payment: OfferedPayment,
    /// Anything the customer wants to say; not interpreted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A line as a customer typed it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WantedLine {
    /// The product.
    pub sku: String,
    /// The pieces: 1 to 1,000,000, else the order is rejected with `bad_quantity`.
    pub quantity: i64,
}

/// A payment as a customer offered it.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OfferedPayment {
    /// How.
    pub method: PaymentMethod,
    /// An opaque single-use token, else the order is rejected with `bad_token`. Never a card number.
    pub token: String,
}

impl std::fmt::Debug for OfferedPayment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OfferedPayment {{ method: {:?}, token: *** }}", self.method)
    }
}

/// A customer no longer wants the order. Granted while it is Pending.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct OrderCancellationRequested {
    /// Why, in the customer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

events! {
    /// Everything that can be asked at the checkout.
    pub enum CheckoutEvent {
        OrderPlaced on Checkout;
        OrderCancellationRequested on Checkout;
    }
}
