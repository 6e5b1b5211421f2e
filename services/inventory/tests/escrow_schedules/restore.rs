//! Restore from a mark: what is folded from there on must give the same as the fold from the beginning.

use choreography::{Duty, Service, State};
use events_schema::{Key, Timestamp};
use inventory::{Inventory, Reservation, Shelf, Stock};

use crate::world::World;

pub fn every_mark_restores(world: &World) -> Result<(), String> {
    every_balance_restores(world)?;
    every_sku_restores_from_its_first_fact(world)
}

/// From the mark of a balance, or any earlier one, the SKU comes out as it is, and so do the orders that are open.
fn every_balance_restores(world: &World) -> Result<(), String> {
    for balance in &world.balances {
        for mark in [balance.mark, balance.mark / 2] {
            compare(world, balance.partition, &balance.sku, mark)?;
        }
    }
    Ok(())
}

/// A SKU that was never counted is restored from its first fact, or the first of an order that is still open.
fn every_sku_restores_from_its_first_fact(world: &World) -> Result<(), String> {
    for p in 0..world.tasks.len() {
        for sku in world.tallies.keys() {
            let Some(first) = first_kept(world, p, sku) else { continue };
            let open = world.open.values().filter(|(at, _)| usize::from(*at) == p).map(|(_, mark)| *mark);
            compare(world, p, sku, open.fold(first, usize::min))?;
        }
    }
    Ok(())
}

fn first_kept(world: &World, p: usize, sku: &Key) -> Option<usize> {
    world.logs[p].iter().position(|said| {
        let mut kept = false;
        Inventory::duties(&world.tasks[p], said.subject, &said.fact, &mut |duty| kept |= duty == Duty::Keep);
        kept && said.subject == *sku
    })
}

fn compare(world: &World, p: usize, sku: &Key, mark: usize) -> Result<(), String> {
    let mut restored = world.begin(p);
    for said in &world.logs[p][mark..] {
        Inventory::evolve(&mut restored, said.subject, &said.fact, Timestamp(0));
    }
    restored.commit();
    let live = &world.tasks[p];
    let wrong = |what: &str| format!("restored {sku} on {p} from {mark} with another {what}");
    if restored.depot(sku) != live.depot(sku) {
        return Err(format!("{}: {:?}, not {:?}", wrong("depot"), restored.depot(sku), live.depot(sku)));
    }
    if shelf(&restored, sku) != shelf(live, sku) {
        return Err(format!("{}: {:?}, not {:?}", wrong("shelf"), shelf(&restored, sku), shelf(live, sku)));
    }
    let wants = |order: &Key| {
        live.reservation(order).is_some_and(|open| open.lines.iter().any(|line| line.sku == *sku))
    };
    for order in live.sorted_orders().into_iter().filter(wants) {
        if reservation(&restored, &order) != reservation(live, &order) {
            return Err(wrong("reservation"));
        }
    }
    Ok(())
}

/// All of a shelf but the numbers in its line, which only order it.
fn shelf(stock: &Stock, sku: &Key) -> impl PartialEq + std::fmt::Debug {
    let shelf = stock.shelf(sku).cloned().unwrap_or_default();
    let Shelf { free, held, scarce, asked, .. } = shelf;
    (free, held, scarce, asked, shelf.line().collect::<Vec<_>>())
}

fn reservation(stock: &Stock, order: &Key) -> impl PartialEq + std::fmt::Debug {
    let known = stock.reservation(order).cloned();
    known.map(|known| Reservation { place: known.place.map(|_| 0), ..known })
}

/// The fold is total: restore may begin anywhere, so facts may be folded onto a state that lacks what came before them.
/// A balance then sets the SKU right again.
pub fn any_part_of_the_log_can_be_folded(world: &World, from: usize, every: usize) {
    for (p, log) in world.logs.iter().enumerate() {
        let mut state = world.begin(p);
        for said in log.iter().skip(from % log.len().max(1)).step_by(every).chain(log.iter().rev()) {
            Inventory::evolve(&mut state, said.subject, &said.fact, Timestamp(0));
        }
        let live = &world.tasks[p];
        for sku in world.tallies.keys() {
            let balance = world.balance_of(p, *sku);
            for said in &balance {
                Inventory::evolve(&mut state, said.subject, &said.fact, Timestamp(0));
            }
            if !balance.is_empty() {
                assert_eq!(state.shelf(sku), live.shelf(sku));
                assert_eq!(state.depot(sku).filter(|_| live.is_home(sku)), live.depot(sku));
            }
        }
    }
}
