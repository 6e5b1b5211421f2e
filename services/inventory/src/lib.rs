//! The inventory service: stock by escrow, reservations of all lines or nothing, and the product catalog.
//!
//! A unit of stock is always in exactly one place: a depot, a transfer, free on a shelf, taken by an order, or shipped.
//! A shelf that has enough decides alone; only a shelf that is short talks to the depot. Depot and shelves talk by
//! transfers: facts on the own partition, copied to the addressee's partition of `stock-transfers`.
#![forbid(unsafe_code)]

mod balance;
mod dealing;
mod depot;
mod draft;
mod duties;
mod figures;
mod flags;
mod fold;
mod products;
mod reactions;
mod reservation;
mod reserving;
mod settings;
mod shelf;
mod stock;

use std::time::Duration;

use choreography::{Consumes, Decision, Duty, Figure, Level, Never, Row, Service, Task};
use events_schema::{Key, Source, Timestamp, Topic, inventory::InventoryFact};

pub use depot::{Ask, Depot};
pub use flags::Flags;
pub use reactions::Command;
pub use reservation::Reservation;
pub use settings::Settings;
pub use shelf::Shelf;
pub use stock::{Pieces, Stock};

use draft::Draft;

/// The inventory service.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inventory {
    settings: Settings,
}

impl Inventory {
    /// The service with these settings.
    pub fn new(settings: Settings) -> Inventory {
        Inventory { settings }
    }
}

impl Service for Inventory {
    const SOURCE: Source = Source::Inventory;
    const EMITS: Topic = Topic::Inventory;
    const PARKED: Topic = Topic::InventoryParked;

    type Command = Command;
    type Fact = InventoryFact;
    type State = Stock;
    type Request = Never;
    type Answer = Never;

    fn reactions() -> &'static [&'static dyn Consumes<Command>] {
        reactions::REACTIONS
    }

    fn tables() -> &'static [Row<Stock>] {
        &[Row { table: &products::Catalog, followed: false }]
    }

    fn window(&self) -> Duration {
        Duration::ZERO
    }

    fn begin(&self, task: Task) -> Stock {
        Stock::new(task)
    }

    fn decide(&self, command: &Command, stock: &Stock, _now: Timestamp, out: &mut Decision<InventoryFact>) {
        let (draft, settings) = (&mut Draft::new(stock, out), &self.settings);
        match command {
            Command::Reserve(order, accepted) => reserving::reserve(draft, *order, accepted),
            Command::Ship(order) => reserving::ship(draft, *order),
            Command::Cancel(order) => reserving::cancel(draft, *order),
            Command::Release(order) => reserving::release(draft, *order),
            Command::Receive(sku, quantity) => dealing::receive(draft, *sku, *quantity, settings),
            Command::Correct(sku, correction) => dealing::correct(draft, *sku, correction, settings),
            Command::List(sku, listed) => products::list(draft, *sku, listed),
            Command::Reprice(sku, prices) => products::reprice(draft, *sku, prices),
            Command::Withdraw(sku) => products::withdraw(draft, *sku),
            Command::ServeRequest(sku, asked) => dealing::requested(draft, *sku, asked, settings),
            Command::TakeBack(sku, back) => dealing::returned(draft, *sku, back, settings),
            Command::Shelve(sku, sent) => reserving::allotted(draft, *sku, sent),
            Command::AcceptDenial(sku, denied) => reserving::denied(draft, *sku, denied),
            Command::SendHome(sku) => reserving::recalled(draft, *sku),
        }
    }

    fn evolve(stock: &mut Stock, subject: Key, fact: &InventoryFact, _time: Timestamp) {
        match fact {
            InventoryFact::ProductPublished(product) => stock.publish(subject, product.clone()),
            _ => fold::fold(stock, subject, fact),
        }
    }

    fn duties(stock: &Stock, subject: Key, fact: &InventoryFact, duty: &mut dyn FnMut(Duty<Never>)) {
        duties::duties(stock, subject, fact, duty);
    }

    fn figures() -> &'static [Figure] {
        &figures::FIGURES
    }

    fn levels(stock: &Stock, _: &mut dyn Iterator<Item = &Never>, level: &mut dyn FnMut(Level)) {
        figures::levels(stock, level);
    }

    fn answered(_: Key, answer: Never) -> Command {
        match answer {}
    }

    fn bring_forward(&self, stock: &Stock, sku: Key, out: &mut Decision<InventoryFact>) {
        balance::bring_forward(stock, sku, out);
    }
}
