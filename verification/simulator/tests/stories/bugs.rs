//! Every mistake a storm has found, as the shortest story that shows it.

use std::time::Duration;

use events_schema::{Source, Topic};
use invariants::Fate;
use simulator::{Plan, Shop, story};

use crate::shop::{a_while, assert_story, ended, hasty_shop, key, mugs, shop};

/// Balances were brought forward again and again when there were more of them than restore was to read, and while an
/// open order held their marks back anyway: the log of an idle shop grew for ever.
#[test]
fn an_idle_shop_says_no_balances() {
    let mut plan = Plan::quiet(1, 10);
    plan.remember(1);
    let mut shop = Shop::open(plan).unwrap();
    shop.break_on(Source::Inventory, key("o-1"), true);
    shop.place(key("o-1"), "tok_ok", &mugs(1));
    a_while(&mut shop);
    let before = shop.records().len();
    shop.wait(Duration::from_secs(10));
    assert_eq!(shop.records().len(), before);
}

/// A request nobody could read, behind one that was still to be carried out, moved the position past both and then
/// back: it was parked once more after a restart, or the request before it was lost.
#[test]
fn an_unreadable_request_behind_another_is_parked_once() {
    let mut shop = shop();
    shop.break_on(Source::Order, key("o-1"), true);
    shop.place(key("o-1"), "tok_ok", &mugs(1));
    a_while(&mut shop);
    shop.break_on(Source::Order, key("o-1"), false);
    shop.operate(Source::Order, key("o-1"), 0, false);
    shop.garbage(Topic::Operations, key("o-2"), 0);
    a_while(&mut shop);
    shop.restart(false).unwrap();
    let parked = story(&shop.history(), key("operations.0.1"));
    let by_each_service = 3;
    assert_eq!(parked.len(), by_each_service, "{parked:?}");
    shop.judge().unwrap_or_else(|broken| panic!("{broken}"));
}

/// A record that waited, and that the service itself gave up when its turn came, was discarded and resumed as well.
#[test]
fn a_parked_repetition_is_discarded_and_not_resumed() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_ok", &mugs(1));
    a_while(&mut shop);
    shop.garbage(Topic::Checkout, key("o-1"), 0);
    shop.place(key("o-1"), "tok_declined", &mugs(2));
    a_while(&mut shop);
    shop.operate(Source::Order, key("o-1"), 0, true);
    ended(&mut shop);
    let told = story(&shop.history(), key("o-1"));
    let ends =
        told.iter().filter(|said| said.starts_with("EventDiscarded") || said.starts_with("EventResumed"));
    let ends: Vec<&str> = ends.map(String::as_str).collect();
    assert_eq!(ends, ["EventDiscarded (checkout: asked by op)", "EventDiscarded (checkout: id_reused)"]);
}

/// A deadline that was parked slept for ever once it was resumed, until a restart woke it.
#[test]
fn a_parked_deadline_fires_once_it_is_resumed() {
    let mut shop = hasty_shop();
    shop.place(key("o-1"), "tok_late", &mugs(1));
    a_while(&mut shop);
    shop.break_on(Source::Order, key("o-1"), true);
    shop.wait(Duration::from_secs(2));
    shop.break_on(Source::Order, key("o-1"), false);
    shop.operate(Source::Order, key("o-1"), 0, false);
    shop.wait(Duration::from_millis(100));
    assert_eq!(
        shop.history().fates()[&key("o-1")],
        Fate::Cancelled(events_schema::orders::CancelReason::Expired)
    );
    ended(&mut shop);
}

/// A deadline that was resumed and broke again was parked under the id it had been parked under before.
#[test]
fn a_deadline_parked_twice_is_two_facts() {
    let mut shop = hasty_shop();
    shop.place(key("o-1"), "tok_late", &mugs(1));
    a_while(&mut shop);
    shop.break_on(Source::Order, key("o-1"), true);
    shop.wait(Duration::from_secs(2));
    for _ in 0..2 {
        shop.operate(Source::Order, key("o-1"), 0, false);
        shop.wait(Duration::from_millis(100));
    }
    shop.break_on(Source::Order, key("o-1"), false);
    shop.operate(Source::Order, key("o-1"), 0, false);
    ended(&mut shop);
    let told = story(&shop.history(), key("o-1"));
    let parked = told.iter().filter(|said| said.starts_with("EventParked (deadline")).count();
    assert_eq!(parked, 3);
}

/// A deadline that was given up stays given up, in memory and after a restart.
#[test]
fn a_deadline_given_up_never_fires() {
    let mut shop = hasty_shop();
    shop.break_on(Source::Payment, key("o-1"), true);
    shop.place(key("o-1"), "tok_ok", &mugs(1));
    a_while(&mut shop);
    shop.break_on(Source::Order, key("o-1"), true);
    shop.wait(Duration::from_secs(2));
    shop.break_on(Source::Order, key("o-1"), false);
    shop.operate(Source::Order, key("o-1"), 0, true);
    a_while(&mut shop);
    shop.restart(false).unwrap();
    assert_story(
        &shop,
        "o-1",
        &[
            "OrderPlaced",
            "OrderAccepted",
            "StockReserved",
            "EventParked (inventory: deciding panicked: a planted fault)",
            "EventParked (deadline: deciding panicked: a planted fault)",
            "ParkedDiscardRequested",
            "EventDiscarded (deadline: asked by op)",
        ],
    );
}

/// What was committed without a fact was named by no header, so that lost group positions had it taken once more, by a
/// state that had changed since: here a repeated placement, parked behind what was parked later.
#[test]
fn a_record_that_said_nothing_is_not_taken_again_when_positions_are_lost() {
    let mut shop = shop();
    shop.place(key("o-1"), "tok_ok", &mugs(1));
    a_while(&mut shop);
    shop.place(key("o-1"), "tok_ok", &mugs(1));
    a_while(&mut shop);
    shop.garbage(Topic::Payments, key("o-1"), 0);
    a_while(&mut shop);
    let before = shop.records().len();
    shop.restart(true).unwrap();
    assert_eq!(shop.records().len(), before);
}

/// A clock that was an hour ahead and was set right put everything off by an hour that is done now and then: a question
/// that had no answer was not asked again.
#[test]
fn a_clock_that_was_ahead_does_not_put_the_next_question_off() {
    let mut shop = shop();
    shop.set_clocks(Duration::from_secs(3600));
    shop.wait(Duration::from_secs(6));
    shop.set_clocks(Duration::ZERO);
    shop.place(key("o-1"), "tok_timeout", &mugs(1));
    shop.wait(Duration::from_secs(30));
    assert_eq!(shop.history().fates()[&key("o-1")], Fate::Completed);
    ended(&mut shop);
}
