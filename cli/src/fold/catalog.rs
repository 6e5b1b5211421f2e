//! The catalog: the newest word on every product.

use std::collections::BTreeMap;

use events_schema::{Key, Record, catalog::ProductPublished, inventory::InventoryFact};

use super::told::Told;

/// The products, by SKU.
pub type Catalog = BTreeMap<Key, ProductPublished>;

/// Folds one record of one partition of `catalog`.
pub fn fold(catalog: &mut Catalog, record: &Record<'_>) {
    if record.value.is_none() {
        // A tombstone: whoever wrote it wanted the product forgotten.
        let _ = record.key.and_then(|key| Key::from_bytes(key).ok()).map(|sku| catalog.remove(&sku));
        return;
    }
    if let Ok(Some(heard)) = Told::read(record)
        && let Told::Inventory(InventoryFact::ProductPublished(product)) = heard.data
    {
        catalog.insert(heard.subject, product);
    }
}
