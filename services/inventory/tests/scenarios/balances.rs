//! Balances brought forward: said when nobody waits, complete enough to restore from, and marked once.

use choreography::Duty;
use events_schema::inventory::{
    Asker, ReleaseCause, StockCounted, StockRecalled, StockReleased, StockRequestQueued, StockWrittenOff,
};

use crate::{
    hearing::key,
    shop::{Shop, abroad, added, dealt, home, lines, says},
};

fn of_depot(available: u64, version: u64, supply: u64, dealt: &[u16]) -> StockCounted {
    let dealt = dealt.to_vec();
    StockCounted { shelf: None, available, held: 0, version, supply: Some(supply), dealt, scarce: None }
}

fn of_shelf(shelf: u16, available: u64, held: u64, scarce: bool) -> StockCounted {
    StockCounted {
        shelf: Some(shelf),
        available,
        held,
        version: 0,
        supply: None,
        dealt: vec![],
        scarce: Some(scarce),
    }
}

fn at_home() -> Shop {
    let lost = StockWrittenOff { quantity: 1, reason: "broken".to_owned(), version: 2 };
    Shop::at_home().given("mug", added(10, 1)).given("mug", lost).given("mug", dealt(3, 4, 2)).with_shelf(6)
}

#[test]
fn at_home_depot_and_shelf_are_counted_together() {
    let mut shop = at_home();
    shop.is_asked_for("order-1", &[("mug", 2)]);
    let expected = [says("mug", of_depot(5, 2, 9, &[3])), says("mug", of_shelf(home(), 4, 2, false))];
    assert_eq!(shop.brings_forward("mug"), expected);
}

#[test]
fn elsewhere_the_shelf_is_counted_alone() {
    let mut shop = Shop::abroad().with_shelf(6);
    assert_eq!(shop.brings_forward("mug"), [says("mug", of_shelf(abroad(), 6, 0, false))]);
}

#[test]
fn nothing_is_counted_while_somebody_waits_at_either() {
    let mut shop = at_home();
    shop.is_asked_for("order-1", &[("mug", 7)]);
    assert_eq!(shop.brings_forward("mug"), []);
    let asks = StockRequestQueued { who: Asker::Shelf(1), needs: vec![1], version: 1 };
    assert_eq!(at_home().given("mug", asks).brings_forward("mug"), []);
}

#[test]
fn what_is_as_it_was_at_birth_is_counted_as_nothing_and_not_kept() {
    let nothing = [says("mug", of_depot(0, 0, 0, &[])), says("mug", of_shelf(home(), 0, 0, true))];
    assert_eq!(Shop::at_home().brings_forward("mug"), nothing);
    let counted = nothing.into_iter().fold(Shop::at_home(), |shop, said| shop.given("mug", said.fact));
    assert_eq!((counted.stock.depot(&key("mug")), counted.stock.shelf(&key("mug"))), (None, None));
}

/// Found by seed 60763: a task that was restored had not heard of a shelf that another remembered as empty.
#[test]
fn a_shelf_that_everything_left_is_as_one_that_was_never_heard_of() {
    let mut shop = Shop::abroad().with_shelf(2);
    shop.receives(StockRecalled { shelf: abroad(), version: 1 });
    assert_eq!(shop.stock, Shop::abroad().stock);
}

#[test]
fn the_first_count_moves_the_mark_and_only_that() {
    let (here, there) = (at_home(), Shop::abroad());
    assert_eq!(here.duties("mug", of_depot(1, 1, 1, &[])), [Duty::Counted]);
    assert_eq!(here.duties("mug", of_shelf(home(), 1, 0, false)), [Duty::Keep]);
    assert_eq!(there.duties("mug", of_shelf(abroad(), 1, 0, false)), [Duty::Counted]);
}

#[test]
fn a_state_restored_from_the_counts_is_the_state() {
    let mut counted = at_home();
    let facts = counted.brings_forward("mug");
    let restored = facts.into_iter().fold(Shop::at_home(), |shop, said| shop.given("mug", said.fact));
    assert_eq!(restored.stock.depot(&key("mug")), counted.stock.depot(&key("mug")));
    assert_eq!(restored.stock.shelf(&key("mug")), counted.stock.shelf(&key("mug")));
}

#[test]
fn counting_changes_nothing() {
    let mut shop = at_home();
    let before = (shop.stock.depot(&key("mug")).cloned(), shop.stock.shelf(&key("mug")).cloned());
    let facts = shop.brings_forward("mug");
    let after = facts.into_iter().fold(shop, |shop, said| shop.given("mug", said.fact));
    assert_eq!((after.stock.depot(&key("mug")).cloned(), after.stock.shelf(&key("mug")).cloned()), before);
}

#[test]
fn what_is_released_after_a_count_is_free_even_if_its_reservation_was_never_seen() {
    let cause = ReleaseCause::PaymentFailed;
    let shop = Shop::abroad()
        .given("mug", of_shelf(abroad(), 4, 2, false))
        .given("order-1", StockReleased { lines: lines(&[("mug", 2)]), cause });
    let shelf = shop.stock.shelf(&key("mug")).unwrap();
    assert_eq!((shelf.free, shelf.held), (6, 0));
}
