//! The product catalog: what the warehouse lists, published once per change to every partition.

use choreography::Remembers;
use events_schema::{
    Key, Malformed, Money, Record, Topic,
    catalog::{ProductPublished, ProductStatus},
    warehouse::ProductListed,
};

use crate::{Stock, draft::Draft};

/// A product is listed, or listed anew, and sold from now on.
pub(crate) fn list(draft: &mut Draft<'_>, sku: Key, listed: &ProductListed) {
    let ProductListed { name, description, category, prices } = listed.clone();
    let product = ProductPublished { name, description, category, prices, status: ProductStatus::Available };
    publish(draft, sku, product);
}

/// A product has new prices. A withdrawn one stays withdrawn.
pub(crate) fn reprice(draft: &mut Draft<'_>, sku: Key, prices: &[Money]) {
    match draft.product(&sku) {
        Some(known) => publish(draft, sku, ProductPublished { prices: prices.to_vec(), ..known.clone() }),
        None => draft.discard("unknown_sku"),
    }
}

/// A product is no longer sold.
pub(crate) fn withdraw(draft: &mut Draft<'_>, sku: Key) {
    match draft.product(&sku) {
        Some(known) => {
            let product = ProductPublished { status: ProductStatus::Withdrawn, ..known.clone() };
            publish(draft, sku, product);
        }
        None => draft.discard("unknown_sku"),
    }
}

fn publish(draft: &mut Draft<'_>, sku: Key, mut product: ProductPublished) {
    product.prices.sort_by_key(|price| price.currency);
    match wrong_with(&product.prices) {
        Some(reason) => draft.discard(reason),
        None if draft.product(&sku) == Some(&product) => {}
        None => draft.say(sku, product),
    }
}

/// Why these prices, sorted by currency, cannot be published.
fn wrong_with(prices: &[Money]) -> Option<&'static str> {
    if prices.is_empty() {
        Some("no_prices")
    } else if prices.iter().any(|price| price.amount < 0) {
        Some("negative_price")
    } else if prices.windows(2).any(|pair| pair[0].currency == pair[1].currency) {
        Some("duplicate_currency")
    } else {
        None
    }
}

/// The own table: read on restore, so that the products' facts need not be; for products whose home is here, since
/// nobody else changes those.
pub(crate) struct Catalog;

impl Remembers<Stock> for Catalog {
    fn topic(&self) -> Topic {
        Topic::Catalog
    }

    fn remember(&self, stock: &mut Stock, record: &Record<'_>) -> Result<(), Malformed> {
        if record.value.is_none() {
            let sku = Key::from_bytes(record.key.unwrap_or_default())?;
            stock.unpublish(&sku);
            return Ok(());
        }
        let heard = events_schema::read::<ProductPublished>(record)?;
        if stock.is_home(&heard.subject) {
            stock.publish(heard.subject, heard.data);
        }
        Ok(())
    }
}
