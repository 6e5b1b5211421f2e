//! An order at the shelf: reserved, queued, dropped, released, shipped; and the same told twice.

use choreography::Duty;
use events_schema::{
    Topic,
    inventory::{ReleaseCause, ReservationDropped, StockReleased, StockShelved, StockShipped},
    orders::OrderConfirmed,
    payments::{FailureReason, PaymentFailed},
};

use crate::{
    hearing::key,
    shop::{Facts, Shop, abroad, answer, dealt, lines, queued, requested, reserved, says},
};

fn confirmed(shop: &mut Shop, order: &str) -> Facts {
    shop.hears(Topic::Orders, order, &OrderConfirmed {})
}

fn payment_failed(shop: &mut Shop, order: &str) -> Facts {
    let event = PaymentFailed { reason: FailureReason::Declined, provider_reference: None };
    shop.hears(Topic::Payments, order, &event)
}

fn released(wanted: &[(&str, i64)], cause: ReleaseCause) -> StockReleased {
    StockReleased { lines: lines(wanted), cause }
}

fn shelved(quantity: u64, answer: bool, scarce: bool) -> StockShelved {
    StockShelved { quantity, answer, scarce }
}

#[test]
fn a_shelf_that_has_enough_reserves_at_once_all_lines_sorted() {
    let mut shop =
        Shop::abroad().with_shelf(5).given("cup", StockShelved { quantity: 5, answer: false, scarce: false });
    let said = shop.is_asked_for("order-1", &[("mug", 2), ("cup", 1)]);
    assert_eq!(said, [says("order-1", reserved(&[("cup", 1), ("mug", 2)]))]);
    assert_eq!(shop.free(), 3);
    assert_eq!(shop.stock.shelf(&key("mug")).unwrap().held, 2);
}

#[test]
fn an_accepted_order_heard_twice_is_reserved_once() {
    let mut shop = Shop::abroad().with_shelf(5);
    shop.is_asked_for("order-1", &[("mug", 2)]);
    assert_eq!(shop.is_asked_for("order-1", &[("mug", 2)]), []);
    let mut shop = Shop::abroad();
    shop.is_asked_for("order-1", &[("mug", 2)]);
    assert_eq!(shop.is_asked_for("order-1", &[("mug", 2)]), []);
}

#[test]
fn a_shelf_that_is_short_queues_the_order_and_asks_the_depot() {
    let mut shop = Shop::abroad().with_shelf(1);
    let said = shop.is_asked_for("order-1", &[("mug", 2)]);
    assert_eq!(said, [says("order-1", queued(&[("mug", 2)], "mug")), says("mug", requested(abroad(), &[2]))]);
}

#[test]
fn the_lines_before_the_one_that_is_short_are_taken_and_the_later_ones_are_not() {
    let full = StockShelved { quantity: 5, answer: false, scarce: false };
    let mut shop = Shop::abroad().given("cup", full.clone()).given("tea", full);
    shop.is_asked_for("order-1", &[("tea", 1), ("mug", 2), ("cup", 3)]);
    assert_eq!(shop.stock.shelf(&key("cup")).unwrap().free, 2);
    assert_eq!(shop.stock.shelf(&key("tea")).unwrap().free, 5);
}

#[test]
fn who_comes_while_others_wait_waits_behind_them_even_if_the_pieces_would_do() {
    let mut shop = Shop::abroad().with_shelf(1);
    shop.is_asked_for("order-1", &[("mug", 2)]);
    let said = shop.is_asked_for("order-2", &[("mug", 1)]);
    assert_eq!(said, [says("order-2", queued(&[("mug", 1)], "mug"))], "one request at a time");
}

#[test]
fn one_request_speaks_for_64_orders_and_the_next_one_for_the_rest() {
    let mut shop = Shop::abroad();
    for n in 0..66 {
        shop.is_asked_for(&format!("order-{n}"), &[("mug", 1)]);
    }
    let said = shop.receives(answer(abroad(), 1, true, 1));
    assert_eq!(said.last(), Some(&says("mug", requested(abroad(), &[1; 64]))));
    let said = shop.receives(answer(abroad(), 64, true, 1));
    assert_eq!(said.last(), Some(&says("mug", requested(abroad(), &[1]))));
}

#[test]
fn a_cancelled_order_in_line_is_dropped_and_what_it_had_taken_is_free_again() {
    let mut shop = Shop::abroad().given("cup", StockShelved { quantity: 5, answer: false, scarce: false });
    shop.is_asked_for("order-1", &[("cup", 3), ("mug", 2)]);
    assert_eq!(shop.hears_cancellation("order-1"), [says("order-1", ReservationDropped {})]);
    assert_eq!(shop.stock.shelf(&key("cup")).unwrap().free, 5);
    assert_eq!(shop.stock.open_orders(), 0);
    assert_eq!(shop.hears_cancellation("order-1"), []);
}

#[test]
fn a_cancelled_order_takes_its_need_out_of_what_was_asked_so_that_nobody_is_rejected_in_its_place() {
    let mut shop = Shop::abroad();
    shop.is_asked_for("order-1", &[("mug", 2)]);
    shop.is_asked_for("order-2", &[("mug", 1)]);
    shop.hears_cancellation("order-1");
    assert_eq!(shop.stock.shelf(&key("mug")).unwrap().asked, Some(0));
    let denied =
        events_schema::inventory::StockDenied { shelf: abroad(), quantity: 0, version: 1, left: Some(1) };
    let said = shop.receives(denied);
    assert_eq!(said, [says("mug", shelved(0, true, true)), says("mug", requested(abroad(), &[1]))]);
}

