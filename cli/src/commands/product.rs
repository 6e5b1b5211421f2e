//! `product`: what the shop sells, and for how much.

use events_schema::{
    Currency, Event, Key, Money, Source, Topic, announce,
    catalog::ProductStatus,
    warehouse::{PriceChanged, ProductListed, ProductWithdrawn},
};
use serde::Serialize;

use super::Written;
use crate::{
    clock,
    exit::Failure,
    fold::catalog::{self, Catalog},
    log::{Begin, Cluster},
    render::{
        table::{Align, Table},
        word,
    },
    session::Session,
};

/// What to do with products.
#[derive(clap::Subcommand, Debug)]
pub enum Command {
    /// List a product, or list it anew; with --price-only change its prices
    Publish(Publish),
    /// Take a product off the shop
    Withdraw {
        /// The product
        sku: Key,
    },
    /// Show the catalog
    List,
}

/// Flags of `product publish`.
#[derive(clap::Args, Debug)]
pub struct Publish {
    /// The product
    sku: Key,
    /// Its name; the SKU when left out
    #[arg(long)]
    name: Option<String>,
    /// The price of one piece, like 12.00EUR; repeatable, one per currency
    #[arg(long, required = true, value_name = "12.00EUR", value_parser = price)]
    price: Vec<Money>,
    /// What it is
    #[arg(long, default_value = "")]
    description: String,
    /// Where it stands in the shop
    #[arg(long, default_value = "")]
    category: String,
    /// Change the prices and nothing else
    #[arg(long, conflicts_with_all = ["name", "description", "category"])]
    price_only: bool,
}

/// Reads or writes.
pub fn run(command: Command, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    match command {
        Command::Publish(args) if args.price_only => {
            say(args.sku, &PriceChanged { prices: args.price }, &cluster, session)
        }
        Command::Publish(args) => {
            let Publish { sku, name, price, description, category, .. } = args;
            let name = name.unwrap_or_else(|| sku.to_string());
            say(sku, &ProductListed { name, description, category, prices: price }, &cluster, session)
        }
        Command::Withdraw { sku } => say(sku, &ProductWithdrawn {}, &cluster, session),
        Command::List => list(&read(&cluster)?, session),
    }
}

/// Writes one event about a SKU to `warehouse`.
pub(super) fn say<E: Event>(
    sku: Key,
    event: &E,
    cluster: &Cluster,
    session: &mut Session,
) -> Result<(), Failure> {
    let value = announce(Source::Cli, clock::new_event_id(), sku, clock::now(), event);
    let home = cluster.home_of(Topic::Warehouse, &sku)?;
    let place = cluster.writer()?.write_one(Topic::Warehouse, home, sku, &value)?;
    Written { event: E::TYPE, subject: sku, place }.print(session)
}

/// The catalog: it stands in full on every partition, so one is enough.
pub(super) fn read(cluster: &Cluster) -> Result<Catalog, Failure> {
    cluster.partitions(Topic::Catalog)?;
    let mut products = Catalog::new();
    let ranges = cluster.ranges(&[(Topic::Catalog, 0)], Begin::Oldest)?;
    cluster.read(&ranges, &mut |record| catalog::fold(&mut products, record))?;
    Ok(products)
}

#[derive(Serialize)]
struct Row<'a> {
    sku: &'a Key,
    name: &'a str,
    description: &'a str,
    category: &'a str,
    prices: &'a [Money],
    status: ProductStatus,
}

fn list(products: &Catalog, session: &mut Session) -> Result<(), Failure> {
    if session.out.is_json() {
        let row = |(sku, product): (_, &'_ events_schema::catalog::ProductPublished)| -> serde_json::Value {
            let p = product;
            let row = Row {
                sku,
                name: &p.name,
                description: &p.description,
                category: &p.category,
                prices: &p.prices,
                status: p.status,
            };
            serde_json::json!(row)
        };
        return session.out.document(&products.iter().map(row).collect::<Vec<_>>());
    }
    let mut table = Table::new(&[
        ("SKU", Align::Left),
        ("NAME", Align::Left),
        ("PRICE", Align::Right),
        ("STATUS", Align::Left),
        ("CATEGORY", Align::Left),
    ]);
    for (sku, product) in products {
        let prices: Vec<String> = product.prices.iter().map(Money::to_string).collect();
        let cells = [prices.join(", "), word(&product.status)];
        let [prices, status] = cells;
        table.row([
            sku.into(),
            (&product.name).into(),
            prices.into(),
            status.into(),
            (&product.category).into(),
        ]);
    }
    if table.is_empty() {
        session.note("the catalog is empty; for samples: orderctl init --sample");
    }
    session.out.table(&table)
}

/// Reads `12.00EUR` or `12 EUR`: at most two decimals.
fn price(text: &str) -> Result<Money, String> {
    let wrong = || format!("{text:?} is no price: give an amount and a currency, like 12.00EUR");
    let digits_end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).ok_or_else(wrong)?;
    let (amount, currency) = text.split_at(digits_end);
    let currency: Currency = currency.trim().parse().map_err(|_| wrong())?;
    let (whole, cents) = amount.split_once('.').unwrap_or((amount, ""));
    if whole.is_empty() || cents.len() > 2 {
        return Err(wrong());
    }
    let whole: i64 = whole.parse().map_err(|_| wrong())?;
    let cents: i64 = format!("{cents:0<2}").parse().map_err(|_| wrong())?;
    let amount = whole.checked_mul(100).and_then(|units| units.checked_add(cents)).ok_or_else(wrong)?;
    Ok(Money::new(amount, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_an_amount_and_a_currency() {
        let read = ["12.00EUR", "12EUR", "12.5 USD", "0.99EUR"].map(|text| price(text).unwrap().to_string());
        assert_eq!(read, ["12.00 EUR", "12.00 EUR", "12.50 USD", "0.99 EUR"]);
    }

    #[test]
    fn a_price_without_a_currency_or_with_three_decimals_is_refused() {
        for text in
            ["12", "12.000EUR", "EUR", "-1EUR", "12.00euro", ".5EUR", "1.2.3EUR", "99999999999999999999EUR"]
        {
            assert!(price(text).is_err(), "{text}");
        }
    }
}
