//! `kill -9` in mid-load, and the return.

use std::time::Duration;

use crate::shop::{GOODS, Load, SERVICES, Shop, time};

#[test]
fn a_killed_service_comes_back_and_nothing_is_lost_or_doubled() {
    let Some(mut shop) = Shop::open_with_bank("kills", &GOODS, &[]) else { return };
    let load = Load::start(&shop, 100);
    for service in SERVICES.into_iter().cycle().take(2 * SERVICES.len()) {
        shop.await_more_endings(50);
        shop.process(service, 0).kill();
        let killed = time();
        shop.start(service, 0);
        let took = shop.await_fact_after(service, killed);
        println!("{service}: first fact {took:?} after its return");
        assert!(took < Duration::from_secs(10), "{service} took {took:?}");
    }
    shop.await_more_endings(50);
    let placed = load.end();
    assert_eq!(shop.settle(&placed, Duration::from_secs(30)).len(), placed.len());
}
