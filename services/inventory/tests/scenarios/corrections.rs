//! Corrections: more, fewer, on the wrong version, and more missing than the books can lose.

use events_schema::{
    Topic,
    inventory::{
        Asker, StockCorrectionRefused, StockRecalled, StockRequestQueued, StockReturned, StockShortage,
        StockTakenBack, StockWrittenOff,
    },
    warehouse::{StockCorrected, StockReceived},
};

use crate::shop::{Facts, Shop, added, answer, dealt, requested, says};

fn corrected(shop: &mut Shop, quantity: i64, expected_version: Option<u64>) -> Facts {
    let event = StockCorrected { quantity, reason: "broken".to_owned(), expected_version };
    shop.hears(Topic::Warehouse, "mug", &event)
}

fn written_off(quantity: u64, version: u64) -> StockWrittenOff {
    StockWrittenOff { quantity, reason: "broken".to_owned(), version }
}

fn refused(reason: &str, current_version: u64) -> StockCorrectionRefused {
    StockCorrectionRefused { reason: reason.to_owned(), current_version }
}

fn queued_correction(pieces: u64, version: u64) -> StockRequestQueued {
    StockRequestQueued { who: Asker::Correction("broken".to_owned()), needs: vec![pieces], version }
}

fn taken_back(shelf: u16, quantity: u64, version: u64) -> StockTakenBack {
    StockTakenBack { shelf, quantity, recalled: true, version }
}

fn depot(free: u64) -> Shop {
    Shop::at_home().given("mug", added(free, 1))
}

#[test]
fn pieces_that_were_found_are_added() {
    assert_eq!(corrected(&mut depot(3), 2, Some(1)), [says("mug", added(2, 2))]);
}

#[test]
fn found_pieces_are_dealt_like_received_ones() {
    let said = corrected(&mut depot(0), 8, None);
    assert_eq!(said.len(), 1 + 4);
    assert_eq!(said[4], says("mug", dealt(3, 1, 2)));
}

#[test]
fn missing_pieces_are_written_off() {
    assert_eq!(corrected(&mut depot(3), -2, Some(1)), [says("mug", written_off(2, 2))]);
}

#[test]
fn a_correction_on_another_version_is_refused_and_names_the_current_one() {
    assert_eq!(corrected(&mut depot(3), -2, Some(0)), [says("mug", refused("wrong_version", 1))]);
    assert_eq!(corrected(&mut depot(3), 2, Some(2)), [says("mug", refused("wrong_version", 1))]);
}

#[test]
fn a_correction_of_nothing_or_too_much_is_refused() {
    for quantity in [0, 1_000_000_001, -1_000_000_001, i64::MIN] {
        assert_eq!(corrected(&mut depot(3), quantity, None), [says("mug", refused("bad_quantity", 1))]);
    }
}

#[test]
fn a_receipt_of_nothing_or_too_much_is_refused() {
    for quantity in [0, -1, 1_000_000_001, i64::MIN] {
        let said = depot(3).hears(Topic::Warehouse, "mug", &StockReceived { quantity });
        assert_eq!(said, [says("mug", refused("bad_quantity", 1))]);
    }
}

#[test]
fn what_cannot_be_written_off_is_said_to_be_short() {
    let said = corrected(&mut depot(3), -5, None);
    assert_eq!(
        said,
        [says("mug", written_off(3, 2)), says("mug", StockShortage { quantity: 2, version: 3 })]
    );
    let said = corrected(&mut depot(0), -5, None);
    assert_eq!(said, [says("mug", StockShortage { quantity: 5, version: 2 })]);
}

#[test]
fn missing_pieces_are_called_home_from_the_shelves_first() {
    let mut shop = depot(10).given("mug", dealt(2, 8, 1));
    let said = corrected(&mut shop, -5, None);
    assert_eq!(
        said,
        [says("mug", queued_correction(5, 1)), says("mug", StockRecalled { shelf: 2, version: 1 })]
    );
    let said = shop.receives(StockReturned { shelf: 2, quantity: 8, recalled: true });
    assert_eq!(said, [says("mug", taken_back(2, 8, 1)), says("mug", written_off(5, 2))]);
}

#[test]
fn a_correction_that_waits_counts_as_a_version() {
    let mut shop = depot(10).given("mug", dealt(2, 8, 1));
    corrected(&mut shop, -5, Some(1));
    assert_eq!(corrected(&mut shop, -5, Some(1)), [says("mug", refused("wrong_version", 2))]);
    assert_eq!(corrected(&mut shop, -1, Some(2)), [says("mug", queued_correction(1, 1))]);
    let said = shop.receives(StockReturned { shelf: 2, quantity: 8, recalled: true });
    assert_eq!(
        said,
        [says("mug", taken_back(2, 8, 1)), says("mug", written_off(5, 2)), says("mug", written_off(1, 3))]
    );
}

#[test]
fn a_correction_written_off_in_part_leaves_the_asks_as_a_whole_and_the_next_one_stays() {
    let mut shop = depot(4).given("mug", dealt(2, 4, 1));
    corrected(&mut shop, -6, None);
    corrected(&mut shop, -2, None);
    shop.receives(requested(1, &[1]));
    let said = shop.receives(StockReturned { shelf: 2, quantity: 4, recalled: true });
    let names: Vec<_> = said.iter().map(|said| events_schema::Fact::event(&said.fact)).collect();
    assert_eq!(names, ["StockTakenBack", "StockWrittenOff", "StockShortage", "StockShortage", "StockDenied"]);
    assert!(shop.stock.depot(&crate::hearing::key("mug")).unwrap().is_quiet());
}

#[test]
fn a_correction_and_a_request_wait_in_one_line() {
    let mut shop = depot(6).given("mug", dealt(2, 4, 1));
    corrected(&mut shop, -3, None);
    shop.receives(requested(1, &[3]));
    let said = shop.receives(StockReturned { shelf: 2, quantity: 4, recalled: true });
    let expected = [
        says("mug", taken_back(2, 4, 1)),
        says("mug", written_off(3, 2)),
        says("mug", answer(1, 3, true, 2)),
    ];
    assert_eq!(said, expected);
}
