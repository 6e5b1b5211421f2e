//! The outside of inventory: orders that are accepted and end, and a warehouse.

use events_schema::{
    Currency, Event, Key, Money, Payment, PaymentMethod, Quantity, Timestamp, Token, Topic,
    orders::{CancelReason, OrderAccepted, OrderCancelled, OrderConfirmed, PricedLine},
    payments::{FailureReason, PaymentFailed},
    warehouse::{StockCorrected, StockReceived},
};
use inventory::{Command, Inventory};

use super::{
    account::Standing,
    plan::{Ending, Plan},
    world::{Act, Escrow, World},
};
use crate::wire::{Letter, key};

/// How far an order has come, seen from outside.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Phase {
    /// It is not accepted yet.
    #[default]
    Ahead,
    /// It is accepted.
    Accepted,
    /// It has ended.
    Ended,
}

/// What an act of the outside is to inventory.
pub(crate) struct Input {
    pub(crate) partition: u16,
    pub(crate) command: Command,
}

/// What can happen outside: an order is accepted, then ends; it is paid, or not, only once it holds its stock.
pub(crate) fn acts(model: &Escrow, world: &World, acts: &mut Vec<Act>) {
    for (at, order) in model.plan.orders.iter().enumerate() {
        let n = at as u8;
        match world.orders[at] {
            Phase::Ahead => acts.push(Act::Accept(n)),
            Phase::Ended => {}
            Phase::Accepted => {
                let standing = model.corner(world, order.partition).brief.orders[at];
                let can = |ending: &&Ending| match standing {
                    Standing::Unknown => false,
                    Standing::Waiting => **ending == Ending::Cancelled,
                    Standing::Held => true,
                };
                acts.extend(order.endings.iter().filter(can).map(|ending| Act::End(n, *ending)));
            }
        }
    }
    for (at, product) in model.plan.skus.iter().enumerate() {
        if usize::from(world.later[at]) < product.later.len() {
            acts.push(Act::Warehouse(at as u8, world.later[at]));
        }
    }
}

/// What an act changes outside.
pub(crate) fn happens(world: &mut World, act: Act) {
    match act {
        Act::Arrive(_) => {}
        Act::Accept(n) => world.orders[usize::from(n)] = Phase::Accepted,
        Act::End(n, _) => world.orders[usize::from(n)] = Phase::Ended,
        Act::Warehouse(at, _) => world.later[usize::from(at)] += 1,
    }
}

/// All that can be said to inventory from outside, by act.
pub(crate) fn inputs(plan: &Plan, skus: &[Key], orders: &[Key]) -> Vec<(Act, Input)> {
    let mut inputs = Vec::new();
    let mut add = |act, partition, letter: Letter| {
        let command = letter.command::<Inventory>();
        inputs.extend(command.map(|command| (act, Input { partition, command })));
    };
    for (n, (wanted, order)) in plan.orders.iter().zip(orders).enumerate() {
        let lines: Vec<_> = wanted.lines.iter().map(|(sku, pieces)| (skus[*sku], *pieces)).collect();
        let n = n as u8;
        add(Act::Accept(n), wanted.partition, outside(Topic::Orders, *order, &accepted(&lines)));
        for ending in wanted.endings {
            add(Act::End(n, *ending), wanted.partition, ended(*order, *ending));
        }
    }
    for (at, product) in plan.skus.iter().enumerate() {
        for (index, pieces) in product.later.iter().enumerate() {
            let home = events_schema::partition_of(&skus[at], plan.partitions);
            add(Act::Warehouse(at as u8, index as u8), home, said_by_warehouse(skus[at], *pieces));
        }
    }
    inputs
}

/// An act of the outside in words.
pub(crate) fn tell(plan: &Plan, act: Act) -> String {
    match act {
        Act::Arrive(_) => String::new(),
        Act::Accept(n) => {
            let order = &plan.orders[usize::from(n)];
            let lines: Vec<String> =
                order.lines.iter().map(|(sku, pieces)| format!("{pieces} {}", plan.skus[*sku].sku)).collect();
            format!("order-{} accepted on {}: {}", n + 1, order.partition, lines.join(", "))
        }
        Act::End(n, ending) => format!("order-{} {ending:?}", n + 1),
        Act::Warehouse(at, index) => {
            let product = &plan.skus[usize::from(at)];
            format!("warehouse: {:+} {}", product.later[usize::from(index)], product.sku)
        }
    }
}

fn outside<E: Event>(topic: Topic, subject: Key, event: &E) -> Letter {
    Letter::of_outsider(topic, subject, Timestamp(0), event)
}

fn said_by_warehouse(sku: Key, pieces: i64) -> Letter {
    if pieces > 0 {
        return outside(Topic::Warehouse, sku, &StockReceived { quantity: pieces });
    }
    let missing = StockCorrected { quantity: pieces, reason: "counted".to_owned(), expected_version: None };
    outside(Topic::Warehouse, sku, &missing)
}

fn ended(order: Key, ending: Ending) -> Letter {
    match ending {
        Ending::Cancelled => {
            let reason = CancelReason::CustomerRequest;
            outside(Topic::Orders, order, &OrderCancelled { reason, expires_at: Timestamp(0) })
        }
        Ending::Unpaid => {
            let failed = PaymentFailed { reason: FailureReason::Declined, provider_reference: None };
            outside(Topic::Payments, order, &failed)
        }
        Ending::Confirmed => outside(Topic::Orders, order, &OrderConfirmed {}),
    }
}

fn accepted(lines: &[(Key, i64)]) -> OrderAccepted {
    let price = Money::new(100, Currency::EUR);
    let line = |(sku, pieces): &(Key, i64)| {
        let quantity = Quantity::try_from(*pieces).ok()?;
        Some(PricedLine { sku: *sku, quantity, unit_price: price })
    };
    OrderAccepted {
        customer_id: key("customer").into(),
        lines: lines.iter().filter_map(line).collect(),
        subtotal: price,
        discount: Money::new(0, Currency::EUR),
        tax: Money::new(0, Currency::EUR),
        total: price,
        payment: Payment { method: PaymentMethod::Card, token: Token::from(key("tok_ok")) },
        expires_at: Timestamp(1),
    }
}
