//! What customers want: goods, money and whims of the order of each number, from the seed alone. Pure.

use std::time::Duration;

use events_schema::{
    PaymentMethod,
    checkout::{OfferedPayment, OrderPlaced, WantedLine},
};
use rand::{Rng, SeedableRng, rngs::StdRng};

/// The goods, and how many pieces there are: `rare` runs out.
pub const GOODS: [(&str, i64); 4] =
    [("mug", 50_000_000), ("poster", 50_000_000), ("shirt", 50_000_000), ("rare", 400)];

/// Ways to pay, and how many customers in a thousand use them. What they do is the provider's secret.
const TOKENS: [(&str, u32); 9] = [
    ("tok_ok", 805),
    ("tok_declined", 60),
    ("tok_insufficient_funds", 30),
    ("tok_error", 20),
    ("tok_lost", 20),
    ("tok_late", 15),
    ("tok_twice", 25),
    ("tok_contradict", 15),
    ("tok_stall", 10),
];

/// What one customer does.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The order as it is placed.
    pub placed: OrderPlaced,
    /// After so long it is placed again: by the same event, or by a new one.
    pub repeated: Option<(Duration, Again)>,
    /// After so long it is to be cancelled.
    pub cancelled: Option<Duration>,
}

/// How a client asks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The same record once more.
    SameEvent,
    /// The same order under a new event id.
    NewEvent,
}

/// The wish of the order of this number.
pub fn wish(seed: u64, number: usize) -> Wish {
    let mut draw = StdRng::seed_from_u64(seed.rotate_left(32) ^ number as u64);
    let chance = |draw: &mut StdRng, in_a_hundred: u32| draw.random_range(0..100) < in_a_hundred;
    let soon = |draw: &mut StdRng| Duration::from_millis(draw.random_range(0..400));
    let repeated = chance(&mut draw, 4).then(|| {
        let again = if draw.random() { Again::SameEvent } else { Again::NewEvent };
        (soon(&mut draw), again)
    });
    let cancelled = chance(&mut draw, 6).then(|| soon(&mut draw));
    Wish { placed: placed(&mut draw), repeated, cancelled }
}

fn placed(draw: &mut StdRng) -> OrderPlaced {
    let mut lines: Vec<WantedLine> = Vec::new();
    for (sku, _) in GOODS.iter().take(3) {
        if draw.random_range(0..3) == 0 {
            lines.push(line(sku, draw.random_range(1..=3)));
        }
    }
    let special = draw.random_range(0..100);
    if lines.is_empty() || special < 2 {
        lines.push(line("rare", 1));
    }
    if special == 99 {
        lines.push(line("unheard-of", 1));
    }
    OrderPlaced {
        order_id: None,
        customer_id: format!("customer-{}", draw.random_range(0..500))
            .parse()
            .expect("a short word is a key"),
        lines,
        currency: None,
        payment: OfferedPayment {
            method: PaymentMethod::Card,
            token: token(draw.random_range(0..1_000)).to_owned(),
        },
        note: None,
    }
}

fn line(sku: &str, quantity: i64) -> WantedLine {
    WantedLine { sku: sku.to_owned(), quantity }
}

fn token(mut at: u32) -> &'static str {
    for (token, share) in TOKENS {
        if at < share {
            return token;
        }
        at -= share;
    }
    TOKENS[0].0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_follows_from_seed_and_number() {
        assert_eq!(wish(3, 17), wish(3, 17));
        assert!((0..50).any(|number| wish(3, number) != wish(4, number)));
    }

    #[test]
    fn a_thousand_wishes_hold_every_way_to_pay_and_every_whim() {
        let wishes: Vec<Wish> = (0..1_000).map(|number| wish(1, number)).collect();
        for (token, _) in TOKENS {
            assert!(wishes.iter().any(|wish| wish.placed.payment.token == token), "{token}");
        }
        let repeats = |how| wishes.iter().any(|wish| wish.repeated.is_some_and(|(_, again)| again == how));
        assert!(repeats(Again::SameEvent) && repeats(Again::NewEvent));
        assert!(wishes.iter().any(|wish| wish.cancelled.is_some()));
        assert!(wishes.iter().all(|wish| !wish.placed.lines.is_empty()));
        assert_eq!(TOKENS.iter().map(|(_, share)| share).sum::<u32>(), 1_000);
    }
}
