//! What holds for every history: deciding twice says nothing new, and an abort restores exactly.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod stage;

use choreography::State;
use events_schema::{checkout::OrderPlaced, orders::OrderFact};
use order::{Command, Wish};
use proptest::prelude::*;
use stage::*;

const ORDERS: [&str; 3] = ["o1", "o2", "o3"];

fn placements() -> [OrderPlaced; 4] {
    [two_mugs(), placing(&[("mug", 3)]), placing(&[]), placing(&[("cap", 0)])]
}

fn wish() -> impl Strategy<Value = Wish> {
    prop_oneof![
        3 => (0..4_usize).prop_map(|n| {
            Wish::Place { placed: time(NOON), placement: Box::new(placements()[n].clone()) }
        }),
        1 => Just(Wish::CancelForCustomer),
        1 => Just(Wish::CancelOutOfStock),
        1 => Just(Wish::CancelUnpaid),
        1 => Just(Wish::Expire),
        2 => Just(Wish::Confirm),
        2 => Just(Wish::Complete),
    ]
}

fn command() -> impl Strategy<Value = (Command, u32)> {
    ((0..3_usize), wish(), 0..10_u32)
        .prop_map(|(n, wish, minutes)| (Command { order: key(ORDERS[n]), wish }, minutes))
}

/// Everything that can be learnt of the state by asking.
fn answers(shop: &Shop) -> Vec<(Option<order::Status>, bool, Vec<Told>)> {
    let probes = |order: &str| {
        let placed = placements().map(|p| Wish::Place { placed: time(NOON), placement: Box::new(p) });
        let others = [Wish::CancelForCustomer, Wish::Expire, Wish::Confirm, Wish::Complete];
        let wishes = placed.into_iter().chain(others);
        wishes.map(|wish| shop.would_say(&Command { order: key(order), wish })).collect()
    };
    let of = |order: &str| (shop.state.status(&key(order)), shop.state.has_ended(&key(order)), probes(order));
    ORDERS.map(of).to_vec()
}

proptest! {
    #[test]
    fn deciding_the_same_again_says_nothing(history in proptest::collection::vec(command(), 1..40)) {
        let mut shop = Shop::open();
        for (command, minutes) in history {
            shop.now = shop.now + minutes * MINUTE;
            shop.decides(&command);
            let again = shop.would_say(&command);
            // A customer's wish is answered each time it is uttered.
            let refusals = again.facts.iter().all(|fact| matches!(fact, OrderFact::OrderCancellationRefused(_)));
            prop_assert!(refusals, "{command:?} said again {again:?}");
        }
    }

    #[test]
    fn an_order_has_one_ending_and_one_beginning(history in proptest::collection::vec(command(), 1..60)) {
        let mut shop = Shop::open();
        let mut said = std::collections::BTreeSet::new();
        for (command, minutes) in history {
            shop.now = shop.now + minutes * MINUTE;
            for fact in shop.decides(&command).facts {
                let stage = match fact {
                    OrderFact::OrderAccepted(_) | OrderFact::OrderRejected(_) => "begins",
                    OrderFact::OrderConfirmed(_) => "is confirmed",
                    OrderFact::OrderCompleted(_) | OrderFact::OrderCancelled(_) => "ends",
                    OrderFact::OrderCancellationRefused(_) => continue,
                };
                prop_assert!(said.insert((command.order, stage)), "{} {stage} twice", command.order);
            }
        }
    }

    #[test]
    fn an_abort_restores_what_was_committed(
        before in proptest::collection::vec(command(), 0..20),
        undone in proptest::collection::vec(command(), 1..20),
    ) {
        let mut shop = Shop::open();
        for (command, minutes) in before {
            shop.now = shop.now + minutes * MINUTE;
            shop.decides(&command);
        }
        shop.state.commit();
        let (now, committed) = (shop.now, answers(&shop));
        for (command, minutes) in undone {
            shop.now = shop.now + minutes * MINUTE;
            shop.decides(&command);
        }
        shop.state.roll_back();
        shop.now = now;
        prop_assert_eq!(answers(&shop), committed);
    }
}
