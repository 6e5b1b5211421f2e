//! The checker checked: each mistake that is known to slip into escrow is planted, and must be found under its name.

use std::sync::Arc;

use corner::{Report, Tamper, escrow::Escrow, explore};
use events_schema::{
    Key, Said,
    inventory::{InventoryFact, StockRequested, StockReturned},
};
use inventory::{Command, Inventory, Stock};

type Spoken = Said<InventoryFact>;

/// What the first plan finds that finds the mistake.
fn found(tamper: impl Tamper<Inventory> + 'static) -> Vec<&'static str> {
    let tamper: Arc<dyn Tamper<Inventory>> = Arc::new(tamper);
    let mut reports = corner::escrow_plans().into_iter().map(|plan| {
        let name = plan.name;
        explore(name, Escrow::tampered(plan, Arc::clone(&tamper)), 1)
    });
    let broken = reports.find(|report: &Report| !report.holds()).expect("the mistake was not noticed");
    println!("{broken}");
    broken.found.iter().map(|found| found.property).collect()
}

#[track_caller]
fn breaks(promise: &str, tamper: impl Tamper<Inventory> + 'static) {
    let found = found(tamper);
    let names = |property: &&str| property.split(' ').next() == Some(promise);
    assert!(found.iter().any(names), "not {promise}, but {found:?}");
}

struct PushTakenForAnswer;

impl Tamper<Inventory> for PushTakenForAnswer {
    fn read(&self, _: &Stock, _: &Key, fact: &mut InventoryFact) {
        if let InventoryFact::StockAllotted(sent) = fact {
            sent.answer = true;
        }
    }
}

#[test]
fn a_push_taken_for_an_answer_leaves_a_request_unanswered() {
    breaks("I7", PushTakenForAnswer);
}

struct CrossingReturnTakenForAnswer;

impl Tamper<Inventory> for CrossingReturnTakenForAnswer {
    fn read(&self, addressee: &Stock, sku: &Key, fact: &mut InventoryFact) {
        if let InventoryFact::StockReturned(back) = fact {
            back.recalled = addressee.depot(sku).is_some_and(|depot| depot.waiting.contains(&back.shelf));
        }
    }
}

#[test]
fn a_return_that_crosses_a_recall_is_not_its_answer() {
    breaks("I5", CrossingReturnTakenForAnswer);
}

struct RequestNetOfOwnPieces;

impl Tamper<Inventory> for RequestNetOfOwnPieces {
    fn decide(&self, stock: &Stock, _: &Command, said: &mut Vec<Spoken>) {
        for said in said {
            let own = stock.shelf(&said.subject).map_or(0, |shelf| shelf.free);
            if let InventoryFact::StockRequested(request) = &mut said.fact {
                request.needs[0] = request.needs[0].saturating_sub(own).max(1);
            }
        }
    }
}

#[test]
fn a_request_net_of_the_own_pieces_is_not_what_the_order_needs() {
    breaks("I7", RequestNetOfOwnPieces);
}

struct SuccessorRejected;

impl SuccessorRejected {
    /// The request goes on to cover as many as before.
    fn folded(stock: &Stock, said: &Spoken) -> Vec<Spoken> {
        let mut folded = vec![said.clone()];
        let waited = stock.reservation(&said.subject).and_then(|open| open.waits_for());
        let covered = waited.and_then(|line| stock.shelf(&line.sku)?.asked);
        if let (Some(line), Some(covered), InventoryFact::ReservationDropped(_)) =
            (waited, covered, &said.fact)
        {
            let fact = InventoryFact::StockRequested(StockRequested { shelf: 0, needs: vec![0; covered] });
            folded.push(Said { subject: line.sku, fact });
        }
        folded
    }
}

impl Tamper<Inventory> for SuccessorRejected {
    fn fold(&self, stock: &Stock, said: &Spoken) -> Vec<Spoken> {
        SuccessorRejected::folded(stock, said)
    }
    fn log(&self, stock: &Stock, said: &Spoken) -> Vec<Spoken> {
        SuccessorRejected::folded(stock, said)
    }
}

#[test]
fn a_successor_is_not_covered_in_place_of_a_cancelled_order() {
    breaks("I7", SuccessorRejected);
}

struct RecallLeavesScarceUnset;

impl Tamper<Inventory> for RecallLeavesScarceUnset {
    fn fold(&self, _: &Stock, said: &Spoken) -> Vec<Spoken> {
        let mut said = said.clone();
        if let InventoryFact::StockReturned(back) = &mut said.fact {
            *back = StockReturned { recalled: false, ..back.clone() };
        }
        vec![said]
    }
    fn log(&self, stock: &Stock, said: &Spoken) -> Vec<Spoken> {
        self.fold(stock, said)
    }
}

#[test]
fn a_recalled_shelf_is_scarce() {
    breaks("I5", RecallLeavesScarceUnset);
}

struct PiecesKeptOnScarceShelf;

impl Tamper<Inventory> for PiecesKeptOnScarceShelf {
    fn decide(&self, _: &Stock, _: &Command, said: &mut Vec<Spoken>) {
        said.retain(|said| !matches!(&said.fact, InventoryFact::StockReturned(back) if !back.recalled));
    }
}

#[test]
fn a_scarce_shelf_keeps_no_pieces() {
    breaks("I4", PiecesKeptOnScarceShelf);
}

struct ReceivedTransferNotRecorded;

impl Tamper<Inventory> for ReceivedTransferNotRecorded {
    fn log(&self, _: &Stock, said: &Spoken) -> Vec<Spoken> {
        let forgotten = matches!(said.fact, InventoryFact::StockTakenBack(_));
        if forgotten { Vec::new() } else { vec![said.clone()] }
    }
}

#[test]
fn a_received_transfer_that_is_not_recorded_is_lost_by_a_restart() {
    breaks("I10", ReceivedTransferNotRecorded);
}

struct AnswersTwice;

impl Tamper<Inventory> for AnswersTwice {
    fn decide(&self, _: &Stock, command: &Command, said: &mut Vec<Spoken>) {
        if matches!(command, Command::ServeRequest(..)) {
            let again =
                said.iter().find(|said| matches!(said.fact, InventoryFact::StockAllotted(_))).cloned();
            said.extend(again);
        }
    }
}

#[test]
fn a_depot_that_gives_twice_gives_what_it_has_not() {
    let found = found(AnswersTwice);
    assert!(
        found.iter().any(|property| property.starts_with("I7") || property.starts_with("I2")),
        "{found:?}"
    );
}
