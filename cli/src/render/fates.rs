//! What `trace`, `why` and `state` say of an order of each fate, out of the simulator's log, word for word.
//!
//! The pages stand in `cli/tests/fates`. After a change on purpose: `UPDATE_PAGES=1 cargo test -p orderctl --lib fates`,
//! and read what changed.

use std::{fmt::Write as _, fs, path::PathBuf, time::Duration};

use events_schema::{Key, OwnedRecord, Source, Timestamp};
use simulator::{Plan, Shop};

use crate::{
    fold::{
        timeline::{Timeline, concerns},
        why::Why,
    },
    render::{timeline, tree, why},
};

/// What becomes of an order when this is done to the shop.
fn shop(lifetime: Duration, does: impl FnOnce(&mut Shop)) -> Shop {
    let mut plan = Plan::quiet(1, 10);
    plan.lifetime = lifetime;
    let mut shop = Shop::open(plan).unwrap();
    does(&mut shop);
    shop
}

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn placed(token: &str, lines: &[(&str, i64)]) -> Shop {
    let lines: Vec<(Key, i64)> = lines.iter().map(|(sku, pieces)| (key(sku), *pieces)).collect();
    let mut shop = shop(Duration::from_secs(900), |shop| shop.place(key("o-1"), token, &lines));
    shop.settle().unwrap();
    shop
}

fn soon(shop: &mut Shop) {
    shop.wait(Duration::from_millis(500));
}

/// The order's records, and the moment from which they are looked at: right after the last of them.
fn seen(shop: &Shop) -> (Vec<OwnedRecord>, Timestamp) {
    let order = key("o-1");
    let mut records = shop.records();
    records.retain(|record| concerns(&record.as_record(), &order));
    let timeline = Timeline::of(order, &records, Timestamp::MAX);
    let last = timeline.steps.iter().map(|step| step.time).max().unwrap();
    (records, last + Duration::from_secs(1))
}

/// All that the three commands say, for people and for scripts.
fn pages(shop: &Shop) -> String {
    let (records, now) = seen(shop);
    let timeline = Timeline::of(key("o-1"), &records, Timestamp::MAX);
    let why = Why::of(&timeline).unwrap();
    let mut text = String::from("── trace\n");
    timeline::summary(&timeline, now).iter().for_each(|line| writeln!(text, "{line}").unwrap());
    let mut table = Vec::new();
    timeline::table(&timeline, false, Some(now)).write(&mut table).unwrap();
    text += "\n";
    text += &anstream::adapter::strip_str(&String::from_utf8(table).unwrap()).to_string();
    text += "\n── trace --tree\n";
    tree::lines(&timeline).iter().for_each(|line| writeln!(text, "{line}").unwrap());
    text += "\n── why\n";
    why::sentences(&why, now).iter().for_each(|line| writeln!(text, "{line}").unwrap());
    text += "\n── why --output json\n";
    writeln!(text, "{:#}", serde_json::to_value(why::document(&why, now)).unwrap()).unwrap();
    text
}

#[track_caller]
fn assert_pages(name: &str, shop: &Shop) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fates").join(format!("{name}.txt"));
    let now = pages(shop);
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &now).unwrap();
    }
    let before = fs::read_to_string(&path).unwrap_or_default();
    assert!(now == before, "{} says otherwise; now:\n{now}", path.display());
}

#[test]
fn a_completed_order_says_so() {
    assert_pages("completed", &placed("tok_ok", &[("mug", 2)]));
}

#[test]
fn a_rejected_order_says_why() {
    assert_pages("rejected", &placed("tok_ok", &[("unheard-of", 1)]));
}

#[test]
fn an_order_out_of_stock_says_so() {
    assert_pages("out_of_stock", &placed("tok_ok", &[("mug", 11)]));
}

#[test]
fn a_declined_order_says_so() {
    assert_pages("declined", &placed("tok_declined", &[("mug", 1)]));
}

#[test]
fn an_order_cancelled_while_it_was_paid_says_who_has_the_money() {
    let mut cancelled = shop(Duration::from_secs(900), |shop| {
        shop.place(key("o-1"), "tok_late", &[(key("mug"), 1)]);
        soon(shop);
        shop.cancel(key("o-1"));
    });
    cancelled.settle().unwrap();
    assert_pages("cancelled", &cancelled);
}

#[test]
fn an_expired_order_says_so() {
    let mut expired =
        shop(Duration::from_secs(2), |shop| shop.place(key("o-1"), "tok_timeout", &[(key("mug"), 1)]));
    expired.settle().unwrap();
    assert_pages("expired", &expired);
}

#[test]
fn an_order_that_waits_for_the_provider_says_who_must_move_and_what_happens_otherwise() {
    let waits = shop(Duration::from_secs(900), |shop| {
        shop.place(key("o-1"), "tok_late", &[(key("mug"), 1)]);
        soon(shop);
    });
    assert_pages("waits_for_provider", &waits);
}

#[test]
fn a_parked_order_says_where_why_and_what_an_operator_can_do() {
    let parked = shop(Duration::from_secs(900), |shop| {
        shop.break_on(Source::Inventory, key("o-1"), true);
        shop.place(key("o-1"), "tok_ok", &[(key("mug"), 1)]);
        soon(shop);
    });
    assert_pages("parked", &parked);
}
