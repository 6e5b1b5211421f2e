//! The depot: dealing, serving, calling home, denying.

use choreography::{Duty, To};
use events_schema::{
    Topic,
    inventory::{Asker, StockDenied, StockRecalled, StockRequestQueued, StockReturned, StockTakenBack},
    warehouse::StockReceived,
};

use crate::shop::{Shop, added, answer, copy, dealt, requested, says};

fn recalled(shelf: u16, version: u64) -> StockRecalled {
    StockRecalled { shelf, version }
}

fn returned(shelf: u16, quantity: u64, recalled: bool) -> StockReturned {
    StockReturned { shelf, quantity, recalled }
}

fn taken_back(shelf: u16, quantity: u64, recalled: bool, version: u64) -> StockTakenBack {
    StockTakenBack { shelf, quantity, recalled, version }
}

fn waits(who: Asker, needs: &[u64], version: u64) -> StockRequestQueued {
    StockRequestQueued { who, needs: needs.to_vec(), version }
}

fn denied(shelf: u16, quantity: u64, left: u64, version: u64) -> StockDenied {
    StockDenied { shelf, quantity, version, left: Some(left) }
}

fn received(shop: &mut Shop, quantity: i64) -> crate::shop::Facts {
    shop.hears(Topic::Warehouse, "mug", &StockReceived { quantity })
}

/// A depot with so many pieces that dealt to these shelves (0 pieces each, so that sums stay plain).
fn depot(free: u64, shelves: &[u16]) -> Shop {
    shelves.iter().fold(Shop::at_home().given("mug", added(free, 1)), |shop, shelf| {
        shop.given("mug", dealt(*shelf, 0, 1))
    })
}

#[test]
fn of_a_hundred_mugs_every_shelf_gets_twelve_and_the_rest_stays_for_who_runs_out_first() {
    let said = received(&mut Shop::at_home(), 100);
    let expected = [
        says("mug", added(100, 1)),
        says("mug", dealt(0, 12, 1)),
        says("mug", dealt(1, 12, 1)),
        says("mug", dealt(2, 12, 1)),
        says("mug", dealt(3, 12, 1)),
    ];
    assert_eq!(said, expected);
}

#[test]
fn too_few_pieces_to_share_stay_at_the_depot() {
    assert_eq!(received(&mut Shop::at_home(), 7), [says("mug", added(7, 1))]);
}

#[test]
fn nothing_is_dealt_while_shelves_are_being_called_home() {
    let mut shop = depot(0, &[2]).given("mug", recalled(2, 1));
    assert_eq!(received(&mut shop, 100), [says("mug", added(100, 2))]);
}

#[test]
fn a_request_that_fits_is_answered_with_a_share_more() {
    let mut shop = depot(100, &[]);
    assert_eq!(shop.receives(requested(2, &[3, 1])), [says("mug", answer(2, 4 + 12, false, 1))]);
}

#[test]
fn the_last_pieces_go_to_a_shelf_that_must_send_back_what_it_does_not_need() {
    let mut shop = depot(5, &[]);
    assert_eq!(shop.receives(requested(2, &[4])), [says("mug", answer(2, 4, true, 1))]);
}

#[test]
fn a_shelf_that_was_dealt_pieces_keeps_them_when_it_is_sent_the_last_ones() {
    let mut shop = depot(5, &[2]);
    assert_eq!(shop.receives(requested(2, &[4])), [says("mug", answer(2, 4, false, 1))]);
}

#[test]
fn a_depot_that_is_short_calls_all_it_dealt_home_before_it_answers() {
    let mut shop = depot(3, &[0, 3]);
    let said = shop.receives(requested(2, &[2, 1, 1])); // supply 3, so each need alone could be served
    let expected = [
        says("mug", waits(Asker::Shelf(2), &[2, 1, 1], 1)),
        says("mug", recalled(0, 1)),
        says("mug", recalled(3, 1)),
    ];
    assert_eq!(said, expected);
}

#[test]
fn who_asks_while_shelves_are_called_home_waits_its_turn() {
    let mut shop = depot(3, &[0]);
    shop.receives(requested(2, &[2, 2]));
    assert_eq!(shop.receives(requested(1, &[1])), [says("mug", waits(Asker::Shelf(1), &[1], 1))]);
}

#[test]
fn the_answer_comes_when_the_last_shelf_that_was_called_has_answered() {
    let mut shop = depot(4, &[0, 3]).given("mug", dealt(0, 2, 1));
    shop.receives(requested(2, &[3]));
    assert_eq!(shop.receives(returned(3, 0, true)), [says("mug", taken_back(3, 0, true, 1))]);
    let expected = [says("mug", taken_back(0, 2, true, 1)), says("mug", answer(2, 3, true, 1))];
    assert_eq!(shop.receives(returned(0, 2, true)), expected);
}

