//! What is written down beside the stock of one partition, and what can be judged there alone.

use std::sync::Arc;

use events_schema::{Key, inventory::InventoryFact};
use inventory::{Command, Depot, Inventory, Reservation, Shelf, Stock};

use super::letters::Sent;
use crate::{
    broken::Broken,
    situations::{Account, Spoken},
};

/// A fact of inventory, with its subject.
pub(crate) type Said = events_schema::Said<InventoryFact>;

/// The other side of the books, on one partition.
#[derive(Clone)]
pub(crate) struct Ledger {
    pub(crate) skus: Arc<[Key]>,
    pub(crate) orders: Arc<[Key]>,
    pub(crate) tallies: Vec<Tally>,
    /// What the depot kept at the denial that is being decided.
    left: u64,
    /// Whom the request was made for that is being denied.
    asked: Vec<Key>,
    broken: Broken,
}

/// What was said of one SKU on one partition.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) supplied: u64,
    pub(crate) written_off: u64,
    pub(crate) shipped: u64,
    /// Whom the outstanding request was made for, and what they truly need; then what it says.
    asked_for: Vec<(Key, u64)>,
    pub(crate) needs: Vec<u64>,
}

/// What the whole has to know of a partition.
pub(crate) struct Brief {
    pub(crate) skus: Vec<SkuBrief>,
    pub(crate) orders: Vec<Standing>,
}

/// One SKU on one partition.
pub(crate) struct SkuBrief {
    pub(crate) depot: Depot,
    pub(crate) free: u64,
    pub(crate) held: u64,
    pub(crate) scarce: bool,
    pub(crate) asked: bool,
    pub(crate) quiet: bool,
    pub(crate) tally: Tally,
}

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    Unknown,
    Waiting,
    Held,
}

impl Ledger {
    pub(crate) fn new(skus: Arc<[Key]>, orders: Arc<[Key]>) -> Ledger {
        let tallies = vec![Tally::default(); skus.len()];
        Ledger { skus, orders, tallies, left: 0, asked: Vec::new(), broken: Broken::NOTHING }
    }

    fn tally(&mut self, sku: &Key) -> Option<&mut Tally> {
        self.skus.iter().position(|known| known == sku).and_then(|at| self.tallies.get_mut(at))
    }

    /// Adds a fact up. Who waits at the time of a request is whom it is for.
    fn add(&mut self, stock: &Stock, said: &Said) {
        match &said.fact {
            InventoryFact::StockShipped(shipped) => {
                for line in &shipped.lines {
                    self.tally(&line.sku).into_iter().for_each(|tally| tally.shipped += line.quantity.get());
                }
            }
            fact => {
                let line = waiting(stock, &said.subject);
                let Some(tally) = self.tally(&said.subject) else { return };
                match fact {
                    InventoryFact::StockAdded(added) => tally.supplied += added.quantity,
                    InventoryFact::StockWrittenOff(off) => tally.written_off += off.quantity,
                    InventoryFact::StockRequested(request) => {
                        tally.asked_for = line.into_iter().take(request.needs.len()).collect();
                        tally.needs = request.needs.clone();
                    }
                    InventoryFact::StockShelved(shelved) if shelved.answer => {
                        (tally.asked_for, tally.needs) = Default::default();
                    }
                    _ => {}
                }
            }
        }
    }

    /// S19: whoever is rejected was asked for, and needs more than the depot kept and what is free here.
    fn rejected_rightly(&self, stock: &Stock, order: &Key) -> bool {
        let Some(line) = stock.reservation(order).and_then(Reservation::waits_for) else { return false };
        let free = stock.shelf(&line.sku).map_or(0, |shelf| shelf.free);
        self.asked.contains(order) && line.quantity.get() > free + self.left
    }
}

/// The orders in the line of a SKU, and what they need.
fn waiting(stock: &Stock, sku: &Key) -> Vec<(Key, u64)> {
    let need = |order: Key| stock.reservation(&order)?.waits_for().map(|line| (order, line.quantity.get()));
    stock.shelf(sku).into_iter().flat_map(Shelf::line).filter_map(need).collect()
}

impl Account<Inventory> for Ledger {
    type Brief = Brief;
    type Effect = Vec<Sent>;

    fn hear(&mut self, _: &Stock, command: &Command) {
        (self.left, self.asked, self.broken) = (0, Vec::new(), Broken::NOTHING);
        let Command::AcceptDenial(sku, denied) = command else { return };
        self.left = denied.left.unwrap_or(0);
        let asked = self.tally(sku).map(|tally| tally.asked_for.clone()).unwrap_or_default();
        self.asked = asked.into_iter().map(|(order, _)| order).collect();
    }

    fn take(&mut self, stock: &Stock, said: &Said) {
        self.broken.unless(covers(stock, said), Broken::I2);
        if matches!(said.fact, InventoryFact::StockRejected(_)) {
            self.broken.unless(self.rejected_rightly(stock, &said.subject), Broken::S19);
        }
        if let InventoryFact::StockRequested(request) = &said.fact {
            self.broken.unless(asks_in_full(stock, &said.subject, &request.needs), Broken::I7);
        }
        self.add(stock, said);
    }

    fn text(&self, stock: &Stock) -> String {
        let mut text = String::new();
        for (sku, tally) in self.skus.iter().zip(&self.tallies) {
            text += &format!("{:?} {:?} {tally:?}\n", stock.depot(sku), stock.shelf(sku));
        }
        for order in self.orders.iter() {
            text += &format!("{:?}\n", stock.reservation(order));
        }
        text
    }