#[test]
fn when_the_head_of_the_line_is_cancelled_the_next_is_served_if_the_pieces_do() {
    let mut shop = Shop::abroad().with_shelf(1);
    shop.is_asked_for("order-1", &[("mug", 2)]);
    shop.is_asked_for("order-2", &[("mug", 1)]);
    let said = shop.hears_cancellation("order-1");
    assert_eq!(said, [says("order-1", ReservationDropped {}), says("order-2", reserved(&[("mug", 1)]))]);
}

#[test]
fn a_cancelled_order_that_held_its_stock_gives_it_to_who_waits() {
    let mut shop = Shop::abroad().with_shelf(2);
    shop.is_asked_for("order-1", &[("mug", 2)]);
    shop.is_asked_for("order-2", &[("mug", 1)]);
    let said = shop.hears_cancellation("order-1");
    let expected = [
        says("order-1", released(&[("mug", 2)], ReleaseCause::OrderCancelled)),
        says("order-2", reserved(&[("mug", 1)])),
    ];
    assert_eq!(said, expected);
    assert_eq!(shop.free(), 1);
}

#[test]
fn a_payment_that_failed_gives_the_mugs_back_and_the_cancellation_that_follows_is_silent() {
    let mut shop = Shop::abroad().with_shelf(2);
    shop.is_asked_for("order-1", &[("mug", 2)]);
    let said = payment_failed(&mut shop, "order-1");
    assert_eq!(said, [says("order-1", released(&[("mug", 2)], ReleaseCause::PaymentFailed))]);
    assert_eq!(shop.free(), 2);
    assert_eq!(shop.hears_cancellation("order-1"), []);
    assert_eq!(payment_failed(&mut shop, "order-1"), []);
}

#[test]
fn released_pieces_of_a_scarce_shelf_go_home() {
    let mut shop = Shop::abroad();
    shop.is_asked_for("order-1", &[("mug", 2)]);
    shop.receives(answer(abroad(), 2, true, 1));
    let said = shop.hears_cancellation("order-1");
    let back = events_schema::inventory::StockReturned { shelf: abroad(), quantity: 2, recalled: false };
    let expected =
        [says("order-1", released(&[("mug", 2)], ReleaseCause::OrderCancelled)), says("mug", back)];
    assert_eq!(said, expected);
}

#[test]
fn a_confirmed_order_ships_once() {
    let mut shop = Shop::abroad().with_shelf(2);
    shop.is_asked_for("order-1", &[("mug", 2)]);
    let said = confirmed(&mut shop, "order-1");
    assert_eq!(said, [says("order-1", StockShipped { lines: lines(&[("mug", 2)]) })]);
    assert_eq!((shop.free(), shop.stock.shelf(&key("mug")).unwrap().held), (0, 0));
    assert_eq!(confirmed(&mut shop, "order-1"), []);
    assert_eq!(shop.hears_cancellation("order-1"), []);
}

#[test]
fn neither_a_failed_payment_nor_a_confirmation_moves_an_order_that_still_waits() {
    let mut shop = Shop::abroad();
    shop.is_asked_for("order-1", &[("mug", 2)]);
    assert_eq!(payment_failed(&mut shop, "order-1"), []);
    assert_eq!(confirmed(&mut shop, "order-1"), []);
    assert_eq!(shop.stock.open_orders(), 1);
}

#[test]
fn whatever_is_said_of_an_order_nobody_knows_is_silent() {
    let mut shop = Shop::abroad();
    assert_eq!(shop.hears_cancellation("order-1"), []);
    assert_eq!(payment_failed(&mut shop, "order-1"), []);
    assert_eq!(confirmed(&mut shop, "order-1"), []);
}

#[test]
fn an_order_with_one_product_in_two_lines_is_given_up_with_a_reason() {
    let mut shop = Shop::abroad().with_shelf(5);
    assert_eq!(shop.is_asked_for("order-1", &[("mug", 3), ("mug", 3)]), []);
    assert_eq!(shop.discarded, Some("duplicate_sku"));
}

#[test]
fn an_order_that_is_served_in_one_line_goes_on_to_wait_in_the_next() {
    let mut shop = Shop::abroad();
    shop.is_asked_for("order-1", &[("mug", 2), ("tea", 1)]);
    let said = shop.receives(answer(abroad(), 2, true, 1));
    let expected = [
        says("mug", shelved(2, true, true)),
        says("order-1", queued(&[("mug", 2), ("tea", 1)], "tea")),
        says("tea", requested(abroad(), &[1])),
    ];
    assert_eq!(said, expected);
    assert_eq!(shop.stock.reservation(&key("order-1")).unwrap().taken(), lines(&[("mug", 2)]));
}

#[test]
fn an_open_order_is_open_for_the_host_until_it_ends() {
    let shop = Shop::abroad();
    assert_eq!(shop.duties("order-1", queued(&[("mug", 1)], "mug")), [Duty::Open]);
    assert_eq!(shop.duties("order-1", reserved(&[("mug", 1)])), [Duty::Open]);
    assert_eq!(shop.duties("order-1", ReservationDropped {}), [Duty::Over]);
    assert_eq!(shop.duties("order-1", released(&[], ReleaseCause::PaymentFailed)), [Duty::Over]);
    assert_eq!(shop.duties("order-1", StockShipped { lines: vec![] }), [Duty::Over]);
}

#[test]
fn a_restock_serves_who_waits_though_it_does_not_answer_the_request() {
    let mut shop = Shop::abroad();
    shop.is_asked_for("order-1", &[("mug", 2)]);
    shop.is_asked_for("order-2", &[("mug", 9)]);
    let said = shop.receives(dealt(abroad(), 5, 1));
    assert_eq!(said, [says("mug", shelved(5, false, false)), says("order-1", reserved(&[("mug", 2)]))]);
    assert_eq!(shop.stock.shelf(&key("mug")).unwrap().asked, Some(0), "the answer is still to come");
}
