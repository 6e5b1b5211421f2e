//! Random schedules: what happens outside, and which transfer arrives next.

use std::collections::BTreeMap;

use events_schema::{
    Key, Timestamp, Topic,
    inventory::Asker,
    orders::{CancelReason, OrderCancelled, OrderConfirmed},
    payments::{FailureReason, PaymentFailed},
    warehouse::{StockCorrected, StockReceived},
};
use inventory::Command;
use proptest::prelude::*;

use crate::{
    checks,
    hearing::{accepted, hear, key},
    one_shelf::OneShelf,
    planted::Mistake,
    restore,
    world::World,
};

#[derive(Clone, Debug)]
pub enum Step {
    Place { partition: u16, lines: Vec<(u8, i64)> },
    PlaceAgain { order: usize },
    Receive { sku: u8, quantity: i64 },
    Correct { sku: u8, quantity: i64, expects: Expects },
    End { order: usize, ending: Ending },
    Deliver { lane: usize },
    Count { partition: u16, sku: u8 },
}

#[derive(Clone, Copy, Debug)]
pub enum Expects {
    Nothing,
    TheVersion,
    AnotherVersion,
}

#[derive(Clone, Copy, Debug)]
pub enum Ending {
    Cancelled,
    PaymentFailed,
    Confirmed,
}

#[derive(Clone, Debug)]
pub struct Schedule {
    partitions: u16,
    skus: u8,
    least_deal: u64,
    steps: Vec<Step>,
}

pub fn any() -> impl Strategy<Value = Schedule> {
    (1..=4_u16, 1..=3_u8, 1..=3_u64, prop::collection::vec(step(), 10..90))
        .prop_map(|(partitions, skus, least_deal, steps)| Schedule { partitions, skus, least_deal, steps })
}

fn step() -> impl Strategy<Value = Step> {
    let quantity = prop_oneof![60 => 1..=6_i64, 3 => 20..=60_i64, 1 => Just(1_000_000_i64)];
    let lines = prop::collection::vec((any_sku(), quantity), 1..=3);
    let expects =
        prop_oneof![Just(Expects::Nothing), Just(Expects::TheVersion), Just(Expects::AnotherVersion)];
    let ending = prop_oneof![Just(Ending::Cancelled), Just(Ending::PaymentFailed), Just(Ending::Confirmed)];
    prop_oneof![
        22 => (0..4_u16, lines).prop_map(|(partition, lines)| Step::Place { partition, lines }),
        2 => any_index().prop_map(|order| Step::PlaceAgain { order }),
        7 => (any_sku(), 1..=40_i64).prop_map(|(sku, quantity)| Step::Receive { sku, quantity }),
        6 => (any_sku(), -20..=10_i64, expects)
            .prop_map(|(sku, quantity, expects)| Step::Correct { sku, quantity, expects }),
        14 => (any_index(), ending).prop_map(|(order, ending)| Step::End { order, ending }),
        50 => any_index().prop_map(|lane| Step::Deliver { lane }),
        3 => (0..4_u16, any_sku()).prop_map(|(partition, sku)| Step::Count { partition, sku }),
    ]
}

fn any_sku() -> impl Strategy<Value = u8> {
    0..3_u8
}

fn any_index() -> impl Strategy<Value = usize> {
    0..1_000_usize
}

/// An order that was placed.
pub struct Placed {
    pub id: Key,
    pub partition: u16,
    pub lines: Vec<(Key, i64)>,
}

impl Schedule {
    /// Runs the schedule to its rest, and checks everything on the way.
    pub fn run(&self, mistake: Option<Mistake>) -> Result<World, String> {
        let mut world = World::new(self.partitions, self.least_deal, mistake);
        let mut placed = Vec::new();
        for step in &self.steps {
            self.step(&mut world, &mut placed, step)?;
        }
        restore::every_mark_restores(&world)?;
        world.drain()?;
        checks::at_rest(&world)?;
        restore::every_mark_restores(&world)?;
        Ok(world)
    }

    fn sku(&self, sku: u8) -> Key {
        key(&format!("sku-{}", sku % self.skus))
    }

