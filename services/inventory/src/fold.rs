//! The fold: what each fact means for the books. Total, and the same for the state and for a draft of it.

use events_schema::{
    Key, Line,
    inventory::{InventoryFact, ReservationQueued, StockReserved},
};

use crate::{Depot, Reservation, Shelf, stock::Books};

/// Folds one fact about stock. Products are no part of the books.
pub(crate) fn fold(books: &mut impl Books, subject: Key, fact: &InventoryFact) {
    use InventoryFact::*;
    match fact {
        ReservationQueued(queued) => wait(books, subject, queued),
        StockReserved(reserved) => hold(books, subject, reserved),
        StockRejected(_) | ReservationDropped(_) => give_up(books, subject),
        StockReleased(released) => end(books, subject, &released.lines, Shelf::put_back),
        StockShipped(shipped) => end(books, subject, &shipped.lines, Shelf::ship),
        StockAdded(_)
        | StockWrittenOff(_)
        | StockShortage(_)
        | StockRequestQueued(_)
        | StockAllotted(_)
        | StockDenied(_)
        | StockRecalled(_)
        | StockTakenBack(_) => at_depot(books, subject, |depot| depot.fold(fact)),
        StockShelved(_) | StockRequested(_) | StockReturned(_) => {
            at_shelf(books, subject, |shelf| shelf.fold(fact))
        }
        StockCounted(counted) if counted.shelf.is_none() => {
            at_depot(books, subject, |depot| depot.fold(fact))
        }
        StockCounted(_) => at_shelf(books, subject, |shelf| shelf.fold(fact)),
        StockCorrectionRefused(_) | ProductPublished(_) => {}
    }
}

fn at_depot(books: &mut impl Books, sku: Key, change: impl FnOnce(&mut Depot)) {
    let mut depot = books.depot(&sku).cloned().unwrap_or_default();
    change(&mut depot);
    books.put_depot(sku, depot);
}

fn at_shelf<T>(books: &mut impl Books, sku: Key, change: impl FnOnce(&mut Shelf) -> T) -> T {
    let mut shelf = books.shelf(&sku).cloned().unwrap_or_default();
    let result = change(&mut shelf);
    books.put_shelf(sku, shelf);
    result
}

/// Takes the lines before the one waited for, and joins the line of that.
fn wait(books: &mut impl Books, order: Key, queued: &ReservationQueued) {
    let mut reservation = match books.reservation(&order) {
        Some(known) => known.clone(),
        None => Reservation::of_queued(queued),
    };
    leave_line(books, &mut reservation);
    let short = reservation.lines.iter().position(|line| line.sku == queued.waiting_on);
    take_until(books, &mut reservation, short.unwrap_or(0));
    reservation.place = Some(at_shelf(books, queued.waiting_on, |shelf| shelf.join(order)));
    books.put_reservation(order, Some(reservation));
}

/// Takes all that is not taken yet.
fn hold(books: &mut impl Books, order: Key, reserved: &StockReserved) {
    let mut reservation = match books.reservation(&order) {
        Some(known) => known.clone(),
        None => Reservation::of_reserved(reserved),
    };
    leave_line(books, &mut reservation);
    let all = reservation.lines.len();
    take_until(books, &mut reservation, all);
    books.put_reservation(order, Some(reservation));
}

/// Puts what was taken so far back, and forgets the order.
fn give_up(books: &mut impl Books, order: Key) {
    let Some(mut reservation) = books.reservation(&order).cloned() else { return };
    leave_line(books, &mut reservation);
    end(books, order, reservation.taken(), Shelf::put_back);
}

/// Forgets the order; `lines` were taken for it. They are named by the fact, so that a restore that began after the
/// reservation still gets the shelf right.
fn end(books: &mut impl Books, order: Key, lines: &[Line], change: fn(&mut Shelf, u64)) {
    for line in lines {
        at_shelf(books, line.sku, |shelf| change(shelf, line.quantity.get()));
    }
    books.put_reservation(order, None);
}

fn leave_line(books: &mut impl Books, reservation: &mut Reservation) {
    let waited = reservation.waits_for();
    if let (Some(line), Some(number)) = (waited, reservation.place.take()) {
        at_shelf(books, line.sku, |shelf| shelf.leave(number));
    }
}

fn take_until(books: &mut impl Books, reservation: &mut Reservation, end: usize) {
    let end = end.max(reservation.next);
    for line in &reservation.lines[reservation.next..end] {
        at_shelf(books, line.sku, |shelf| shelf.take(line.quantity.get()));
    }
    reservation.next = end;
}
