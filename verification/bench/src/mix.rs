//! What is ordered: orders like real ones, the same for the same number, and how hard each mix makes it for the shop.

use clap::ValueEnum;
use events_schema::{
    Currency, EventId, Key, Money, PaymentMethod, Source, Timestamp, announce,
    checkout::{OfferedPayment, OrderPlaced, WantedLine},
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde::Serialize;

/// How many products there are.
pub const PRODUCTS: u32 = 200;

/// What is ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Mix {
    /// One to three lines; every order completes.
    Happy,
    /// The card of 30 % is declined.
    Declined,
    /// 90 % want one product.
    Hot,
    /// Five lines each.
    Lines,
    /// The stock covers about nine of ten orders.
    Scarce,
    /// 20 % of the records come twice.
    Duplicates,
    /// All services are killed in mid-work, and drain the rest when they are back.
    Backlog,
}

impl Mix {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Mix::Happy => "happy",
            Mix::Declined => "declined",
            Mix::Hot => "hot",
            Mix::Lines => "lines",
            Mix::Scarce => "scarce",
            Mix::Duplicates => "duplicates",
            Mix::Backlog => "backlog",
        }
    }

    /// The same orders without accidents: what the floor is given, which takes nothing for a duplicate and does not
    /// begin again where it was.
    pub fn plain(self) -> Mix {
        match self {
            Mix::Duplicates | Mix::Backlog => Mix::Happy,
            mix => mix,
        }
    }

    /// Pieces of each product that are received before so many orders are placed.
    pub fn stock(self, orders: u32) -> i64 {
        match self {
            // An order wants 2 lines of 1.5 pieces on average.
            Mix::Scarce => i64::from(orders) * 27 / 10 / i64::from(PRODUCTS),
            _ => 100_000_000,
        }
    }

    /// How often the record of this order is written.
    pub fn copies(self, number: u32) -> usize {
        if self == Mix::Duplicates && number.is_multiple_of(5) { 2 } else { 1 }
    }

    /// The order of this number.
    pub fn order(self, number: u32) -> OrderPlaced {
        let mut draw = StdRng::seed_from_u64(u64::from(number));
        let lines = match self {
            Mix::Lines => 5,
            _ => draw.random_range(1..=3),
        };
        let first = draw.random_range(0..PRODUCTS);
        let hot = self == Mix::Hot && draw.random_bool(0.9);
        let product = |line: u32| if hot && line == 0 { 0 } else { (first + 7 * line) % PRODUCTS };
        let mut wanted: Vec<WantedLine> = (0..lines)
            .map(|line| WantedLine { sku: sku(product(line)), quantity: draw.random_range(1..=2) })
            .collect();
        wanted.dedup_by(|a, b| a.sku == b.sku);
        let declined = self == Mix::Declined && draw.random_bool(0.3);
        let token =
            if declined { "tok_declined".to_owned() } else { format!("tok_{:016x}", draw.random::<u64>()) };
        OrderPlaced {
            order_id: None,
            customer_id: key(&format!("customer-{}", draw.random_range(0..50_000))).into(),
            lines: wanted,
            currency: None,
            payment: OfferedPayment { method: PaymentMethod::Card, token },
            note: None,
        }
    }
}

/// An order's record: its key and its value.
pub fn record(mix: Mix, number: u32, placed: Timestamp) -> (Key, Vec<u8>) {
    let order = order_id(number, placed);
    let id = EventId::from(uuid(number, placed, 1));
    (order, announce(Source::Cli, id, order, placed, &mix.order(number)))
}

/// The id of the order of this number: a UUID of version 7, which ends with the number.
pub fn order_id(number: u32, placed: Timestamp) -> Key {
    EventId::from(uuid(number, placed, 0)).as_key()
}

/// The number of the order with this id; `None`: it is none of ours.
pub fn number_of(key: &[u8]) -> Option<u32> {
    let hex = std::str::from_utf8(key.get(28..36)?).ok()?;
    u32::from_str_radix(hex, 16).ok()
}

fn uuid(number: u32, placed: Timestamp, kind: u64) -> uuid::Uuid {
    let millis = u64::try_from(placed.as_millis()).unwrap_or(0);
    let mut rest = [0; 10];
    StdRng::seed_from_u64((u64::from(number) << 1) | kind).fill(&mut rest[..6]);
    rest[6..].copy_from_slice(&number.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid()
}

/// The name of a product.
pub fn sku(product: u32) -> String {
    format!("sku-{product:04}")
}

/// What a piece of a product costs.
pub fn price(product: u32) -> Money {
    Money::new(495 + i64::from(product) * 50, Currency::EUR)
}

/// A key that is known to be one.
pub fn key(text: &str) -> Key {
    text.parse().unwrap_or_else(|_| unreachable!("a sound key: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_found_by_its_id() {
        let placed = Timestamp(1_760_000_000_000_000);
        assert_eq!(number_of(order_id(123_456, placed).as_bytes()), Some(123_456));
        assert_eq!(number_of(b"mug"), None);
    }

    #[test]
    fn the_same_number_is_the_same_order_and_mixes_are_what_they_say() {
        assert_eq!(Mix::Happy.order(7), Mix::Happy.order(7));
        let share = |mix: Mix, of: fn(&OrderPlaced) -> bool| {
            (0..10_000).filter(|number| of(&mix.order(*number))).count()
        };
        let declined = share(Mix::Declined, |order| order.payment.token == "tok_declined");
        assert!((2_800..3_200).contains(&declined), "{declined}");
        let hot = share(Mix::Hot, |order| order.lines[0].sku == sku(0));
        assert!((8_800..9_300).contains(&hot), "{hot}");
        assert_eq!(share(Mix::Lines, |order| order.lines.len() == 5), 10_000);
    }
}
