//! Stories for the tests of the folds: the real services in the simulator, one order of each fate.

use std::time::Duration;

use events_schema::{Key, OwnedRecord, Source, Timestamp, Topic};
use simulator::{Plan, Shop};

use super::timeline::{Timeline, concerns};

/// A key.
pub fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn shop(mugs: i64) -> Shop {
    Shop::open(Plan::quiet(1, mugs)).unwrap()
}

fn hasty_shop() -> Shop {
    let mut plan = Plan::quiet(1, 10);
    plan.lifetime = Duration::from_secs(1);
    Shop::open(plan).unwrap()
}

fn a_while(shop: &mut Shop) {
    shop.wait(Duration::from_secs(1));
}

/// Places `o-1` for some mugs, lets something happen, and settles.
fn told(mut shop: Shop, token: &str, mugs: i64, then: impl FnOnce(&mut Shop)) -> Vec<OwnedRecord> {
    shop.place(key("o-1"), token, &[(key("mug"), mugs)]);
    then(&mut shop);
    shop.settle().unwrap();
    shop.records()
}

/// It completes.
pub fn completed() -> Vec<OwnedRecord> {
    told(shop(10), "tok_ok", 1, |_| {})
}

/// The card is declined.
pub fn declined() -> Vec<OwnedRecord> {
    told(shop(10), "tok_declined", 1, |_| {})
}

/// There are not enough mugs.
pub fn out_of_stock() -> Vec<OwnedRecord> {
    told(shop(1), "tok_ok", 5, |_| {})
}

/// Order refuses it.
pub fn rejected() -> Vec<OwnedRecord> {
    told(shop(10), "tok_ok", 0, |_| {})
}

/// The customer cancels it while it is being paid: the money comes, and goes back.
pub fn refunded() -> Vec<OwnedRecord> {
    told(shop(10), "tok_late", 1, |shop| {
        a_while(shop);
        shop.cancel(key("o-1"));
    })
}

/// Its time runs out while the provider is silent.
pub fn expired() -> Vec<OwnedRecord> {
    told(hasty_shop(), "tok_timeout", 1, |_| {})
}

/// Inventory breaks on it; the customer cancels it meanwhile; then it is resumed.
pub fn parked() -> Vec<OwnedRecord> {
    let mut shop = shop(10);
    shop.break_on(Source::Inventory, key("o-1"), true);
    told(shop, "tok_ok", 1, |shop| {
        a_while(shop);
        shop.cancel(key("o-1"));
        a_while(shop);
        shop.break_on(Source::Inventory, key("o-1"), false);
        shop.operate(Source::Inventory, key("o-1"), 0, false);
    })
}

/// While it is being paid somebody writes what nobody can read under its key; that is given up.
pub fn garbage() -> Vec<OwnedRecord> {
    told(shop(10), "tok_late", 1, |shop| {
        a_while(shop);
        shop.garbage(Topic::Checkout, key("o-1"), 0);
        a_while(shop);
        shop.operate(Source::Order, key("o-1"), 0, true);
    })
}

/// It is cancelled too late.
pub fn refused() -> Vec<OwnedRecord> {
    let mut shop = shop(10);
    shop.place(key("o-1"), "tok_ok", &[(key("mug"), 1)]);
    shop.settle().unwrap();
    shop.cancel(key("o-1"));
    shop.settle().unwrap();
    shop.records()
}

/// All of them.
pub fn all() -> Vec<Vec<OwnedRecord>> {
    vec![
        completed(),
        declined(),
        out_of_stock(),
        rejected(),
        refunded(),
        expired(),
        parked(),
        garbage(),
        refused(),
    ]
}

/// What a log shows of the order after each of its events.
pub fn moments(records: &[OwnedRecord]) -> Vec<Timeline> {
    let order = key("o-1");
    let about: Vec<OwnedRecord> =
        records.iter().filter(|record| concerns(&record.as_record(), &order)).cloned().collect();
    let whole = Timeline::of(order, &about, Timestamp::MAX);
    (1..=whole.steps.len())
        .map(|count| {
            let had =
                |record: &&OwnedRecord| whole.steps[..count].iter().any(|step| step.place == record.place);
            let until: Vec<OwnedRecord> = about.iter().filter(had).cloned().collect();
            Timeline::of(order, &until, Timestamp::MAX)
        })
        .collect()
}
