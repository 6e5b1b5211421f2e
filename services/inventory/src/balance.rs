//! Balances brought forward: a SKU stays for ever, but restore need not go back to its first piece.

use choreography::Decision;
use events_schema::{
    Key,
    inventory::{InventoryFact, StockCounted},
};

use crate::{Depot, Shelf, Stock};

/// Says the balances of a SKU here, if nobody waits for anything: then the numbers say it all.
///
/// Depot and shelf may stand on one partition and then share the subject, hence the mark: both are said, or none.
pub(crate) fn bring_forward(stock: &Stock, sku: Key, out: &mut Decision<InventoryFact>) {
    let (depot, shelf) = (stock.depot(&sku), stock.shelf(&sku));
    let quiet = depot.is_none_or(Depot::is_quiet) && shelf.is_none_or(Shelf::is_quiet);
    if !quiet {
        return;
    }
    if stock.is_home(&sku) {
        out.say(sku, of_depot(depot.unwrap_or(&Depot::default())));
    }
    out.say(sku, of_shelf(stock.task().partition, shelf.unwrap_or(&Shelf::default())));
}

/// Whether this count moves the SKU's mark: the first that is said of it on this partition.
pub(crate) fn is_first(stock: &Stock, sku: &Key, counted: &StockCounted) -> bool {
    counted.shelf.is_none() == stock.is_home(sku)
}

fn of_depot(depot: &Depot) -> StockCounted {
    StockCounted {
        shelf: None,
        available: depot.free,
        held: 0,
        version: depot.version,
        supply: Some(depot.supply),
        dealt: depot.dealt.iter().copied().collect(),
        scarce: None,
    }
}

fn of_shelf(partition: u16, shelf: &Shelf) -> StockCounted {
    StockCounted {
        shelf: Some(partition),
        available: shelf.free,
        held: shelf.held,
        version: 0,
        supply: None,
        dealt: Vec::new(),
        scarce: Some(shelf.scarce),
    }
}
