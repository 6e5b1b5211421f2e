//! S1, S2 and S3: goods.

use serde_json::json;

use crate::past::{Past, allotment, lines, release, reservation, shelving};

#[test]
fn what_is_sold_and_what_is_undone_is_sound() {
    let mut past = Past::default();
    past.stocked();
    past.sold("o-1");
    past.undone("o-2");
    past.sold("o-3");
    past.holds();
}

#[test]
fn s1_a_shelf_that_gives_what_it_does_not_have_oversells() {
    let mut past = Past::default();
    past.reserved("o-1");
    past.breaks_at_once("S1", "mug", &["StockReserved inventory-0@0"]);
}

#[test]
fn s1_a_depot_that_deals_what_it_does_not_have_oversells() {
    let mut past = Past::default();
    past.goods("mug", "StockAdded", json!({"quantity": 10, "version": 1}));
    past.goods("mug", "StockAllotted", allotment(11));
    past.breaks_at_once("S1", "mug", &["StockAllotted inventory-0@1"]);
}

#[test]
fn s1_pieces_shelved_that_nobody_sent_are_more_than_there_are() {
    let mut past = Past::default();
    past.stocked();
    past.goods("mug", "StockShelved", shelving(1));
    past.breaks_at_once("S1", "mug", &["StockShelved inventory-0@3"]);
}

#[test]
fn s2_a_transfer_received_twice_makes_pieces() {
    let mut past = Past::default();
    past.stocked();
    past.goods("mug", "StockShelved", shelving(10));
    past.breaks_at_once("S2", "mug", &["StockAllotted inventory-0@1", "StockShelved inventory-0@3"]);
}

#[test]
fn s2_shipping_what_was_never_taken_loses_pieces() {
    let mut past = Past::default();
    past.stocked();
    past.goods("o-1", "StockShipped", json!({"lines": lines()}));
    past.breaks_at_once("S2", "mug", &["StockShipped inventory-0@3"]);
}

#[test]
fn s3_a_reservation_answered_twice_is_refused() {
    let mut past = Past::default();
    past.stocked();
    past.accepted("o-1");
    past.reserved("o-1");
    past.goods("o-1", "StockRejected", json!({"missing": []}));
    past.breaks_at_once("S3", "o-1", &["StockReserved inventory-0@3", "StockRejected inventory-0@4"]);
}

#[test]
fn s3_what_was_released_cannot_be_shipped() {
    let mut past = Past::default();
    past.stocked();
    past.accepted("o-1");
    past.reserved("o-1");
    past.goods("o-1", "StockReleased", release());
    past.goods("o-1", "StockShipped", json!({"lines": lines()}));
    past.breaks_at_once("S3", "o-1", &["StockReleased inventory-0@4", "StockShipped inventory-0@5"]);
}

#[test]
fn s3_other_lines_than_reserved_cannot_be_released() {
    let mut past = Past::default();
    past.stocked();
    past.accepted("o-1");
    past.reserved("o-1");
    let three = json!({"lines": [{"sku": "mug", "quantity": 3}], "cause": "order_cancelled"});
    past.goods("o-1", "StockReleased", three);
    past.breaks_at_once("S3", "o-1", &["StockReleased inventory-0@4"]);
}

#[test]
fn s3_nothing_is_released_before_it_is_reserved() {
    let mut past = Past::default();
    past.stocked();
    past.accepted("o-1");
    past.goods("o-1", "StockReleased", release());
    past.goods("o-1", "StockReserved", reservation());
    past.breaks_at_once("S3", "o-1", &["StockReleased inventory-0@3"]);
}
