//! The groups' committed positions are lost: an operator's slip, or their expiry.

use std::time::Duration;

use rdkafka::{
    ClientConfig,
    admin::{AdminClient, AdminOptions},
    client::DefaultClientContext,
};

use crate::shop::{GOODS, SERVICES, SOON, Shop, ids, load, wait::eventually};

#[test]
fn lost_positions_are_found_in_the_log_and_nothing_is_consumed_twice() {
    let Some(mut shop) = Shop::open_with_bank("offsets", &GOODS, &[]) else { return };
    let wishes: Vec<_> = (0..200).map(load::wish).collect();
    shop.place(&wishes[..100]);
    shop.settle(&ids(&wishes[..100]), SOON);
    // Orders under way at the stop, and orders placed while nobody is there.
    shop.place(&wishes[100..150]);
    shop.await_count("OrderAccepted", 110);
    for service in SERVICES {
        shop.process(service, 0).stop();
    }
    shop.place(&wishes[150..]);
    assert_ne!(shop.onlooker.positions(), 0);
    forget_positions(&shop);
    assert_eq!(shop.onlooker.positions(), 0);
    for service in SERVICES {
        shop.start(service, 0);
    }
    let fates = shop.settle(&ids(&wishes), Duration::from_secs(60));
    assert_eq!(fates.len(), wishes.len());
    assert_eq!(shop.count("OrderAccepted"), wishes.len());
    assert_eq!(shop.count("StockAdded"), GOODS.len());
}

/// Deletes all groups. A broker refuses while it thinks that a member is there: until its session has run out.
fn forget_positions(shop: &Shop) {
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", &shop.brokers).create().unwrap();
    let groups = SERVICES.map(|service| format!("{}{service}", shop.prefix));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for group in &groups {
        eventually("the group is deleted", SOON, || {
            let names = [group.as_str()];
            let deleted = runtime.block_on(admin.delete_groups(&names, &AdminOptions::new()));
            let answer = deleted.map_err(|error| error.to_string())?.remove(0);
            answer.map(drop).map_err(|(group, code)| format!("{group}: {code}"))
        });
    }
}
