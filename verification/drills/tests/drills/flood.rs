//! Twenty thousand orders at once, with every service killed on the way.

use std::time::Duration;

use events_schema::{Key, Topic};
use invariants::{Books, Fate};

use crate::shop::{
    GOODS, SERVICES, Shop, Wish, load,
    wait::{eventually, now, so},
};

const ORDERS: usize = 20_000;
const BOUND: Duration = Duration::from_secs(240);

#[test]
fn twenty_thousand_orders_placed_at_once_all_end_though_every_service_is_killed() {
    // A line for each fact would be most of the work.
    let Some(mut shop) = Shop::open_with_bank("flood", &GOODS, &["--log", "info,choreography::worker=warn"])
    else {
        return;
    };
    for service in SERVICES {
        shop.start(service, 1).await_ready();
    }
    let wishes: Vec<Wish> = (0..ORDERS).map(wish).collect();
    let since = now();
    shop.place(&wishes);
    println!("placed after {:?}", since.elapsed());
    for (at, service) in SERVICES.into_iter().enumerate() {
        await_ended(&mut shop, 1_000 + at * 5_000);
        shop.process(service, 0).kill();
        let ended = shop.onlooker.read.ended.len();
        println!("{service} killed after {:?}, {ended} orders ended", since.elapsed());
        assert!(ended < ORDERS, "nothing was under way any more");
        shop.start(service, 0);
    }
    await_ended(&mut shop, ORDERS);
    let took = since.elapsed();
    println!("{ORDERS} orders in {took:?}: {:.0} orders/s", ORDERS as f64 / took.as_secs_f64());
    let placed: std::collections::BTreeSet<Key> = wishes.iter().map(|wish| wish.id).collect();
    let fates = shop.settle(&placed, BOUND);
    assert_eq!(fates.len(), ORDERS);
    let completed = fates.values().filter(|fate| **fate == Fate::Completed).count();
    assert_eq!(completed, ORDERS / 10 * 8, "the share of good tokens");
    assert_eq!(shop.onlooker.read.history.of(Topic::Checkout).count(), ORDERS);
    println!("{:?}", Books::of(&shop.onlooker.read.history));
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