    fn step(&self, world: &mut World, placed: &mut Vec<Placed>, step: &Step) -> Result<(), String> {
        match step {
            Step::Place { partition, lines } => {
                let mut distinct = BTreeMap::new();
                distinct.extend(lines.iter().map(|(sku, quantity)| (self.sku(*sku), *quantity)));
                let id = key(&format!("order-{}", placed.len()));
                let order = Placed {
                    id,
                    partition: partition % self.partitions,
                    lines: distinct.into_iter().collect(),
                };
                world.input(order.partition, &order.accepted())?;
                placed.push(order);
                Ok(())
            }
            Step::PlaceAgain { order } => match placed.get(order % placed.len().max(1)) {
                Some(order) if world.open.contains_key(&order.id) => {
                    silently(world, order.partition, &order.accepted())
                }
                _ => Ok(()),
            },
            Step::Receive { sku, quantity } => {
                let sku = self.sku(*sku);
                world.input(
                    world.home(&sku),
                    &hear(Topic::Warehouse, sku, &StockReceived { quantity: *quantity }),
                )
            }
            Step::Correct { sku, quantity, expects } => {
                let sku = self.sku(*sku);
                world.input(world.home(&sku), &correction(world, sku, *quantity, *expects))
            }
            Step::End { order, ending } => match placed.get(order % placed.len().max(1)) {
                Some(order) => end(world, order, *ending),
                None => Ok(()),
            },
            Step::Deliver { lane } => {
                match world.lanes.keys().nth(lane % world.lanes.len().max(1)).copied() {
                    Some(lane) => world.deliver(lane),
                    None => Ok(()),
                }
            }
            Step::Count { partition, sku } => {
                world.bring_forward(partition % self.partitions, self.sku(*sku))
            }
        }
    }

    /// Runs the schedule with a rest after every step, and compares with one shelf that holds everything.
    pub fn run_like_one_shelf(&self) -> Result<(), String> {
        let mut world = World::new(self.partitions, self.least_deal, None);
        let mut placed = Vec::new();
        let mut reference = OneShelf::default();
        for step in &self.steps {
            self.step(&mut world, &mut placed, step)?;
            world.drain()?;
            reference.place_and_end(&world, &placed)?;
            match step {
                Step::Receive { sku, quantity } => reference.add(self.sku(*sku), *quantity),
                Step::Correct { sku, quantity, expects } if !matches!(expects, Expects::AnotherVersion) => {
                    reference.add(self.sku(*sku), *quantity);
                }
                _ => {}
            }
            reference.compare(&world)?;
        }
        Ok(())
    }
}

impl Placed {
    fn accepted(&self) -> Command {
        hear(Topic::Orders, self.id, &accepted(&self.lines))
    }
}

fn correction(world: &World, sku: Key, quantity: i64, expects: Expects) -> Command {
    let depot = world.tasks[usize::from(world.home(&sku))].depot(&sku);
    // Corrections that wait are counted in: they will have changed the version.
    let version = depot.map_or(0, |depot| {
        let pending = depot.asks.iter().filter(|ask| matches!(ask.who, Asker::Correction(_))).count();
        depot.version + pending as u64
    });
    let expected_version = match expects {
        Expects::Nothing => None,
        Expects::TheVersion => Some(version),
        Expects::AnotherVersion => Some(version + 1),
    };
    hear(Topic::Warehouse, sku, &StockCorrected { quantity, reason: "counted".to_owned(), expected_version })
}

/// As the order service would: a confirmed order was paid for, and money fails only where it was asked for.
fn end(world: &mut World, order: &Placed, ending: Ending) -> Result<(), String> {
    let expires_at = Timestamp(0);
    let command = match ending {
        Ending::Cancelled => hear(
            Topic::Orders,
            order.id,
            &OrderCancelled { reason: CancelReason::CustomerRequest, expires_at },
        ),
        Ending::PaymentFailed => {
            let failed = PaymentFailed { reason: FailureReason::Declined, provider_reference: None };
            hear(Topic::Payments, order.id, &failed)
        }
        Ending::Confirmed => hear(Topic::Orders, order.id, &OrderConfirmed {}),
    };
    let stock = &world.tasks[usize::from(order.partition)];
    let waits = stock.reservation(&order.id).map(|reservation| reservation.waits_for().is_some());
    match (waits, ending) {
        (None, _) | (Some(true), Ending::PaymentFailed | Ending::Confirmed) => {
            silently(world, order.partition, &command)
        }
        _ => world.input(order.partition, &command),
    }
}

fn silently(world: &mut World, partition: u16, command: &Command) -> Result<(), String> {
    let before = world.logs[usize::from(partition)].len();
    world.input(partition, command)?;
    let silent = world.logs[usize::from(partition)].len() == before;
    if silent { Ok(()) } else { Err(format!("{command:?} changes nothing, but something was said")) }
}
