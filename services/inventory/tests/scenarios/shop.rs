//! One partition of a shop with four: what it was told, and what it says.

use choreography::{Decision, Duty, Service, State, Task, To};
use events_schema::{
    Event, Key, Line, Said, Timestamp, Topic,
    inventory::{
        InventoryFact, ReservationQueued, StockAdded, StockAllotted, StockRequested, StockReserved,
        StockShelved,
    },
    orders::{CancelReason, OrderCancelled},
    partition_of,
};
use inventory::{Inventory, Settings, Stock};

use crate::hearing::{accepted, eur, hear, hear_copy, key, payment};

pub const PARTITIONS: u16 = 4;

pub type Facts = Vec<Said<InventoryFact>>;

pub struct Shop {
    inventory: Inventory,
    pub stock: Stock,
    pub discarded: Option<&'static str>,
}

/// The partition of the mugs' depot.
pub fn home() -> u16 {
    partition_of(&key("mug"), PARTITIONS)
}

/// A partition that is not the home of the mugs.
pub fn abroad() -> u16 {
    (home() + 1) % PARTITIONS
}

impl Shop {
    pub fn on(partition: u16) -> Shop {
        let inventory = Inventory::new(Settings::default());
        let stock = inventory.begin(Task { partition, partitions: PARTITIONS });
        Shop { inventory, stock, discarded: None }
    }

    /// The home of the mugs.
    pub fn at_home() -> Shop {
        Shop::on(home())
    }

    /// Another partition; it has a shelf for mugs, but no depot.
    pub fn abroad() -> Shop {
        Shop::on(abroad())
    }

    /// Something that was said before.
    pub fn given(mut self, subject: &str, fact: impl Into<InventoryFact>) -> Shop {
        Inventory::evolve(&mut self.stock, key(subject), &fact.into(), Timestamp(0));
        self.stock.commit();
        self
    }

    /// Mugs on the shelf here that may stay.
    pub fn with_shelf(self, quantity: u64) -> Shop {
        self.given("mug", StockShelved { quantity, answer: false, scarce: false })
    }

    /// Hears an event, says what it says, and takes it into account.
    pub fn hears<E: Event>(&mut self, topic: Topic, subject: &str, event: &E) -> Facts {
        self.decides(&hear(topic, key(subject), event))
    }

    /// Receives a transfer about mugs.
    pub fn receives(&mut self, fact: impl Into<InventoryFact>) -> Facts {
        self.decides(&hear_copy(key("mug"), &fact.into()))
    }

    pub fn is_asked_for(&mut self, order: &str, lines: &[(&str, i64)]) -> Facts {
        let lines: Vec<(Key, i64)> = lines.iter().map(|(sku, quantity)| (key(sku), *quantity)).collect();
        self.hears(Topic::Orders, order, &accepted(&lines))
    }

    pub fn hears_cancellation(&mut self, order: &str) -> Facts {
        let event = OrderCancelled { reason: CancelReason::CustomerRequest, expires_at: Timestamp(0) };
        self.hears(Topic::Orders, order, &event)
    }

    pub fn brings_forward(&mut self, sku: &str) -> Facts {
        let mut out = Decision::default();
        self.inventory.bring_forward(&self.stock, key(sku), &mut out);
        out.said().to_vec()
    }

    fn decides(&mut self, command: &inventory::Command) -> Facts {
        let mut out = Decision::default();
        self.inventory.decide(command, &self.stock, Timestamp(0), &mut out);
        self.discarded = out.discarded();
        for Said { subject, fact } in out.said() {
            Inventory::evolve(&mut self.stock, *subject, fact, Timestamp(0));
        }
        self.stock.commit();
        out.said().to_vec()
    }

    pub fn free(&self) -> u64 {
        self.stock.shelf(&key("mug")).map_or(0, |shelf| shelf.free)
    }

    /// What a fact about this subject obliges the host to.
    pub fn duties(&self, subject: &str, fact: impl Into<InventoryFact>) -> Vec<Duty<choreography::Never>> {
        let mut duties = Vec::new();
        Inventory::duties(&self.stock, key(subject), &fact.into(), &mut |duty| duties.push(duty));
        duties
    }
}

pub fn copy(to: To) -> Duty<choreography::Never> {
    Duty::Copy(Topic::StockTransfers, to)
}

pub fn says(subject: &str, fact: impl Into<InventoryFact>) -> Said<InventoryFact> {
    Said { subject: key(subject), fact: fact.into() }
}

pub fn lines(lines: &[(&str, i64)]) -> Vec<Line> {
    lines
        .iter()
        .map(|(sku, quantity)| Line { sku: key(sku), quantity: (*quantity).try_into().unwrap() })
        .collect()
}

pub fn reserved(wanted: &[(&str, i64)]) -> StockReserved {
    StockReserved {
        lines: lines(wanted),
        customer_id: key("customer-1").into(),
        total: eur(100),
        payment: payment(),
        expires_at: Timestamp(1_000_000),
    }
}

pub fn queued(wanted: &[(&str, i64)], waiting_on: &str) -> ReservationQueued {
    let StockReserved { lines, customer_id, total, payment, expires_at } = reserved(wanted);
    ReservationQueued { lines, customer_id, total, payment, expires_at, waiting_on: key(waiting_on) }
}

pub fn requested(shelf: u16, needs: &[u64]) -> StockRequested {
    StockRequested { shelf, needs: needs.to_vec() }
}

pub fn added(quantity: u64, version: u64) -> StockAdded {
    StockAdded { quantity, version }
}

/// A dealing: pieces nobody asked for.
pub fn dealt(shelf: u16, quantity: u64, version: u64) -> StockAllotted {
    StockAllotted { shelf, quantity, answer: false, scarce: false, version }
}

/// The answer to a request.
pub fn answer(shelf: u16, quantity: u64, scarce: bool, version: u64) -> StockAllotted {
    StockAllotted { shelf, quantity, answer: true, scarce, version }
}
