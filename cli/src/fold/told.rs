//! Any event of the contract, decoded by the topic it stands on.

use events_schema::{
    Fact, Heard, Malformed, Record, Topic, checkout::CheckoutEvent, customers::CustomerEvent,
    inventory::InventoryFact, kind, operations::OperationEvent, orders::OrderFact, parking::ParkingFact,
    payments::PaymentFact, warehouse::WarehouseEvent,
};

/// What one record says.
#[derive(Clone, PartialEq, Debug)]
pub enum Told {
    /// At the checkout.
    Checkout(CheckoutEvent),
    /// By order.
    Order(OrderFact),
    /// By inventory; on `catalog` and `stock-transfers`, too.
    Inventory(InventoryFact),
    /// By payment.
    Payment(PaymentFact),
    /// By the warehouse.
    Warehouse(WarehouseEvent),
    /// Of a customer.
    Customer(CustomerEvent),
    /// By an operator.
    Operation(OperationEvent),
    /// By any service, of a record it set aside.
    Parking(ParkingFact),
}

impl Told {
    /// Reads a record; `None` for a type this program does not know, and for records set aside.
    pub fn read(record: &Record<'_>) -> Result<Option<Heard<Told>>, Malformed> {
        let kind = kind(record)?;
        if ParkingFact::names().contains(&kind.as_ref()) {
            return read_as(&kind, record, Told::Parking);
        }
        match record.place.topic {
            Topic::Checkout => read_as(&kind, record, Told::Checkout),
            Topic::Orders => read_as(&kind, record, Told::Order),
            Topic::Inventory | Topic::StockTransfers | Topic::Catalog => {
                read_as(&kind, record, Told::Inventory)
            }
            Topic::Payments => read_as(&kind, record, Told::Payment),
            Topic::Warehouse => read_as(&kind, record, Told::Warehouse),
            Topic::Customers => read_as(&kind, record, Told::Customer),
            Topic::Operations => read_as(&kind, record, Told::Operation),
            Topic::OrderParked | Topic::InventoryParked | Topic::PaymentParked => Ok(None),
        }
    }
}

fn read_as<F: Fact>(
    kind: &str,
    record: &Record<'_>,
    told: fn(F) -> Told,
) -> Result<Option<Heard<Told>>, Malformed> {
    Ok(F::read(kind, record)?.map(|heard| heard.map(told)))
}
