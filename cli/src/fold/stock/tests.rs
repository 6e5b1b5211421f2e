//! Books built fact by fact.

use events_schema::{
    Currency, Money, Payment, PaymentMethod, Timestamp, Token,
    inventory::{
        ReleaseCause, ReservationDropped, ReservationQueued, StockAdded, StockAllotted, StockReleased,
        StockReserved, StockReturned, StockShelved, StockShipped, StockTakenBack, StockWrittenOff,
    },
};

use super::*;

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn lines(wanted: &[(&str, i64)]) -> Vec<Line> {
    wanted.iter().map(|(sku, n)| Line { sku: key(sku), quantity: (*n).try_into().unwrap() }).collect()
}

fn reserved(wanted: &[(&str, i64)]) -> InventoryFact {
    let payment = Payment { method: PaymentMethod::Card, token: Token::from(key("tok_ok")) };
    StockReserved {
        lines: lines(wanted),
        customer_id: key("ada").into(),
        total: Money::new(100, Currency::EUR),
        payment,
        expires_at: Timestamp(9),
    }
    .into()
}

fn queued(wanted: &[(&str, i64)], waiting_on: &str) -> InventoryFact {
    let InventoryFact::StockReserved(r) = reserved(wanted) else { unreachable!("made above") };
    let StockReserved { lines, customer_id, total, payment, expires_at } = r;
    ReservationQueued { lines, customer_id, total, payment, expires_at, waiting_on: key(waiting_on) }.into()
}

/// Ten mugs came in; six of them went to the shelf of partition 1.
fn six_of_ten_on_a_shelf() -> Books {
    let mut books = Books::default();
    let mug = key("mug");
    books.fold(mug, 0, &StockAdded { quantity: 10, version: 1 }.into());
    books.fold(
        mug,
        0,
        &StockAllotted { shelf: 1, quantity: 6, answer: false, scarce: false, version: 2 }.into(),
    );
    books.fold(mug, 1, &StockShelved { quantity: 6, answer: false, scarce: false }.into());
    books
}

#[test]
fn pieces_on_their_way_are_neither_here_nor_there() {
    let mut books = Books::default();
    books.fold(key("mug"), 0, &StockAdded { quantity: 10, version: 1 }.into());
    books.fold(
        key("mug"),
        0,
        &StockAllotted { shelf: 1, quantity: 6, answer: false, scarce: false, version: 2 }.into(),
    );
    let mug = &books.accounts[&key("mug")];
    assert_eq!((mug.depot, mug.in_transfer, mug.on_shelves(), mug.sellable(), mug.version), (4, 6, 0, 10, 2));
    assert!(mug.adds_up());
}

#[test]
fn an_order_takes_from_its_shelf_and_shipping_ends_the_books_on_it() {
    let mut books = six_of_ten_on_a_shelf();
    books.fold(key("o-1"), 1, &reserved(&[("mug", 2)]));
    let mug = &books.accounts[&key("mug")];
    assert_eq!((mug.on_shelves(), mug.held(), mug.shipped), (4, 2, 0));
    books.fold(key("o-1"), 1, &StockShipped { lines: lines(&[("mug", 2)]) }.into());
    let mug = &books.accounts[&key("mug")];
    assert_eq!((mug.on_shelves(), mug.held(), mug.shipped), (4, 0, 2));
    assert!(mug.adds_up());
}

#[test]
fn released_pieces_are_free_again() {
    let mut books = six_of_ten_on_a_shelf();
    let before = books.clone();
    books.fold(key("o-1"), 1, &reserved(&[("mug", 2)]));
    let released = StockReleased { lines: lines(&[("mug", 2)]), cause: ReleaseCause::PaymentFailed };
    books.fold(key("o-1"), 1, &released.into());
    assert_eq!(books, before);
}

#[test]
fn a_queued_order_holds_the_lines_before_the_one_it_waits_for() {
    let mut books = six_of_ten_on_a_shelf();
    let wanted = [("mug", 2), ("poster", 1)];
    books.fold(key("o-1"), 1, &queued(&wanted, "poster"));
    assert_eq!(books.accounts[&key("mug")].held(), 2);
    assert!(!books.accounts.contains_key(&key("poster")));
    books.fold(key("o-1"), 1, &ReservationDropped {}.into());
    assert_eq!(books.accounts[&key("mug")].shelves[&1], Shelf { free: 6, held: 0 });
}

#[test]
fn a_queued_order_that_is_served_does_not_take_twice() {
    let mut books = six_of_ten_on_a_shelf();
    let wanted = [("mug", 2), ("poster", 1)];
    books.fold(key("poster"), 1, &StockShelved { quantity: 1, answer: true, scarce: true }.into());
    books.fold(key("o-1"), 1, &queued(&wanted, "poster"));
    books.fold(key("o-1"), 1, &reserved(&wanted));
    assert_eq!(books.accounts[&key("mug")].shelves[&1], Shelf { free: 4, held: 2 });
    assert_eq!(books.accounts[&key("poster")].shelves[&1], Shelf { free: 0, held: 1 });
}

#[test]
fn what_was_called_home_can_be_written_off() {
    let mut books = six_of_ten_on_a_shelf();
    let mug = key("mug");
    books.fold(mug, 1, &StockReturned { shelf: 1, quantity: 6, recalled: true }.into());
    assert_eq!(books.accounts[&mug].in_transfer, 6);
    books.fold(mug, 0, &StockTakenBack { shelf: 1, quantity: 6, recalled: true, version: 3 }.into());
    books.fold(mug, 0, &StockWrittenOff { quantity: 9, reason: "flood".to_owned(), version: 4 }.into());
    let account = &books.accounts[&mug];
    assert_eq!((account.depot, account.written_off, account.version), (1, 9, 4));
    assert!(account.adds_up());
}

#[test]
fn selling_what_never_was_there_does_not_add_up() {
    let mut books = Books::default();
    books.fold(key("o-1"), 1, &reserved(&[("mug", 2)]));
    assert!(!books.accounts[&key("mug")].adds_up());
}

#[test]
fn a_log_that_begins_with_a_balance_is_taken_at_its_word() {
    let mut books = Books::default();
    let depot = StockCounted {
        shelf: None,
        available: 4,
        held: 0,
        version: 9,
        supply: Some(10),
        dealt: vec![1],
        scarce: None,
    };
    let shelf = StockCounted {
        shelf: Some(1),
        available: 5,
        held: 1,
        version: 0,
        supply: None,
        dealt: vec![],
        scarce: Some(false),
    };
    for count in [depot, shelf] {
        books.fold(key("mug"), 0, &count.clone().into());
        let once = books.clone();
        books.fold(key("mug"), 0, &count.into());
        assert_eq!(books, once, "a balance is no movement");
    }
    let mug = &books.accounts[&key("mug")];
    assert_eq!((mug.depot, mug.on_shelves(), mug.held(), mug.version), (4, 5, 1, 9));
    assert!(mug.adds_up());
}
