//! The invariants of escrow, by their numbers, over a whole world.

use std::collections::BTreeMap;

use events_schema::{
    Key,
    inventory::{Asker, InventoryFact, MissingLine, StockDenied},
};
use inventory::{Depot, Shelf};

use crate::{
    tally::pieces,
    world::{Spoken, World},
};

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

/// What must hold at the very fact.
pub fn at_fact(world: &World, p: usize, said: &Spoken) -> Result<(), String> {
    match &said.fact {
        InventoryFact::StockDenied(denied) => everything_was_called_home(world, p, &said.subject, denied),
        InventoryFact::StockRejected(rejected) => {
            could_not_be_served(world, p, &said.subject, &rejected.missing[0])
        }
        InventoryFact::StockRequested(request) => asks_in_full(world, p, &said.subject, &request.needs),
        _ => Ok(()),
    }
}

/// S19 at the shelf: it asked for the order, and what the depot kept and what is free here are not enough for it.
fn could_not_be_served(world: &World, p: usize, order: &Key, missing: &MissingLine) -> Result<(), String> {
    let shelf = (p as u16, missing.sku);
    let asked = world.asked_for.get(&shelf).and_then(|line| line.iter().find(|(asked, _)| asked == order));
    let (_, need) = asked.ok_or_else(|| format!("S19: {order} was rejected, but the depot was not asked"))?;
    let free = world.tasks[p].shelf(&missing.sku).map_or(0, |shelf| shelf.free);
    let left = world.left.get(&shelf).copied().unwrap_or(0);
    ensure(*need > free + left && missing.available == free + left, || {
        format!("S19: {order} needs {need} and was rejected, {left} in the depot and {free} on the shelf")
    })
}

/// I7 at the very fact: whom it is for, in full, and not net of what is free here.
fn asks_in_full(world: &World, p: usize, sku: &Key, needs: &[u64]) -> Result<(), String> {
    let line = &world.asked_for[&(p as u16, *sku)];
    ensure(line.iter().map(|(_, need)| need).eq(needs), || {
        format!("I7: shelf {p} asks for {needs:?} of {sku}, for {line:?}")
    })
}

/// I9. The exception: a shelf that asked for more than there ever was is denied at once, with all else it asked for
/// granted.
fn everything_was_called_home(
    world: &World,
    p: usize,
    sku: &Key,
    denied: &StockDenied,
) -> Result<(), String> {
    let supply = world.tasks[p].depot(sku).map_or(0, |depot| depot.supply);
    let needs = asked_by(world, sku, denied.shelf);
    let possible: u64 = needs.iter().filter(|need| **need <= supply).sum();
    if possible == denied.quantity && needs.iter().any(|need| *need > supply) {
        return Ok(());
    }
    for shelf in 0..world.partitions {
        let stock = world.tasks[usize::from(shelf)].shelf(sku);
        let home = stock.is_none_or(|stock| stock.scarce && stock.free == 0);
        ensure(home, || format!("I9: {sku} denied to {} while shelf {shelf} has {stock:?}", denied.shelf))?;
        let dealt = under_way(world, p as u16, shelf, sku)
            .any(|fact| matches!(fact, InventoryFact::StockAllotted(sent) if !sent.scarce));
        ensure(!dealt, || format!("I9: {sku} denied to {} while pieces are dealt to {shelf}", denied.shelf))?;
    }
    Ok(())
}

/// The needs of the request that is being denied: a shelf has one outstanding at a time.
fn asked_by(world: &World, sku: &Key, shelf: u16) -> Vec<u64> {
    let log = world.logs[usize::from(shelf)].iter().rev();
    let mut requests = log.filter(|said| said.subject == *sku).filter_map(|said| match &said.fact {
        InventoryFact::StockRequested(request) => Some(request.needs.clone()),
        _ => None,
    });
    requests.next().unwrap_or_default()
}

fn under_way<'a>(
    world: &'a World,
    from: u16,
    to: u16,
    sku: &'a Key,
) -> impl Iterator<Item = &'a InventoryFact> {
    let lane = world.lanes.get(&(from, to)).into_iter().flatten();
    lane.filter(move |said| said.subject == *sku).map(|said| &said.fact)
}

/// What must hold between any two steps.
pub fn after_step(world: &World) -> Result<(), String> {
    let mut taken = BTreeMap::<(usize, Key), u64>::new();
    for p in 0..world.tasks.len() {
        orders_wait_in_one_line(world, p, &mut taken)?;
    }
    for sku in world.tallies.keys().filter(|sku| sku.as_str().starts_with("sku")) {
        sku_is_sound(world, sku, &taken).map_err(|broken| format!("{broken} ({sku})"))?;
    }
    Ok(())
}

/// I8.
fn orders_wait_in_one_line(
    world: &World,
    p: usize,
    taken: &mut BTreeMap<(usize, Key), u64>,
) -> Result<(), String> {
    let stock = &world.tasks[p];
    for order in stock.sorted_orders() {
        let reservation = stock.reservation(&order).unwrap();
        for line in reservation.taken() {
            *taken.entry((p, line.sku)).or_default() += line.quantity.get();
        }
        let waits = reservation.waits_for().map(|line| line.sku);
        ensure(waits.is_some() || reservation.next == reservation.lines.len(), || {
            format!("I8: {order} waits nowhere")
        })?;
        for line in reservation.lines.iter() {
            let times =
                stock.shelf(&line.sku).map_or(0, |shelf| shelf.line().filter(|at| *at == order).count());
            let right = usize::from(waits == Some(line.sku));
            ensure(times == right, || {
                format!("I8: {order} stands {times} times in the line of {}", line.sku)
            })?;
        }
    }
    Ok(())
}

