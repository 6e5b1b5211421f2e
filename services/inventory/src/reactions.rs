//! The choreography of inventory: what it hears, and what each event makes it try.

use choreography::{Consumes, on};
use events_schema::{
    Heard, Key, Money, Topic,
    inventory::{StockAllotted, StockDenied, StockRecalled, StockRequested, StockReturned},
    operations::ReleaseRequested,
    orders::{OrderAccepted, OrderCancelled, OrderConfirmed},
    payments::PaymentFailed,
    warehouse::{PriceChanged, ProductListed, ProductWithdrawn, StockCorrected, StockReceived},
};

/// What a consumed event makes inventory try.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// Take stock for an order, all lines or nothing.
    Reserve(Key, OrderAccepted),
    /// Ship what an order holds.
    Ship(Key),
    /// Give back what a cancelled order has, or drop it from its line.
    Cancel(Key),
    /// Give back what an order without money holds.
    Release(Key),
    /// Take in goods of a SKU.
    Receive(Key, i64),
    /// Correct the stock of a SKU.
    Correct(Key, StockCorrected),
    /// List a product.
    List(Key, ProductListed),
    /// Change a product's prices.
    Reprice(Key, Vec<Money>),
    /// Stop selling a product.
    Withdraw(Key),
    /// Depot: serve a shelf's request.
    ServeRequest(Key, StockRequested),
    /// Depot: take pieces back.
    TakeBack(Key, StockReturned),
    /// Shelf: put pieces on the shelf and serve who waits.
    Shelve(Key, StockAllotted),
    /// Shelf: serve whom the pieces reach, reject the others.
    AcceptDenial(Key, StockDenied),
    /// Shelf: send the free pieces home.
    SendHome(Key),
}

/// All rows.
pub(crate) const REACTIONS: &[&dyn Consumes<Command>] = &[
    on!(Topic::Orders, reserve_on_order_accepted),
    on!(Topic::Orders, ship_on_order_confirmed),
    on!(Topic::Orders, give_back_on_order_cancelled),
    on!(Topic::Payments, release_on_payment_failed),
    on!(Topic::Warehouse, add_on_stock_received),
    on!(Topic::Warehouse, correct_on_stock_corrected),
    on!(Topic::Warehouse, publish_on_product_listed),
    on!(Topic::Warehouse, publish_on_price_changed),
    on!(Topic::Warehouse, publish_on_product_withdrawn),
    on!(Topic::StockTransfers, serve_on_stock_requested),
    on!(Topic::StockTransfers, take_back_on_stock_returned),
    on!(Topic::StockTransfers, shelve_on_stock_allotted),
    on!(Topic::StockTransfers, reject_on_stock_denied),
    on!(Topic::StockTransfers, send_home_on_stock_recalled),
    on!(Topic::Operations, give_back_on_release_requested),
];

fn reserve_on_order_accepted(accepted: Heard<OrderAccepted>) -> Option<Command> {
    Some(Command::Reserve(accepted.subject, accepted.data))
}

fn ship_on_order_confirmed(confirmed: Heard<OrderConfirmed>) -> Option<Command> {
    Some(Command::Ship(confirmed.subject))
}

fn give_back_on_order_cancelled(cancelled: Heard<OrderCancelled>) -> Option<Command> {
    Some(Command::Cancel(cancelled.subject))
}

fn release_on_payment_failed(failed: Heard<PaymentFailed>) -> Option<Command> {
    Some(Command::Release(failed.subject))
}

fn add_on_stock_received(received: Heard<StockReceived>) -> Option<Command> {
    Some(Command::Receive(received.subject, received.data.quantity))
}

fn correct_on_stock_corrected(corrected: Heard<StockCorrected>) -> Option<Command> {
    Some(Command::Correct(corrected.subject, corrected.data))
}

fn publish_on_product_listed(listed: Heard<ProductListed>) -> Option<Command> {
    Some(Command::List(listed.subject, listed.data))
}

fn publish_on_price_changed(changed: Heard<PriceChanged>) -> Option<Command> {
    Some(Command::Reprice(changed.subject, changed.data.prices))
}

fn publish_on_product_withdrawn(withdrawn: Heard<ProductWithdrawn>) -> Option<Command> {
    Some(Command::Withdraw(withdrawn.subject))
}

fn serve_on_stock_requested(requested: Heard<StockRequested>) -> Option<Command> {
    Some(Command::ServeRequest(requested.subject, requested.data))
}

fn take_back_on_stock_returned(returned: Heard<StockReturned>) -> Option<Command> {
    Some(Command::TakeBack(returned.subject, returned.data))
}

fn shelve_on_stock_allotted(allotted: Heard<StockAllotted>) -> Option<Command> {
    Some(Command::Shelve(allotted.subject, allotted.data))
}

fn reject_on_stock_denied(denied: Heard<StockDenied>) -> Option<Command> {
    Some(Command::AcceptDenial(denied.subject, denied.data))
}

fn send_home_on_stock_recalled(recalled: Heard<StockRecalled>) -> Option<Command> {
    Some(Command::SendHome(recalled.subject))
}

fn give_back_on_release_requested(requested: Heard<ReleaseRequested>) -> Option<Command> {
    Some(Command::Cancel(requested.subject))
}
