//! Which topics a service reads and writes: what its certificate must allow, and what its lag is counted on.

use events_schema::{Source, Topic};

/// The services, in the order an order meets them.
pub const SERVICES: [Source; 3] = [Source::Order, Source::Inventory, Source::Payment];

/// The topics a service answers: its group has positions on them.
pub fn inputs(service: Source) -> &'static [Topic] {
    use Topic::{Checkout, Inventory, Operations, Orders, Payments, StockTransfers, Warehouse};
    match service {
        Source::Order => &[Checkout, Inventory, Payments, Operations],
        Source::Inventory => &[Orders, Payments, Warehouse, StockTransfers, Operations],
        Source::Payment => &[Orders, Inventory, Operations],
        Source::Cli | Source::Gateway => &[],
    }
}

/// The tables it reads without a position.
fn tables(service: Source) -> &'static [Topic] {
    match service {
        Source::Order => &[Topic::Catalog, Topic::Customers],
        Source::Inventory => &[Topic::Catalog],
        _ => &[],
    }
}

/// Whether it must be allowed to read the topic: its inputs, its tables, and what it said itself, on restore.
pub fn reads(service: Source, topic: Topic) -> bool {
    inputs(service).contains(&topic) || tables(service).contains(&topic) || topic.owner() == Some(service)
}

/// Whether it must be allowed to write the topic: what it owns, and what it forwards to where it belongs.
pub fn writes(service: Source, topic: Topic) -> bool {
    use events_schema::Routing::ByKey;
    topic.owner() == Some(service) || (topic.routing() == ByKey && inputs(service).contains(&topic))
}
