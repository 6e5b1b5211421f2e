//! Instances come and go under load.

use std::{collections::BTreeSet, time::Duration};

use crate::shop::{
    GOODS, Load, PARTITIONS, SERVICES, SOON, Shop,
    wait::{eventually, so},
};

/// Waits until the tasks of a service are shared by these instances, each having at least one and none having another's.
fn await_shared(shop: &mut Shop, service: &'static str, instances: &[u8]) {
    eventually("every task is somebody's", SOON, || {
        let of: Vec<BTreeSet<u64>> = instances.iter().map(|at| shop.process(service, *at).tasks()).collect();
        let all: BTreeSet<u64> = of.iter().flatten().copied().collect();
        let shared = of.iter().all(|tasks| !tasks.is_empty())
            && of.iter().map(BTreeSet::len).sum::<usize>() == all.len();
        so(shared && all.len() == usize::from(PARTITIONS), || format!("{service}: {of:?}"))
    });
}

#[test]
fn instances_join_and_leave_under_load_and_every_order_ends() {
    let Some(mut shop) = Shop::open_with_bank("crowds", &GOODS, &[]) else { return };
    let load = Load::start(&shop, 50);
    for instance in [1, 2] {
        for service in SERVICES {
            shop.start(service, instance);
        }
        for service in SERVICES {
            await_shared(&mut shop, service, &(0..=instance).collect::<Vec<u8>>());
        }
        shop.await_more_endings(30);
    }
    for service in SERVICES {
        shop.process(service, 2).stop();
        shop.process(service, 1).kill();
    }
    for service in SERVICES {
        await_shared(&mut shop, service, &[0]);
    }
    shop.await_more_endings(30);
    let placed = load.end();
    assert_eq!(shop.settle(&placed, Duration::from_secs(30)).len(), placed.len());
}
