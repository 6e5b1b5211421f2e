//! The invariants of escrow that concern more than one partition.

use std::sync::Arc;

use events_schema::inventory::{Asker, InventoryFact, StockDenied};
use inventory::Inventory;
use stateright::Property;

use super::{
    account::{SkuBrief, Standing},
    letters::pieces,
    outside::Phase,
    world::{Corner, Escrow, World},
};
use crate::{broken::Broken, situations::Spoken};

/// What must hold in every state, each under its name.
pub(crate) fn properties() -> Vec<Property<Escrow>> {
    macro_rules! always {
        ($($name:ident $says:literal)+) => {
            vec![$(Property::<Escrow>::always(concat!(stringify!($name), " ", $says), |_, world| {
                !world.broken.has(Broken::$name)
            })),+]
        };
    }
    let mut properties = always! {
        I1 "every piece is in exactly one place"
        I2 "nothing is given away that is not there"
        I3 "a depot deals or recalls, and requests wait only for a recall"
        I4 "a scarce shelf is empty"
        I5 "a shelf that may keep pieces is known to the depot"
        I6 "a line is asked for, and its head cannot be served"
        I7 "a request is under way, waiting, or being answered, once, for those it was made for"
        I8 "an order waits in one line and holds exactly the lines before it"
        I9 "denied only when every free piece was called home"
        I10 "the state is the fold of the log, also after an undone decision"
        S14 "the same input is decided the same way"
        S19 "rejected only if the depot could not cover it"
        L1 "nobody waits when nothing is under way, and transfers come to rest"
    };
    properties.push(Property::eventually(
        "L1 every order is accepted and answered in the end",
        |model, world: &World| world.broken.any() || everybody_is_answered(model, world),
    ));
    properties
}

/// I9, at the very fact: what the deciding partition said before it in the same decision counts.
pub(crate) fn at_denials(
    model: &Escrow,
    before: &World,
    partition: u16,
    said: &[Spoken<Inventory>],
) -> Broken {
    let mut broken = Broken::NOTHING;
    for (at, spoken) in said.iter().enumerate() {
        if let InventoryFact::StockDenied(denied) = &spoken.said.fact {
            let holds = everything_was_called_home(model, before, partition, &said[..at], spoken, denied);
            broken.unless(holds, Broken::I9);
        }
    }
    broken
}

/// The exception: a shelf that asked for more than there ever was is denied at once, with all else it asked for granted.
fn everything_was_called_home(
    model: &Escrow,
    before: &World,
    home: u16,
    said: &[Spoken<Inventory>],
    spoken: &Spoken<Inventory>,
    denied: &StockDenied,
) -> bool {
    let Some(sku) = model.skus.iter().position(|sku| *sku == spoken.said.subject) else { return false };
    let supply = model.corner(before, home).brief.skus[sku].depot.supply;
    let asking = model.corner(before, denied.shelf);
    let needs = &asking.brief.skus[sku].tally.needs;
    let possible: u64 = needs.iter().filter(|need| **need <= supply).sum();
    if possible == denied.quantity && needs.iter().any(|need| *need > supply) {
        return true;
    }
    let deals = |fact: &InventoryFact| matches!(fact, InventoryFact::StockAllotted(sent) if !sent.scarce);
    let dealt_now =
        said.iter().any(|said| said.said.subject == spoken.said.subject && deals(&said.said.fact));
    !dealt_now
        && (0..model.plan.partitions).all(|shelf| {
            let brief = &model.corner(before, shelf).brief.skus[sku];
            let under_way = under_way(model, before, home, shelf, sku);
            brief.scarce && brief.free == 0 && !under_way.iter().any(deals)
        })
}

