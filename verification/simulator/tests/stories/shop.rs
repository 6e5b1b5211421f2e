//! The shop of these stories: ten mugs, one partition unless a story needs more, and no trouble.

use std::time::Duration;

use events_schema::Key;
use simulator::{Plan, Shop, story};

pub fn key(text: &str) -> Key {
    text.parse().unwrap()
}

pub fn shop() -> Shop {
    shop_of(10)
}

pub fn shop_of(mugs: i64) -> Shop {
    Shop::open(Plan::quiet(1, mugs)).unwrap()
}

/// Where orders expire after two seconds.
pub fn hasty_shop() -> Shop {
    let mut plan = Plan::quiet(1, 10);
    plan.lifetime = Duration::from_secs(2);
    Shop::open(plan).unwrap()
}

/// Everybody works for a while; nothing that waits for minutes happens.
pub fn a_while(shop: &mut Shop) {
    shop.wait(Duration::from_millis(500));
}

pub fn mugs(pieces: i64) -> Vec<(Key, i64)> {
    vec![(key("mug"), pieces)]
}

/// Lets everything come to its end, and judges it.
pub fn ended(shop: &mut Shop) {
    shop.settle().unwrap();
    shop.judge().unwrap_or_else(|broken| panic!("{broken}"));
}

pub fn assert_story(shop: &Shop, order: &str, expected: &[&str]) {
    let told = story(&shop.history(), key(order));
    assert_eq!(told, expected, "the story of {order}");
}
