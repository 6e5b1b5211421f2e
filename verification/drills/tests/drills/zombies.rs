//! A process that was away for so long that others took its tasks, and that does not know.

use std::time::Duration;

use crate::shop::{
    GOODS, Load, PARTITIONS, SERVICES, SOON, Shop, time,
    wait::{eventually, so},
};

#[test]
fn a_process_that_slept_past_its_session_is_fenced_and_doubles_nothing() {
    let Some(mut shop) = Shop::open_with_bank("zombies", &GOODS, &[]) else { return };
    for service in SERVICES {
        shop.start(service, 1);
    }
    for service in SERVICES {
        shop.process(service, 1).await_ready();
    }
    let load = Load::start(&shop, 100);
    shop.await_more_endings(50);
    for service in SERVICES {
        shop.process(service, 0).pause();
    }
    for service in SERVICES {
        let neighbour = shop.process(service, 1);
        eventually("take-over", SOON, || {
            so(neighbour.tasks().len() == usize::from(PARTITIONS), || {
                format!("{service}: {:?}", neighbour.tasks())
            })
        });
        shop.await_fact_after(service, time());
    }
    for service in SERVICES {
        shop.process(service, 0).resume();
    }
    for service in SERVICES {
        println!("{service}: {}", await_fenced(&mut shop, service));
    }
    shop.await_more_endings(50);
    let placed = load.end();
    assert_eq!(shop.settle(&placed, Duration::from_secs(30)).len(), placed.len());
    for service in SERVICES {
        let undone = shop.process(service, 0).entries("undid a transaction");
        undone.iter().for_each(|entry| println!("{service}: refused: {}", entry["why"]));
    }
}

/// Waits until the zombie knows: it has ended with its line, or it has given its tasks up and taken part anew.
fn await_fenced(shop: &mut Shop, service: &'static str) -> String {
    let zombie = shop.process(service, 0);
    eventually("the zombie knows", SOON, || {
        if let Some(code) = zombie.exit_code() {
            assert!(code == 1 && zombie.said().contains("was taken over"), "exit {code}\n{}", zombie.tail());
            return Ok("ended with its line".to_owned());
        }
        let gave_up = zombie.entries("leases changed").iter().any(|change| change["lost"] != "[]");
        so(gave_up, || zombie.tail()).map(|()| "gave its tasks up and took part anew".to_owned())
    })
}
