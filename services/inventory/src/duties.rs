//! What a fact obliges the host to: copies to other partitions, and how far back restore must go.

use choreography::{Duty, Never, To};
use events_schema::{Key, Topic, inventory::InventoryFact};

use crate::{Stock, balance};

pub(crate) fn duties(stock: &Stock, subject: Key, fact: &InventoryFact, duty: &mut dyn FnMut(Duty<Never>)) {
    use InventoryFact::*;
    match fact {
        StockAllotted(sent) => duty(Duty::Copy(Topic::StockTransfers, To::Partition(sent.shelf))),
        StockDenied(denied) => duty(Duty::Copy(Topic::StockTransfers, To::Partition(denied.shelf))),
        StockRecalled(recalled) => duty(Duty::Copy(Topic::StockTransfers, To::Partition(recalled.shelf))),
        StockRequested(_) | StockReturned(_) => duty(Duty::Copy(Topic::StockTransfers, To::Home)),
        ProductPublished(_) => duty(Duty::Copy(Topic::Catalog, To::Everywhere)),
        _ => {}
    }
    match fact {
        ReservationQueued(_) | StockReserved(_) => duty(Duty::Open),
        StockRejected(_) | ReservationDropped(_) | StockReleased(_) | StockShipped(_) => duty(Duty::Over),
        StockCounted(counted) if balance::is_first(stock, &subject, counted) => duty(Duty::Counted),
        // A refused correction changes nothing, and products are restored from the catalog.
        StockCorrectionRefused(_) | ProductPublished(_) => {}
        _ => duty(Duty::Keep),
    }
}
