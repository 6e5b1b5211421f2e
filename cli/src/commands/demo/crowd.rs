//! A crowd of orders, one for every fate an order can have.

use events_schema::{
    Currency, Key, Money, PaymentMethod, Source, Topic, announce,
    checkout::{OfferedPayment, OrderCancellationRequested, OrderPlaced, WantedLine},
    warehouse::{ProductListed, StockReceived},
};

use crate::{
    clock,
    exit::Failure,
    log::{Cluster, Writer},
};

/// What is to become of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wish {
    Complete,
    Declined,
    NoFunds,
    OutOfStock,
    Queued,
    CancelWhilePaying,
    Expire,
    Fraud,
    AnsweredTwice,
    UnknownProduct,
}

/// Of twenty orders; the first ones show every fate.
const MIX: [Wish; 20] = {
    use Wish::*;
    [
        Complete,
        Declined,
        OutOfStock,
        Queued,
        CancelWhilePaying,
        Expire,
        Fraud,
        AnsweredTwice,
        UnknownProduct,
        NoFunds,
        Complete,
        Complete,
        Complete,
        Complete,
        Complete,
        Complete,
        Complete,
        Declined,
        Complete,
        Complete,
    ]
};

/// Pieces of one order that is more than a shelf has.
const MANY: i64 = 12;

/// The orders of a demo, the told one not counted.
pub struct Crowd {
    orders: Vec<(Key, Wish)>,
}

impl Crowd {
    /// So many orders.
    pub fn of(count: u32) -> Crowd {
        let wishes = MIX.iter().cycle().take(count as usize);
        Crowd { orders: wishes.map(|wish| (clock::new_order_id(), *wish)).collect() }
    }

    /// Their ids.
    pub fn ids(&self) -> impl Iterator<Item = &Key> {
        self.orders.iter().map(|(id, _)| id)
    }

    /// Publishes the products and receives enough of them.
    pub fn stock_up(&self, cluster: &Cluster, writer: &Writer<'_>) -> Result<(), Failure> {
        let queued = self.orders.iter().filter(|(_, wish)| *wish == Wish::Queued).count() as i64;
        let singles = self.orders.len() as i64 + 100;
        for (sku, name, cents, pieces) in [
            ("mug", "Mug", 1_200, singles),
            ("poster", "Poster", 950, singles),
            ("clock", "Wall clock", 4_900, queued * MANY + 2 * MANY),
        ] {
            let subject = key(sku)?;
            let home = cluster.home_of(Topic::Warehouse, &subject)?;
            let prices = vec![Money::new(cents, Currency::EUR)];
            let (name, description, category) = (name.to_owned(), String::new(), "demo".to_owned());
            let listed = ProductListed { name, description, category, prices };
            let say = |value: Vec<u8>| writer.write(Topic::Warehouse, home, subject, &value);
            say(announce(Source::Cli, clock::new_event_id(), subject, clock::now(), &listed))?;
            let received = StockReceived { quantity: pieces };
            say(announce(Source::Cli, clock::new_event_id(), subject, clock::now(), &received))?;
        }
        writer.drain()?;
        Ok(())
    }

    /// Places them all, cancels those that want it, and throws one piece of garbage among them.
    pub fn place(&self, cluster: &Cluster, writer: &Writer<'_>) -> Result<(), Failure> {
        if !self.orders.is_empty() {
            let poisoned = key("order-of-garbage")?;
            let home = cluster.home_of(Topic::Checkout, &poisoned)?;
            writer.write(
                Topic::Checkout,
                home,
                poisoned,
                b"{\"type\":\"OrderPlaced\",\"data\":{\"customer_id\":",
            )?;
        }
        for (id, wish) in &self.orders {
            place(writer, cluster, *id, &wish.order())?;
            if *wish == Wish::CancelWhilePaying {
                let asked = OrderCancellationRequested { reason: Some("changed my mind".to_owned()) };
                let value = announce(Source::Cli, clock::new_event_id(), *id, clock::now(), &asked);
                writer.write(Topic::Checkout, cluster.home_of(Topic::Checkout, id)?, *id, &value)?;
            }
        }
        writer.drain()?;
        Ok(())
    }
}

impl Wish {
    fn order(self) -> OrderPlaced {
        let (sku, quantity, token) = match self {
            Wish::Complete => ("mug", 1, "tok_ok"),
            Wish::Declined => ("mug", 2, "tok_declined"),
            Wish::NoFunds => ("poster", 1, "tok_insufficient_funds"),
            Wish::OutOfStock => ("poster", 50_000, "tok_ok"),
            Wish::Queued => ("clock", MANY, "tok_ok"),
            Wish::CancelWhilePaying => ("mug", 1, "tok_late"),
            Wish::Expire => ("poster", 1, "tok_timeout"),
            Wish::Fraud => ("mug", 1, "tok_fraud"),
            Wish::AnsweredTwice => ("poster", 1, "tok_twice"),
            Wish::UnknownProduct => ("unicorn", 1, "tok_ok"),
        };
        order("grace", &[(sku, quantity)], token)
    }
}

/// A placement in words.
pub fn order(customer: &str, lines: &[(&str, i64)], token: &str) -> OrderPlaced {
    let lines =
        lines.iter().map(|(sku, quantity)| WantedLine { sku: (*sku).to_owned(), quantity: *quantity });
    OrderPlaced {
        order_id: None,
        customer_id: customer.parse().unwrap_or_else(|_| unreachable!("a name of ours is a key")),
        lines: lines.collect(),
        currency: Some("EUR".to_owned()),
        payment: OfferedPayment { method: PaymentMethod::Card, token: token.to_owned() },
        note: None,
    }
}

/// Writes a placement to the partition of its order.
pub fn place(writer: &Writer<'_>, cluster: &Cluster, id: Key, placed: &OrderPlaced) -> Result<(), Failure> {
    let value = announce(Source::Cli, clock::new_event_id(), id, clock::now(), placed);
    writer.write(Topic::Checkout, cluster.home_of(Topic::Checkout, &id)?, id, &value)
}

fn key(text: &str) -> Result<Key, Failure> {
    text.parse().map_err(|error| Failure::Ours(format!("{text}: {error}")))
}