/// What must hold between any two steps.
pub(crate) fn after_step(model: &Escrow, world: &World) -> Broken {
    let corners: Vec<Arc<Corner>> = (0..model.plan.partitions).map(|p| model.corner(world, p)).collect();
    let mut broken = Broken::NOTHING;
    corners.iter().for_each(|corner| broken.add(corner.broken));
    for sku in 0..model.skus.len() {
        is_sound(model, world, &corners, sku, &mut broken);
    }
    broken.unless(!world.lanes.is_empty() || answered(&corners), Broken::L1);
    broken
}

fn is_sound(model: &Escrow, world: &World, corners: &[Arc<Corner>], sku: usize, broken: &mut Broken) {
    let home = model.homes[sku];
    let depot = &corners[usize::from(home)].brief.skus[sku].depot;
    let travels: u64 = world
        .lanes
        .iter()
        .map(|sent| model.letters.get(sent.letter))
        .map(|post| if post.said.subject == model.skus[sku] { pieces(&post.said.fact) } else { 0 })
        .sum();
    let mut sum = depot.free + travels;
    for (shelf, corner) in corners.iter().enumerate() {
        let brief = &corner.brief.skus[sku];
        sum += brief.free + brief.held + brief.tally.shipped;
        let shelf = shelf as u16;
        let coming = under_way(model, world, home, shelf, sku);
        broken.unless(is_in_sight(depot, shelf, brief, &coming), Broken::I5);
        let going = under_way(model, world, shelf, home, sku);
        let requests = going.iter().filter(|fact| matches!(fact, InventoryFact::StockRequested(_))).count();
        let queued = depot.asks.iter().filter(|ask| ask.who == Asker::Shelf(shelf)).count();
        let answers = coming.iter().filter(|fact| is_answer(fact)).count();
        broken.unless(requests + queued + answers == usize::from(brief.asked), Broken::I7);
    }
    broken.unless(sum == depot.supply, Broken::I1);
}

/// I5: a shelf that will not be scarce, once all that is under way has arrived, is among those dealt to. One that is
/// not scarce now is that, or called home.
fn is_in_sight(depot: &inventory::Depot, shelf: u16, brief: &SkuBrief, coming: &[InventoryFact]) -> bool {
    let scarce = coming.iter().fold(brief.scarce, |scarce, fact| match fact {
        InventoryFact::StockAllotted(sent) => sent.scarce,
        InventoryFact::StockRecalled(_) => true,
        _ => scarce,
    });
    let dealt = depot.dealt.contains(&shelf);
    (scarce || dealt) && (brief.scarce || dealt || depot.waiting.contains(&shelf))
}

fn is_answer(fact: &InventoryFact) -> bool {
    match fact {
        InventoryFact::StockAllotted(sent) => sent.answer,
        fact => matches!(fact, InventoryFact::StockDenied(_)),
    }
}

/// The transfers of a SKU in a lane, in order.
fn under_way(model: &Escrow, world: &World, from: u16, to: u16, sku: usize) -> Vec<InventoryFact> {
    let lane = model.lane(from, to);
    let sent = world.lanes.iter().filter(|sent| sent.lane == lane);
    let posts = sent.map(|sent| model.letters.get(sent.letter));
    posts.filter(|post| post.said.subject == model.skus[sku]).map(|post| post.said.fact.clone()).collect()
}

/// Every path of a plan ends here, or in a broken state: the paths have no circles, as the plan that counts its steps
/// shows.
fn everybody_is_answered(model: &Escrow, world: &World) -> bool {
    let ahead = world.orders.iter().take(model.orders.len()).any(|phase| *phase == Phase::Ahead);
    if ahead || !world.lanes.is_empty() {
        return false;
    }
    let corners: Vec<Arc<Corner>> = (0..model.plan.partitions).map(|p| model.corner(world, p)).collect();
    answered(&corners)
}

fn answered(corners: &[Arc<Corner>]) -> bool {
    corners.iter().all(|corner| {
        corner.brief.skus.iter().all(|sku| sku.quiet)
            && corner.brief.orders.iter().all(|order| *order != Standing::Waiting)
    })
}
