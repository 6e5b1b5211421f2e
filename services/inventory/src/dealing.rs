//! The depot's side of the protocol: receive, correct, serve requests, take pieces back.

use events_schema::{
    Key,
    inventory::{
        Asker, StockAdded, StockAllotted, StockCorrectionRefused, StockDenied, StockRecalled,
        StockRequestQueued, StockRequested, StockReturned, StockShortage, StockTakenBack, StockWrittenOff,
    },
    warehouse::StockCorrected,
};

use crate::{Depot, Settings, depot::Ask, draft::Draft};

/// The most pieces that come in or are found missing at a time.
const MOST: u64 = 1_000_000_000;

/// Goods have come in.
pub(crate) fn receive(draft: &mut Draft<'_>, sku: Key, quantity: i64, settings: &Settings) {
    match u64::try_from(quantity) {
        Ok(pieces) if (1..=MOST).contains(&pieces) => add(draft, sku, pieces, settings),
        _ => refuse(draft, sku, "bad_quantity"),
    }
}

/// Somebody counted. Pieces that are missing may have been dealt, so writing them off is a request like a shelf's.
pub(crate) fn correct(draft: &mut Draft<'_>, sku: Key, correction: &StockCorrected, settings: &Settings) {
    let pieces = correction.quantity.unsigned_abs();
    if !(1..=MOST).contains(&pieces) {
        return refuse(draft, sku, "bad_quantity");
    }
    if correction.expected_version.is_some_and(|expected| expected != due_version(&draft.depot_of(&sku))) {
        return refuse(draft, sku, "wrong_version");
    }
    if correction.quantity > 0 {
        add(draft, sku, pieces, settings);
    } else {
        let ask = Ask { who: Asker::Correction(correction.reason.clone()), needs: vec![pieces] };
        request(draft, sku, ask, settings);
    }
}

/// A shelf is short.
pub(crate) fn requested(draft: &mut Draft<'_>, sku: Key, asked: &StockRequested, settings: &Settings) {
    let ask = Ask { who: Asker::Shelf(asked.shelf), needs: asked.needs.clone() };
    request(draft, sku, ask, settings);
}

/// Pieces come home. When the last shelf that was called has answered, those who wait are served.
pub(crate) fn returned(draft: &mut Draft<'_>, sku: Key, back: &StockReturned, settings: &Settings) {
    let StockReturned { shelf, quantity, recalled } = *back;
    let version = draft.depot_of(&sku).version;
    draft.say(sku, StockTakenBack { shelf, quantity, recalled, version });
    loop {
        let depot = draft.depot_of(&sku);
        match depot.asks.front() {
            Some(ask) if depot.waiting.is_empty() => serve(draft, sku, ask, &depot, settings),
            _ => break,
        }
    }
}

/// The version a correction has to expect: those that wait for pieces to come home will have changed it.
fn due_version(depot: &Depot) -> u64 {
    depot.version.saturating_add(depot.pending_corrections())
}

fn refuse(draft: &mut Draft<'_>, sku: Key, reason: &str) {
    let current_version = due_version(&draft.depot_of(&sku));
    draft.say(sku, StockCorrectionRefused { reason: reason.to_owned(), current_version });
}

fn add(draft: &mut Draft<'_>, sku: Key, quantity: u64, settings: &Settings) {
    let version = draft.depot_of(&sku).version.saturating_add(1);
    draft.say(sku, StockAdded { quantity, version });
    let depot = draft.depot_of(&sku);
    let partitions = draft.task().partitions;
    let share = settings.share(depot.free, partitions);
    if share > 0 && depot.waiting.is_empty() {
        for shelf in 0..partitions {
            draft.say(sku, StockAllotted { shelf, quantity: share, answer: false, scarce: false, version });
        }
    }
}

fn request(draft: &mut Draft<'_>, sku: Key, ask: Ask, settings: &Settings) {
    let depot = draft.depot_of(&sku);
    if depot.waiting.is_empty() {
        serve(draft, sku, &ask, &depot, settings);
    } else {
        queue(draft, sku, &ask, &depot);
    }
}

fn queue(draft: &mut Draft<'_>, sku: Key, ask: &Ask, depot: &Depot) {
    let Ask { who, needs } = ask.clone();
    draft.say(sku, StockRequestQueued { who, needs, version: depot.version });
}

/// Serves `ask`, which is the front of the asks or, if there are none, has just come. No shelf is being waited for.
fn serve(draft: &mut Draft<'_>, sku: Key, ask: &Ask, depot: &Depot, settings: &Settings) {
    if depot.free < worth_a_round(ask, depot) && !depot.dealt.is_empty() {
        return call_home(draft, sku, ask, depot);
    }
    match &ask.who {
        Asker::Correction(reason) => write_off(draft, sku, total(&ask.needs), reason, depot),
        Asker::Shelf(shelf) if depot.free >= total(&ask.needs) => {
            allot(draft, sku, *shelf, total(&ask.needs), depot, settings);
        }
        Asker::Shelf(shelf) => deny(draft, sku, *shelf, &ask.needs, depot),
    }
}

fn total(needs: &[u64]) -> u64 {
    needs.iter().fold(0, |sum, need| sum.saturating_add(*need))
}

/// What calling everything home could serve. A need larger than everything there ever was is not worth it: one absurd
/// order must not strip all shelves. Missing pieces, however many, are looked for everywhere.
fn worth_a_round(ask: &Ask, depot: &Depot) -> u64 {
    let correction = matches!(ask.who, Asker::Correction(_));
    let possible = ask.needs.iter().filter(|need| correction || **need <= depot.supply);
    possible.fold(0, |sum, need| sum.saturating_add(*need))
}

fn call_home(draft: &mut Draft<'_>, sku: Key, ask: &Ask, depot: &Depot) {
    if depot.asks.is_empty() {
        queue(draft, sku, ask, depot);
    }
    for shelf in depot.dealt.iter().copied() {
        draft.say(sku, StockRecalled { shelf, version: depot.version });
    }
}

fn write_off(draft: &mut Draft<'_>, sku: Key, missing: u64, reason: &str, depot: &Depot) {
    let quantity = missing.min(depot.free);
    let mut version = depot.version;
    if quantity > 0 {
        version = version.saturating_add(1);
        draft.say(sku, StockWrittenOff { quantity, reason: reason.to_owned(), version });
    }
    if missing > quantity {
        version = version.saturating_add(1);
        draft.say(sku, StockShortage { quantity: missing - quantity, version });
    }
}

/// Sends what is needed and, if nobody else waits, a share more, so that the shelf decides alone next time.
fn allot(draft: &mut Draft<'_>, sku: Key, shelf: u16, needed: u64, depot: &Depot, settings: &Settings) {
    let others_wait = depot.asks.len() > 1;
    let spare = depot.free.saturating_sub(needed);
    let extra = if others_wait { 0 } else { settings.share(spare, draft.task().partitions) };
    let scarce = extra == 0 && !depot.dealt.contains(&shelf);
    let quantity = needed.saturating_add(extra);
    draft.say(sku, StockAllotted { shelf, quantity, answer: true, scarce, version: depot.version });
}

/// Sends what serves those needs that fit, in order; the others cannot be served.
fn deny(draft: &mut Draft<'_>, sku: Key, shelf: u16, needs: &[u64], depot: &Depot) {
    let left = needs.iter().fold(depot.free, |left, need| left.checked_sub(*need).unwrap_or(left));
    let quantity = depot.free - left;
    draft.say(sku, StockDenied { shelf, quantity, version: depot.version, left: Some(left) });
}
