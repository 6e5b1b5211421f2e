//! The mistakes known to slip into this protocol, planted between the real functions: the checks must notice each.

use events_schema::{
    Key, Said,
    inventory::{InventoryFact, StockRequested},
};
use inventory::Stock;

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Mistake {
    PushTakenForAnswer,
    CrossingReturnTakenForAnswer,
    RequestNetOfOwnPieces,
    SuccessorRejectedInPlaceOfCancelled,
    RecallLeavesScarceUnset,
    PiecesKeptOnScarceShelf,
    ReceivedTransferNotRecorded,
}

impl Mistake {
    pub const ALL: [Mistake; 7] = [
        Mistake::PushTakenForAnswer,
        Mistake::CrossingReturnTakenForAnswer,
        Mistake::RequestNetOfOwnPieces,
        Mistake::SuccessorRejectedInPlaceOfCancelled,
        Mistake::RecallLeavesScarceUnset,
        Mistake::PiecesKeptOnScarceShelf,
        Mistake::ReceivedTransferNotRecorded,
    ];

    /// How the addressee misreads a transfer.
    pub fn misread(self, addressee: &Stock, sku: &Key, fact: &mut InventoryFact) {
        match (self, fact) {
            (Mistake::PushTakenForAnswer, InventoryFact::StockAllotted(sent)) => sent.answer = true,
            (Mistake::CrossingReturnTakenForAnswer, InventoryFact::StockReturned(back)) => {
                back.recalled = addressee.depot(sku).is_some_and(|depot| depot.waiting.contains(&back.shelf));
            }
            _ => {}
        }
    }

    /// How a decision goes wrong.
    pub fn misdecide(self, stock: &Stock, said: &mut Vec<Said<InventoryFact>>) {
        match self {
            Mistake::PiecesKeptOnScarceShelf => {
                said.retain(
                    |said| !matches!(&said.fact, InventoryFact::StockReturned(back) if !back.recalled),
                );
            }
            Mistake::RequestNetOfOwnPieces => said.iter_mut().for_each(|said| {
                let own = stock.shelf(&said.subject).map_or(0, |shelf| shelf.free);
                if let InventoryFact::StockRequested(request) = &mut said.fact {
                    request.needs[0] = request.needs[0].saturating_sub(own).max(1);
                }
            }),
            _ => {}
        }
    }

    /// Whether this fact changes the state without standing on the log.
    pub fn forgets(self, fact: &InventoryFact) -> bool {
        self == Mistake::ReceivedTransferNotRecorded && matches!(fact, InventoryFact::StockTakenBack(_))
    }

    /// What is folded in place of this fact.
    pub fn misfold(self, fact: &InventoryFact) -> InventoryFact {
        match fact {
            InventoryFact::StockReturned(back) if self == Mistake::RecallLeavesScarceUnset => {
                InventoryFact::StockReturned(events_schema::inventory::StockReturned {
                    recalled: false,
                    ..back.clone()
                })
            }
            _ => fact.clone(),
        }
    }

    /// What is folded after this fact, given how many orders were covered in the SKU's line before it.
    pub fn afterthought(self, fact: &InventoryFact, covered: usize) -> Option<InventoryFact> {
        let forgets = self == Mistake::SuccessorRejectedInPlaceOfCancelled
            && matches!(fact, InventoryFact::ReservationDropped(_));
        (forgets && covered > 0)
            .then(|| InventoryFact::StockRequested(StockRequested { shelf: 0, needs: vec![0; covered] }))
    }
}
