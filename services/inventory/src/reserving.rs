//! The shelf's side of the protocol: reserve, wait in line, be served or refused, give back, ship.

use std::{
    collections::BTreeSet,
    ops::Bound::{Excluded, Unbounded},
};

use events_schema::{
    Key, Line,
    inventory::{
        MissingLine, ReleaseCause, ReservationDropped, StockAllotted, StockDenied, StockRejected,
        StockReleased, StockRequested, StockReturned, StockShelved, StockShipped,
    },
    orders::OrderAccepted,
};

use crate::{Reservation, draft::Draft, stock::Books};

/// The most orders one request speaks for.
const MOST_NEEDS: usize = 64;

/// Takes all lines if they are here, else waits for the first that is not.
pub(crate) fn reserve(draft: &mut Draft<'_>, order: Key, accepted: &OrderAccepted) {
    if draft.reservation(&order).is_some() {
        return;
    }
    let Some(wanted) = Reservation::wanted(accepted) else { return draft.discard("duplicate_sku") };
    let joined = advance(draft, order, &wanted);
    settle(draft, joined.into_iter().collect());
}

/// The order is cancelled: what is taken for it is free again.
pub(crate) fn cancel(draft: &mut Draft<'_>, order: Key) {
    let Some(reservation) = draft.reservation(&order).cloned() else { return };
    if let Some(waited) = reservation.waits_for() {
        draft.say(order, ReservationDropped {});
        let freed = reservation.taken().iter().chain([&waited]);
        settle(draft, freed.map(|line| line.sku).collect());
    } else {
        give_back(draft, order, &reservation, ReleaseCause::OrderCancelled);
    }
}

/// No money came: what is held is free again.
pub(crate) fn release(draft: &mut Draft<'_>, order: Key) {
    if let Some(reservation) = held(draft, &order) {
        give_back(draft, order, &reservation, ReleaseCause::PaymentFailed);
    }
}

/// The money is in: the goods leave.
pub(crate) fn ship(draft: &mut Draft<'_>, order: Key) {
    if let Some(reservation) = held(draft, &order) {
        draft.say(order, StockShipped { lines: reservation.lines.to_vec() });
    }
}

/// The depot sends pieces. An answer covers in full whom it answers, so that they are served from the head on.
pub(crate) fn allotted(draft: &mut Draft<'_>, sku: Key, sent: &StockAllotted) {
    let StockAllotted { quantity, answer, scarce, .. } = *sent;
    draft.say(sku, StockShelved { quantity, answer, scarce });
    settle(draft, BTreeSet::from([sku]));
}

/// The depot cannot serve all it was asked for: those of them whom the pieces do not reach are rejected, nobody else.
/// Somebody may have left the line since it was asked, and his pieces may have gone to one it had not counted on: who
/// then could still be served with what the depot kept waits on, and is asked for again.
pub(crate) fn denied(draft: &mut Draft<'_>, sku: Key, denied: &StockDenied) {
    let shelf = draft.shelf_of(&sku);
    let covered = shelf.covered();
    // A shelf is called home before it is denied, unless it asked for more than there ever was; then it keeps its own.
    draft.say(sku, StockShelved { quantity: denied.quantity, answer: true, scarce: shelf.scarce });
    // Nothing is settled before all of them are served or rejected: what came is theirs.
    let mut touched = BTreeSet::from([sku]);
    for order in covered {
        let Some(reservation) = draft.reservation(&order).cloned() else { continue };
        if can_take_next(draft, &reservation) {
            touched.extend(advance(draft, order, &reservation));
        } else if !reaches(draft, &reservation, denied.left.unwrap_or(0)) {
            reject(draft, order, &reservation, denied.left.unwrap_or(0));
            touched.extend(reservation.taken().iter().map(|line| line.sku));
        }
    }
    settle(draft, touched);
}

/// The depot calls the free pieces home; it waits for the answer, also when there are none.
pub(crate) fn recalled(draft: &mut Draft<'_>, sku: Key) {
    let quantity = draft.shelf_of(&sku).free;
    draft.say(sku, StockReturned { shelf: draft.task().partition, quantity, recalled: true });
}

