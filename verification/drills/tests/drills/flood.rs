//! Twenty thousand orders at once, with every service killed on the way.

use std::time::Duration;

use events_schema::{Key, Topic};
use invariants::{Books, Fate};

use crate::shop::{
    GOODS, SERVICES, SOON, Shop, Wish, load, time,
    wait::{eventually, now, so},
};

const ORDERS: usize = 20_000;
const BOUND: Duration = Duration::from_secs(240);

#[test]
fn twenty_thousand_orders_placed_at_once_all_end_though_every_service_is_killed() {
    // A line for each fact would be most of the work.
    let Some(mut shop) = Shop::open_with_bank("flood", &GOODS, &["--log", "info,facts=warn"]) else {
        return;
    };
    for service in SERVICES {
        shop.start(service, 1).await_ready();
    }
    let wishes: Vec<Wish> = (0..ORDERS).map(wish).collect();
    let since = now();
    shop.place(&wishes);
    println!("placed after {:?}", since.elapsed());
    let mut kills = Vec::new();
    for (at, service) in SERVICES.into_iter().enumerate() {
        // By the length of its log, which takes no reading: whoever reads is behind.
        let length = shop.length_of(service) + 1_000 * at as i64;
        eventually("work", SOON, || {
            so(shop.length_of(service) > length, || format!("{service} stands still"))
        });
        shop.process(service, 0).kill();
        kills.push((service, time()));
        shop.start(service, 0);
    }
    await_ended(&mut shop, ORDERS);
    let took = since.elapsed();
    println!("{ORDERS} orders in {took:?}: {:.0} orders/s", ORDERS as f64 / took.as_secs_f64());
    for (service, killed) in kills {
        let left = shop.facts_after(service, killed);
        println!("{service}: {left} facts were still to be said when it was killed");
        assert_ne!(left, 0, "nothing was under way any more");
    }
    let placed: std::collections::BTreeSet<Key> = wishes.iter().map(|wish| wish.id).collect();
    let fates = shop.settle(&placed, BOUND);
    assert_eq!(fates.len(), ORDERS);
    let completed = fates.values().filter(|fate| **fate == Fate::Completed).count();
    assert_eq!(completed, ORDERS / 10 * 8, "the share of good tokens");
    assert_eq!(shop.onlooker.read.history.of(Topic::Checkout).count(), ORDERS);
    println!("{:?}", Books::of(&shop.onlooker.read.history));
    let shown = SERVICES.map(|service| shop.process(service, 0).entries("said").len());
    assert_eq!(shown, [0; 3], "lines of facts, which the filter leaves out");
}

/// As in any load, but the bank fails to answer one capture in a hundred only: the retries of more would be waited for.
fn wish(number: usize) -> Wish {
    match load::wish(number) {
        wish if wish.token == "tok_timeout" && number % 100 > 10 => Wish { token: "tok_ok", ..wish },
        wish => wish,
    }
}

fn await_ended(shop: &mut Shop, least: usize) {
    eventually("endings", BOUND, || {
        shop.onlooker.look(Duration::from_millis(5));
        let ended = shop.onlooker.read.ended.len();
        so(ended >= least, || format!("{ended} of {least}"))
    });
}