#[test]
fn a_voluntary_return_that_crosses_the_recall_does_not_end_the_round() {
    let mut shop = depot(3, &[0]).given("mug", dealt(0, 2, 1));
    shop.receives(requested(2, &[2]));
    assert_eq!(shop.receives(returned(0, 1, false)), [says("mug", taken_back(0, 1, false, 1))]);
    let last = shop.receives(returned(0, 0, true));
    assert_eq!(last, [says("mug", taken_back(0, 0, true, 1)), says("mug", answer(2, 2, true, 1))]);
}

#[test]
fn a_denial_brings_what_serves_the_needs_that_fit_in_order() {
    let mut shop = depot(9, &[0]);
    shop.receives(requested(2, &[7, 9, 2, 1]));
    let said = shop.receives(returned(0, 0, true));
    assert_eq!(said, [says("mug", taken_back(0, 0, true, 1)), says("mug", denied(2, 9, 0, 1))]);
}

#[test]
fn a_denial_says_how_many_are_left() {
    let mut shop = depot(5, &[]);
    assert_eq!(shop.receives(requested(2, &[3, 4])), [says("mug", denied(2, 3, 2, 1))]);
}

#[test]
fn those_who_wait_are_served_in_order_and_only_the_last_gets_a_share_more() {
    let mut shop = depot(40, &[0]);
    shop.receives(requested(1, &[30, 20]));
    shop.receives(requested(2, &[4]));
    shop.receives(requested(3, &[2]));
    let said = shop.receives(returned(0, 30, true));
    let expected = [
        says("mug", taken_back(0, 30, true, 1)),
        says("mug", answer(1, 50, true, 1)),
        says("mug", answer(2, 4, true, 1)),
        says("mug", answer(3, 2 + 1, false, 1)), // 14 to spare: 14 / 8
    ];
    assert_eq!(said, expected);
}

#[test]
fn an_absurd_need_is_denied_without_calling_anything_home() {
    let mut shop = depot(10, &[0, 1, 2, 3]);
    assert_eq!(shop.receives(requested(2, &[1_000_000])), [says("mug", denied(2, 0, 10, 1))]);
}

#[test]
fn an_absurd_need_does_not_take_the_others_of_its_request_down() {
    let mut shop = depot(10, &[0]).given("mug", dealt(0, 8, 1));
    let said = shop.receives(requested(2, &[1_000_000, 5]));
    assert_eq!(said, [says("mug", waits(Asker::Shelf(2), &[1_000_000, 5], 1)), says("mug", recalled(0, 1))]);
    let said = shop.receives(returned(0, 8, true));
    assert_eq!(said, [says("mug", taken_back(0, 8, true, 1)), says("mug", denied(2, 5, 5, 1))]);
}

#[test]
fn pieces_that_come_back_unasked_stay_at_the_depot() {
    let mut shop = depot(1, &[]);
    assert_eq!(shop.receives(returned(2, 4, false)), [says("mug", taken_back(2, 4, false, 1))]);
}

#[test]
fn transfers_are_copied_to_their_addressees() {
    let shop = Shop::at_home();
    assert_eq!(shop.duties("mug", dealt(2, 1, 1)), [copy(To::Partition(2)), Duty::Keep]);
    assert_eq!(shop.duties("mug", denied(3, 1, 0, 1)), [copy(To::Partition(3)), Duty::Keep]);
    assert_eq!(shop.duties("mug", recalled(1, 1)), [copy(To::Partition(1)), Duty::Keep]);
    assert_eq!(shop.duties("mug", requested(1, &[1])), [copy(To::Home), Duty::Keep]);
    assert_eq!(shop.duties("mug", returned(1, 1, false)), [copy(To::Home), Duty::Keep]);
}

#[test]
fn a_share_smaller_than_the_operator_wants_is_not_dealt() {
    use choreography::{Decision, Service, Task};
    use inventory::{Inventory, Settings};
    let inventory = Inventory::new(Settings { least_deal: 13 });
    let stock = inventory.begin(Task { partition: crate::shop::home(), partitions: crate::shop::PARTITIONS });
    let mut out = Decision::default();
    let command =
        crate::hearing::hear(Topic::Warehouse, crate::hearing::key("mug"), &StockReceived { quantity: 100 });
    inventory.decide(&command, &stock, events_schema::Timestamp(0), &mut out);
    assert_eq!(out.said(), [says("mug", added(100, 1))]);
}