fn held(draft: &Draft<'_>, order: &Key) -> Option<Reservation> {
    draft.reservation(order).filter(|reservation| reservation.place.is_none()).cloned()
}

fn give_back(draft: &mut Draft<'_>, order: Key, reservation: &Reservation, cause: ReleaseCause) {
    draft.say(order, StockReleased { lines: reservation.lines.to_vec(), cause });
    settle(draft, reservation.lines.iter().map(|line| line.sku).collect());
}

fn reject(draft: &mut Draft<'_>, order: Key, reservation: &Reservation, left: u64) {
    let missing = reservation.waits_for().map(|line| MissingLine {
        sku: line.sku,
        requested: line.quantity.get(),
        available: draft.shelf_of(&line.sku).free.saturating_add(left),
    });
    draft.say(order, StockRejected { missing: missing.into_iter().collect() });
}

/// Takes line after line until one is short; returns the SKU in whose line the order waits now. Who waits already was
/// found able to take the line waited for.
fn advance(draft: &mut Draft<'_>, order: Key, reservation: &Reservation) -> Option<Key> {
    let unsure = reservation.next + usize::from(reservation.place.is_some());
    let rest = reservation.lines.get(unsure..).unwrap_or_default();
    let enough = |line: &&Line| draft.shelf(&line.sku).is_some_and(|shelf| shelf.covers(line.quantity.get()));
    let short = rest.iter().find(|line| !enough(line));
    match short {
        Some(line) => draft.say(order, reservation.queued(line.sku)),
        None => draft.say(order, reservation.reserved()),
    }
    short.map(|line| line.sku)
}

/// Brings the lines of these SKUs to rest: serves who can be served, in order of SKUs, for who advances joins a later
/// line only; then sends home what must not stay, and asks for those who wait.
fn settle(draft: &mut Draft<'_>, mut touched: BTreeSet<Key>) {
    let mut next = touched.first().copied();
    while let Some(sku) = next {
        while let Some((order, reservation)) = served_next(draft, &sku) {
            touched.extend(advance(draft, order, &reservation));
        }
        next = touched.range((Excluded(sku), Unbounded)).next().copied();
    }
    for sku in touched {
        send_home(draft, sku);
        ask(draft, sku);
    }
}

/// The head of the line, if the free pieces are enough for it.
fn served_next(draft: &Draft<'_>, sku: &Key) -> Option<(Key, Reservation)> {
    let order = draft.shelf(sku)?.head()?;
    let reservation = draft.reservation(&order)?;
    can_take_next(draft, reservation).then(|| (order, reservation.clone()))
}

fn can_take_next(draft: &Draft<'_>, reservation: &Reservation) -> bool {
    let waited = reservation.waits_for();
    waited.is_some_and(|line| draft.shelf(&line.sku).is_some_and(|shelf| line.quantity.get() <= shelf.free))
}

/// Whether what is free here and what the depot kept are enough together for the line waited for.
fn reaches(draft: &Draft<'_>, reservation: &Reservation, left: u64) -> bool {
    let free = |sku: &Key| draft.shelf(sku).map_or(0, |shelf| shelf.free);
    reservation.waits_for().is_some_and(|line| line.quantity.get() <= free(&line.sku).saturating_add(left))
}

fn send_home(draft: &mut Draft<'_>, sku: Key) {
    let shelf = draft.shelf_of(&sku);
    if shelf.scarce && shelf.free > 0 {
        let from = draft.task().partition;
        draft.say(sku, StockReturned { shelf: from, quantity: shelf.free, recalled: false });
    }
}

/// Asks in full, never net of what is free here: that may be gone before the answer comes.
fn ask(draft: &mut Draft<'_>, sku: Key) {
    let shelf = draft.shelf_of(&sku);
    if !shelf.has_line() || shelf.asked.is_some() {
        return;
    }
    let need = |order: Key| draft.reservation(&order).and_then(Reservation::waits_for);
    let needs = shelf
        .line()
        .take(MOST_NEEDS)
        .map(|order| need(order).map_or(0, |line| line.quantity.get()))
        .collect();
    draft.say(sku, StockRequested { shelf: draft.task().partition, needs });
}
