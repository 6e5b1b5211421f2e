//! The tables order follows: what is sold at which price, and who is not served.

use choreography::{Remembers, Row};
use events_schema::{
    Event, Key, Malformed, Record, Topic,
    catalog::{ProductPublished, ProductStatus},
    customers::{CustomerBlocked, CustomerUnblocked},
    kind, read,
};

use crate::{Orders, state::Product};

/// Both tables are written by others, so they are followed for ever.
pub(crate) static TABLES: &[Row<Orders>] =
    &[Row { table: &Catalog, followed: true }, Row { table: &Customers, followed: true }];

struct Catalog;

impl Remembers<Orders> for Catalog {
    fn topic(&self) -> Topic {
        Topic::Catalog
    }

    fn remember(&self, state: &mut Orders, record: &Record<'_>) -> Result<(), Malformed> {
        if let Some(sku) = removed(record)? {
            state.catalog.remove(&sku);
        } else if kind(record)? == ProductPublished::TYPE {
            let heard = read::<ProductPublished>(record)?;
            let available = heard.data.status == ProductStatus::Available;
            state.catalog.put(heard.subject, Product { available, prices: heard.data.prices });
        }
        Ok(())
    }
}

struct Customers;

impl Remembers<Orders> for Customers {
    fn topic(&self) -> Topic {
        Topic::Customers
    }

    fn remember(&self, state: &mut Orders, record: &Record<'_>) -> Result<(), Malformed> {
        if let Some(customer) = removed(record)? {
            state.blocked.remove(&customer);
            return Ok(());
        }
        match &*kind(record)? {
            CustomerBlocked::TYPE => state.blocked.put(read::<CustomerBlocked>(record)?.subject, ()),
            CustomerUnblocked::TYPE => state.blocked.remove(&read::<CustomerUnblocked>(record)?.subject),
            _ => {}
        }
        Ok(())
    }
}

/// The key of a tombstone.
fn removed(record: &Record<'_>) -> Result<Option<Key>, Malformed> {
    if record.value.is_some() {
        return Ok(None);
    }
    Key::from_bytes(record.key.unwrap_or_default()).map(Some)
}
