//! S1 and S2: no unit is sold that was not supplied, and every unit is in exactly one place.
//!
//! A fold of the inventory facts of its own, from the protocol's text and not from the service's code.

use std::collections::{BTreeMap, HashMap, HashSet};

use events_schema::{
    EventId, Key, Line, Place, Topic,
    inventory::{InventoryFact, StockAllotted, StockDenied},
};

use crate::{Event, History, StockBook, Told, Verdict};

/// What an order has taken from the shelf of its partition so far.
#[derive(Default)]
struct Taking {
    lines: Vec<Line>,
    taken: usize,
}

/// One partition's view while it is folded.
#[derive(Default)]
struct Shelf {
    orders: HashMap<Key, Taking>,
    /// Pieces free here, by SKU: on the shelf, and in the depot.
    shelf: BTreeMap<Key, i64>,
    depot: BTreeMap<Key, i64>,
    /// Where something fell below zero.
    short: Vec<(Key, Place, &'static str)>,
}

/// Where a shelf or a depot gave away what it did not have: the SKU, the event and its place.
type Short = (Key, String, Place, &'static str);

/// What the inventory's facts add up to.
#[derive(Default)]
pub(crate) struct Stock {
    /// By SKU.
    pub(crate) books: BTreeMap<Key, StockBook>,
    /// Where a partition gave away what it did not have.
    short: Vec<Short>,
    /// The answers to a recall after which the shelf still had pieces.
    pub(crate) kept: HashSet<EventId>,
    /// By rejection: the pieces of what was missing that were free on the shelf.
    pub(crate) spare: HashMap<EventId, i64>,
}

/// Adds the inventory's facts up.
pub(crate) fn fold(history: &History) -> Stock {
    let mut stock = Stock::default();
    let books = &mut stock.books;
    for (_, events) in history.partitions_of(Topic::Inventory) {
        let mut shelf = Shelf::default();
        for event in events {
            shelf.take(event, books);
            if shelf.keeps(event) {
                stock.kept.insert(event.id);
            }
            stock.spare.extend(shelf.spare(event).map(|spare| (event.id, spare)));
        }
        for (sku, free) in &shelf.shelf {
            books.entry(*sku).or_default().on_shelves += free;
        }
        for (sku, free) in &shelf.depot {
            books.entry(*sku).or_default().in_depot += free;
        }
        let named = |(sku, at, what)| (sku, kind_at(events, at), at, what);
        stock.short.extend(shelf.short.drain(..).map(named));
    }
    stock
}

fn kind_at(events: &[Event], at: Place) -> String {
    events.iter().find(|event| event.place == at).map(|event| event.kind.clone()).unwrap_or_default()
}

impl Shelf {
    fn take(&mut self, event: &Event, books: &mut BTreeMap<Key, StockBook>) {
        let Told::Inventory(fact) = &event.told else { return };
        let (sku, at) = (event.subject, event.place);
        self.take_sku(fact, sku, at, books);
        self.take_order(fact, sku, at, books);
    }

    /// Whether this answers a recall, and pieces stay on the shelf all the same.
    fn keeps(&self, event: &Event) -> bool {
        let Told::Inventory(InventoryFact::StockReturned(back)) = &event.told else { return false };
        back.recalled && self.shelf.get(&event.subject).is_some_and(|free| *free > 0)
    }

    /// The pieces that were free here of what an order was rejected for.
    fn spare(&self, event: &Event) -> Option<i64> {
        let Told::Inventory(InventoryFact::StockRejected(rejected)) = &event.told else { return None };
        rejected.missing.first().and_then(|missing| self.shelf.get(&missing.sku).copied())
    }

    fn take_sku(&mut self, fact: &InventoryFact, sku: Key, at: Place, books: &mut BTreeMap<Key, StockBook>) {
        let mut book = |change: &dyn Fn(&mut StockBook)| change(books.entry(sku).or_default());
        match fact {
            InventoryFact::StockAdded(fact) => {
                let pieces = pieces(fact.quantity);
                book(&|book| book.supplied += pieces);
                self.depot(sku, pieces, at);
            }
            InventoryFact::StockWrittenOff(fact) => {
                let pieces = pieces(fact.quantity);
                book(&|book| book.written_off += pieces);
                self.depot(sku, -pieces, at);
            }
            InventoryFact::StockShortage(fact) => book(&|book| book.missing += pieces(fact.quantity)),
            InventoryFact::StockAllotted(StockAllotted { quantity, .. })
            | InventoryFact::StockDenied(StockDenied { quantity, .. }) => {
                book(&|book| book.in_transfer += pieces(*quantity));
                self.depot(sku, -pieces(*quantity), at);
            }
            InventoryFact::StockReturned(fact) => {
                book(&|book| book.in_transfer += pieces(fact.quantity));
                self.shelf(sku, -pieces(fact.quantity), at);
            }
            InventoryFact::StockShelved(fact) => {
                let pieces = pieces(fact.quantity);
                book(&|book| book.in_transfer -= pieces);
                self.shelf(sku, pieces, at);
            }
            InventoryFact::StockTakenBack(fact) => {
                let pieces = pieces(fact.quantity);
                book(&|book| book.in_transfer -= pieces);
                self.depot(sku, pieces, at);
            }
            _ => {}
        }
    }

    fn take_order(
        &mut self,
        fact: &InventoryFact,
        order: Key,
        at: Place,
        books: &mut BTreeMap<Key, StockBook>,
    ) {
        match fact {
            InventoryFact::ReservationQueued(fact) => {
                let until = fact.lines.iter().position(|line| line.sku == fact.waiting_on).unwrap_or(0);
                self.reserve(order, &fact.lines, until, at, books);
            }
            InventoryFact::StockReserved(fact) => {
                self.reserve(order, &fact.lines, fact.lines.len(), at, books)
            }
            InventoryFact::StockRejected(_)
            | InventoryFact::ReservationDropped(_)
            | InventoryFact::StockReleased(_) => {
                self.give_back(order, at, books);
            }
            InventoryFact::StockShipped(fact) => {
                self.orders.remove(&order);
                for line in &fact.lines {
                    let book = books.entry(line.sku).or_default();
                    book.held -= pieces(line.quantity.get());
                    book.shipped += pieces(line.quantity.get());
                }
            }
            _ => {}
        }
    }

    fn reserve(
        &mut self,
        order: Key,
        lines: &[Line],
        until: usize,
        at: Place,
        books: &mut BTreeMap<Key, StockBook>,
    ) {
        let taking = self.orders.entry(order).or_default();
        let from = taking.taken;
        *taking = Taking { lines: lines.to_vec(), taken: until };
        for line in lines.iter().take(until).skip(from) {
            self.shelf(line.sku, -pieces(line.quantity.get()), at);
            books.entry(line.sku).or_default().held += pieces(line.quantity.get());
        }
    }

    fn give_back(&mut self, order: Key, at: Place, books: &mut BTreeMap<Key, StockBook>) {
        let Some(taking) = self.orders.remove(&order) else { return };
        for line in taking.lines.iter().take(taking.taken) {
            self.shelf(line.sku, pieces(line.quantity.get()), at);
            books.entry(line.sku).or_default().held -= pieces(line.quantity.get());
        }
    }

    fn shelf(&mut self, sku: Key, change: i64, at: Place) {
        let free = self.shelf.entry(sku).or_default();
        *free += change;
        if *free < 0 {
            self.short.push((sku, at, "the shelf gave away what it did not have"));
        }
    }

    fn depot(&mut self, sku: Key, change: i64, at: Place) {
        let free = self.depot.entry(sku).or_default();
        *free += change;
        if *free < 0 {
            self.short.push((sku, at, "the depot gave away what it did not have"));
        }
    }
}

fn pieces(quantity: u64) -> i64 {
    i64::try_from(quantity).unwrap_or(i64::MAX)
}

pub(crate) fn no_oversell(stock: &Stock, history: &History) -> Verdict {
    let mut verdict =
        Verdict::new("S1", "shipped, held and free never exceed what was supplied and not written off");
    for (sku, book) in &stock.books {
        let given = book.shipped + book.held + book.on_shelves + book.in_depot;
        let there = book.supplied - book.written_off;
        let right = given <= there;
        let shows = if right { Vec::new() } else { movements(history, *sku) };
        verdict.judge(right, *sku, || format!("{given} pieces given or free, {there} there"), &shows);
    }
    for (sku, kind, at, what) in &stock.short {
        verdict.refuse(*sku, (*what).to_owned(), &[(kind, *at)]);
    }
    verdict
}

pub(crate) fn conserved(stock: &Stock, history: &History) -> Verdict {
    let mut verdict = Verdict::new(
        "S2",
        "every piece supplied is in a depot, in transfer, on a shelf, held, shipped or written off",
    );
    for (sku, book) in &stock.books {
        let there =
            book.in_depot + book.in_transfer + book.on_shelves + book.held + book.shipped + book.written_off;
        let right = there == book.supplied && book.in_transfer >= 0 && book.held >= 0;
        let what = || {
            let StockBook { supplied, in_transfer, held, .. } = book;
            format!("{there} accounted for, {supplied} supplied, {in_transfer} in transfer, {held} held")
        };
        let shows = if right { Vec::new() } else { movements(history, *sku) };
        verdict.judge(right, *sku, what, &shows);
    }
    verdict
}

/// The last facts that moved pieces of a SKU, or took them, to show where it went wrong.
fn movements(history: &History, sku: Key) -> Vec<(&str, Place)> {
    const SHOWN: usize = 8;
    let takes = |event: &&Event| event.subject == sku || lines_of(event).iter().any(|line| line.sku == sku);
    let moved: Vec<_> = history.of(Topic::Inventory).filter(takes).collect();
    let last = &moved[moved.len().saturating_sub(SHOWN)..];
    last.iter().map(|event| (event.kind.as_str(), event.place)).collect()
}

fn lines_of(event: &Event) -> &[Line] {
    match &event.told {
        Told::Inventory(InventoryFact::StockReserved(fact)) => &fact.lines,
        Told::Inventory(InventoryFact::StockReleased(fact)) => &fact.lines,
        Told::Inventory(InventoryFact::StockShipped(fact)) => &fact.lines,
        _ => &[],
    }
}
