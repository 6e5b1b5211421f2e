//! The configurations: small worlds that together show every step of the protocols.

use crate::{
    escrow::{Ending, Plan, Product, Wanted},
    saga::{Customer, Story},
};

fn product(sku: &'static str, at_first: i64, later: &[i64]) -> Product {
    Product { sku, at_first, later: later.to_vec() }
}

fn wants(partition: u16, lines: &[(usize, i64)], endings: &'static [Ending]) -> Wanted {
    Wanted { partition, lines: lines.to_vec(), endings }
}

/// Plans of the escrow protocol.
pub fn escrow() -> Vec<Plan> {
    vec![circles(), restock(), two_products(), three_shelves(), absurd(), one_line(), unequal_needs()]
}

/// Small, and different by the number of steps: that it is finite at all shows that transfers come to rest.
fn circles() -> Plan {
    Plan {
        name: "escrow: no circles",
        partitions: 2,
        least_deal: 1,
        skus: vec![product("sku-a", 5, &[-2])],
        orders: vec![wants(0, &[(0, 3)], Ending::ANY), wants(1, &[(0, 3)], Ending::ANY)],
        counts_steps: true,
    }
}

/// Two shelves, a restock in the middle and a correction that needs a round.
fn restock() -> Plan {
    Plan {
        name: "escrow: restock and write-off",
        partitions: 2,
        least_deal: 1,
        skus: vec![product("sku-a", 4, &[2, -3])],
        orders: vec![
            wants(0, &[(0, 2)], Ending::ANY),
            wants(1, &[(0, 2)], Ending::ANY),
            wants(0, &[(0, 1)], Ending::ANY),
        ],
        counts_steps: false,
    }
}

/// Orders for the same two products, whose depots stand on different partitions.
fn two_products() -> Plan {
    Plan {
        name: "escrow: two products",
        partitions: 2,
        least_deal: 1,
        skus: vec![product("sku-a", 2, &[]), product("sku-b", 2, &[])],
        orders: vec![
            wants(0, &[(0, 1), (1, 2)], Ending::ANY),
            wants(1, &[(0, 2), (1, 1)], Ending::ANY),
            wants(1, &[(1, 1)], &[Ending::Cancelled]),
        ],
        counts_steps: false,
    }
}

/// Three shelves call for the last pieces at once.
fn three_shelves() -> Plan {
    Plan {
        name: "escrow: three shelves",
        partitions: 3,
        least_deal: 1,
        skus: vec![product("sku-a", 6, &[2, -4])],
        orders: vec![
            wants(0, &[(0, 3)], Ending::ANY),
            wants(1, &[(0, 3)], Ending::ANY),
            wants(2, &[(0, 2)], Ending::ANY),
        ],
        counts_steps: false,
    }
}

/// One order wants more than there ever was.
fn absurd() -> Plan {
    Plan {
        name: "escrow: an absurd order",
        partitions: 2,
        least_deal: 1,
        skus: vec![product("sku-a", 4, &[1])],
        orders: vec![
            wants(0, &[(0, 100)], Ending::ANY),
            wants(0, &[(0, 2)], Ending::ANY),
            wants(1, &[(0, 3)], Ending::ANY),
            wants(0, &[(0, 1)], &[Ending::Cancelled]),
        ],
        counts_steps: false,
    }
}

/// Three orders wait in one line, so that one request speaks for more than one of them.
fn one_line() -> Plan {
    Plan {
        name: "escrow: one line",
        partitions: 2,
        least_deal: 1,
        skus: vec![product("sku-a", 4, &[1])],
        orders: vec![
            wants(0, &[(0, 2)], Ending::ANY),
            wants(0, &[(0, 2)], Ending::ANY),
            wants(0, &[(0, 2)], Ending::ANY),
            wants(1, &[(0, 1)], Ending::ANY),
        ],
        counts_steps: false,
    }
}

/// Four orders of different needs wait in one line, and any of them may leave it while the depot decides.
fn unequal_needs() -> Plan {
    Plan {
        name: "escrow: unequal needs",
        partitions: 2,
        least_deal: 1,
        skus: vec![product("sku-a", 4, &[1])],
        orders: vec![
            wants(0, &[(0, 1)], &[Ending::Cancelled]),
            wants(0, &[(0, 2)], &[Ending::Cancelled]),
            wants(0, &[(0, 3)], &[Ending::Cancelled]),
            wants(0, &[(0, 1)], &[Ending::Cancelled]),
        ],
        counts_steps: false,
    }
}

/// Stories of the saga.
pub fn sagas() -> Vec<Story> {
    vec![one_order(), last_unit(), patience()]
}

/// One order and everything that can happen to it; finite although steps are counted, so that nothing goes in circles.
fn one_order() -> Story {
    Story {
        name: "saga: one order, every trouble",
        pieces: 1,
        customers: vec![Customer { cancels: true, places_again: true }],
        expires: true,
        declines: true,
        loses: true,
        contradicts: true,
        refuses: true,
        crashes: true,
        repeats: true,
        counts_steps: true,
    }
}

/// Two orders for the last unit, a crash, a record that comes twice.
fn last_unit() -> Story {
    Story {
        name: "saga: two orders, one unit",
        customers: vec![
            Customer { cancels: true, places_again: false },
            Customer { cancels: false, places_again: false },
        ],
        loses: false,
        contradicts: false,
        refuses: false,
        counts_steps: false,
        ..one_order()
    }
}

/// Two orders for the last unit, and a provider that does all it may.
fn patience() -> Story {
    Story {
        name: "saga: two orders, a difficult provider",
        expires: false,
        loses: true,
        contradicts: true,
        refuses: true,
        repeats: false,
        ..last_unit()
    }
}
