//! A digest of what was placed, the same from the placement and from its acceptance.
//!
//! FNV-1a, 64 bits: it tells a repetition from a mistake. It is no defence against somebody who looks for collisions,
//! and who would only keep their own second order from being refused aloud.

use events_schema::{Currency, PaymentMethod, checkout::OrderPlaced, orders::OrderAccepted};

struct Digest(u64);

impl Digest {
    fn field(&mut self, text: &str) {
        // No field holds a zero byte that could shift the border between two: what is accepted is made of keys.
        for byte in text.bytes().chain([0]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn number(&mut self, n: i64) {
        for byte in n.to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// `lines` are SKU and pieces, in the customer's order. Never 0, which stands for a rejected placement.
fn of<'a>(
    customer: &str,
    lines: impl Iterator<Item = (&'a str, i64)>,
    currency: &str,
    (method, token): (PaymentMethod, &str),
) -> u64 {
    let mut digest = Digest(0xcbf2_9ce4_8422_2325);
    digest.field(customer);
    for (sku, pieces) in lines {
        digest.field(sku);
        digest.number(pieces);
    }
    digest.field(currency);
    digest.number(method as i64);
    digest.field(token);
    digest.0.max(1)
}

pub(crate) fn of_placed(placed: &OrderPlaced, default: Currency) -> u64 {
    let lines = placed.lines.iter().map(|line| (line.sku.as_str(), line.quantity));
    let currency = placed.currency.as_deref().unwrap_or(default.as_str());
    of(placed.customer_id.expose().as_str(), lines, currency, (placed.payment.method, &placed.payment.token))
}

pub(crate) fn of_accepted(accepted: &OrderAccepted) -> u64 {
    let lines = accepted.lines.iter().map(|line| (line.sku.as_str(), i64::from(line.quantity)));
    let payment = (accepted.payment.method, accepted.payment.token.expose());
    of(accepted.customer_id.expose().as_str(), lines, accepted.total.currency.as_str(), payment)
}