    fn brief(&self, stock: &Stock) -> (Brief, Broken) {
        let mut broken = self.broken;
        let skus = self.skus.iter().zip(&self.tallies);
        let skus = skus.map(|(sku, tally)| sku_brief(self, stock, sku, tally, &mut broken)).collect();
        let standing = |order: &Key| match stock.reservation(order) {
            None => Standing::Unknown,
            Some(open) if open.place.is_some() => Standing::Waiting,
            Some(_) => Standing::Held,
        };
        let orders = self.orders.iter().map(standing).collect();
        broken.unless(self.orders.iter().all(|order| waits_in_one_line(stock, order)), Broken::I8);
        (Brief { skus, orders }, broken)
    }
}

/// I2: no fact gives away what is not there.
fn covers(stock: &Stock, said: &Said) -> bool {
    let depot = |pieces: u64| stock.depot(&said.subject).is_some_and(|depot| pieces <= depot.free);
    let free = |sku: &Key| stock.shelf(sku).map_or(0, |shelf| shelf.free);
    let held = |sku: &Key| stock.shelf(sku).map_or(0, |shelf| shelf.held);
    match &said.fact {
        InventoryFact::StockAllotted(sent) => depot(sent.quantity),
        InventoryFact::StockDenied(sent) => depot(sent.quantity),
        InventoryFact::StockWrittenOff(off) => depot(off.quantity),
        InventoryFact::StockReturned(back) => back.quantity <= free(&said.subject),
        InventoryFact::ReservationQueued(queued) => {
            let next = stock.reservation(&said.subject).map_or(0, |open| open.next);
            let taken = queued.lines.iter().take_while(|line| line.sku != queued.waiting_on);
            taken.skip(next).all(|line| line.quantity.get() <= free(&line.sku))
        }
        InventoryFact::StockReserved(reserved) => {
            let next = stock.reservation(&said.subject).map_or(0, |open| open.next);
            reserved.lines.iter().skip(next).all(|line| line.quantity.get() <= free(&line.sku))
        }
        InventoryFact::StockReleased(released) => {
            released.lines.iter().all(|line| line.quantity.get() <= held(&line.sku))
        }
        InventoryFact::StockShipped(shipped) => {
            shipped.lines.iter().all(|line| line.quantity.get() <= held(&line.sku))
        }
        _ => true,
    }
}

fn sku_brief(ledger: &Ledger, stock: &Stock, sku: &Key, tally: &Tally, broken: &mut Broken) -> SkuBrief {
    let depot = stock.depot(sku).cloned().unwrap_or_default();
    let shelf = stock.shelf(sku).cloned().unwrap_or_default();
    broken.unless(depot.supply + tally.written_off == tally.supplied, Broken::I1);
    broken.unless(shelf.held == taken(ledger, stock, sku), Broken::I1);
    broken.unless(depot.waiting.is_empty() || depot.dealt.is_empty(), Broken::I3);
    broken.unless(depot.asks.is_empty() || !depot.waiting.is_empty(), Broken::I3);
    broken.unless(!shelf.scarce || shelf.free == 0, Broken::I4);
    let line = waiting(stock, sku);
    broken.unless(line.is_empty() || shelf.asked.is_some(), Broken::I6);
    broken.unless(line.first().is_none_or(|(_, need)| *need > shelf.free), Broken::I6);
    broken.unless(shelf.asked.is_none() || covers_whom_it_asked_for(&shelf, tally), Broken::I7);
    let quiet = depot.is_quiet() && shelf.is_quiet();
    let (free, held, scarce, asked) = (shelf.free, shelf.held, shelf.scarce, shelf.asked.is_some());
    SkuBrief { depot, free, held, scarce, asked, quiet, tally: tally.clone() }
}

fn taken(ledger: &Ledger, stock: &Stock, sku: &Key) -> u64 {
    let open = ledger.orders.iter().filter_map(|order| stock.reservation(order));
    let lines = open.flat_map(|open| open.taken()).filter(|line| line.sku == *sku);
    lines.map(|line| line.quantity.get()).sum()
}

/// I7, at the very fact: a request names what the heads of the line need, and not net of what is free here.
fn asks_in_full(stock: &Stock, sku: &Key, needs: &[u64]) -> bool {
    waiting(stock, sku).iter().map(|(_, need)| need).take(needs.len()).eq(needs)
}

/// I7, its other half: the request still covers exactly those it was made for who still wait.
fn covers_whom_it_asked_for(shelf: &Shelf, tally: &Tally) -> bool {
    let asked_for = |order: &Key| tally.asked_for.iter().any(|(asked, _)| asked == order);
    shelf.covered().into_iter().eq(shelf.line().filter(asked_for))
}

/// I8: an order waits in the line of `lines[next]` alone, or has taken all.
fn waits_in_one_line(stock: &Stock, order: &Key) -> bool {
    let Some(open) = stock.reservation(order) else { return true };
    let waits = open.waits_for().map(|line| line.sku);
    let complete = waits.is_some() || open.next == open.lines.len();
    complete
        && open.lines.iter().all(|line| {
            let times =
                stock.shelf(&line.sku).map_or(0, |shelf| shelf.line().filter(|at| at == order).count());
            times == usize::from(waits == Some(line.sku))
        })
}

/// The names of facts, for people.
pub(crate) fn names(said: &[Spoken<Inventory>]) -> String {
    let one = |spoken: &Spoken<Inventory>| {
        format!("{} {}", events_schema::Fact::event(&spoken.said.fact), spoken.said.subject)
    };
    said.iter().map(one).collect::<Vec<_>>().join(", ")
}