fn sku_is_sound(world: &World, sku: &Key, taken: &BTreeMap<(usize, Key), u64>) -> Result<(), String> {
    let home = world.home(sku);
    let nothing = Depot::default();
    let depot = world.tasks[usize::from(home)].depot(sku).unwrap_or(&nothing);
    let tally = world.tallies[sku];
    ensure(depot.supply == tally.supply(), || {
        format!("I1: depot knows a supply of {}, not {tally:?}", depot.supply)
    })?;
    // I3
    ensure(depot.waiting.is_empty() || depot.dealt.is_empty(), || format!("I3: {depot:?}"))?;
    ensure(depot.asks.is_empty() || !depot.waiting.is_empty(), || format!("I3: {depot:?}"))?;
    // I1, and with it I2: what saturates is not conserved.
    let travelling = world.lanes.values().flatten().filter(|said| said.subject == *sku);
    let mut sum = depot.free + tally.shipped + travelling.map(|said| pieces(&said.fact)).sum::<u64>();
    for p in 0..world.partitions {
        let empty = Shelf::default();
        let stock = &world.tasks[usize::from(p)];
        let shelf = stock.shelf(sku).unwrap_or(&empty);
        let held = taken.get(&(usize::from(p), *sku)).copied().unwrap_or(0);
        ensure(held == shelf.held, || format!("I1: shelf {p} holds {}, its orders took {held}", shelf.held))?;
        sum += shelf.free + held;
        shelf_is_sound(world, depot, (home, p), sku, shelf)
            .map_err(|broken| format!("{broken} at shelf {p}: {shelf:?}"))?;
    }
    ensure(sum == tally.supply(), || format!("I1: {sum} pieces are somewhere, of {tally:?}"))
}

fn shelf_is_sound(
    world: &World,
    depot: &Depot,
    (home, p): (u16, u16),
    sku: &Key,
    shelf: &Shelf,
) -> Result<(), String> {
    let stock = &world.tasks[usize::from(p)];
    ensure(!shelf.scarce || shelf.free == 0, || "I4".to_owned())?;
    // I5
    let mut scarce = shelf.scarce;
    let mut answers = 0;
    for fact in under_way(world, home, p, sku) {
        match fact {
            InventoryFact::StockAllotted(sent) => {
                scarce = sent.scarce;
                answers += usize::from(sent.answer);
            }
            InventoryFact::StockRecalled(_) => scarce = true,
            InventoryFact::StockDenied(_) => answers += 1,
            _ => {}
        }
    }
    ensure(scarce || depot.dealt.contains(&p), || format!("I5: not among {:?}", depot.dealt))?;
    let called = depot.waiting.contains(&p);
    ensure(shelf.scarce || called || depot.dealt.contains(&p), || {
        "I5: the depot has lost sight of it".to_owned()
    })?;
    // I6
    let head = shelf.head().and_then(|order| stock.reservation(&order)?.waits_for());
    ensure(head.is_none() || shelf.asked.is_some(), || "I6: nobody asked".to_owned())?;
    ensure(head.is_none_or(|line| line.quantity.get() > shelf.free), || {
        "I6: the head could be served".to_owned()
    })?;
    // I7
    let requests =
        under_way(world, p, home, sku).filter(|fact| matches!(fact, InventoryFact::StockRequested(_)));
    let queued = depot.asks.iter().filter(|ask| ask.who == Asker::Shelf(p)).count();
    let outstanding = requests.count() + queued + answers;
    ensure(outstanding == usize::from(shelf.asked.is_some()), || {
        format!("I7: {outstanding} requests or answers")
    })?;
    let asked_for = world.asked_for.get(&(p, *sku)).map_or(&[][..], Vec::as_slice);
    let covered = shelf.covered();
    let still: Vec<Key> =
        shelf.line().filter(|order| asked_for.iter().any(|(asked, _)| asked == order)).collect();
    ensure(shelf.asked.is_none() || covered == still, || {
        format!("I7: covers {covered:?}, asked for {still:?}")
    })
}

/// What must hold once nothing is under way.
pub fn at_rest(world: &World) -> Result<(), String> {
    for (p, stock) in world.tasks.iter().enumerate() {
        for order in stock.sorted_orders() {
            let waits = stock.reservation(&order).and_then(|reservation| reservation.waits_for());
            ensure(waits.is_none(), || format!("{order} waits for ever on {p}"))?;
        }
        for sku in world.tallies.keys() {
            ensure(stock.shelf(sku).is_none_or(Shelf::is_quiet), || {
                format!("shelf {p} of {sku} waits for ever")
            })?;
            ensure(stock.depot(sku).is_none_or(Depot::is_quiet), || {
                format!("the depot of {sku} waits for ever")
            })?;
        }
    }
    Ok(())
}
