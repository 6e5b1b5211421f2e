//! `Misled`: how the services decide and fold when a mistake is planted, from outside, around their real functions.

use std::time::Duration;

use choreography::{Decision, Service};
use events_schema::{
    Fact, Key, Timestamp,
    inventory::{InventoryFact, StockRequested, StockReturned},
    orders::OrderFact,
    payments::PaymentFact,
};
use inventory::{Inventory, Stock};
use order::Order;
use payment::Payment;

use super::{Control, Mistake, draw, lacks, makes};
use crate::plan::key;

/// A service that can be misled.
pub(crate) trait Misled: Service {
    /// Decides with the mistake of this thread.
    fn misdecide(
        &self,
        command: &Self::Command,
        state: &Self::State,
        now: Timestamp,
        out: &mut Decision<Self::Fact>,
    );

    /// Folds with the mistake of this thread.
    fn misfold(state: &mut Self::State, subject: Key, fact: &Self::Fact, time: Timestamp) {
        Self::evolve(state, subject, fact, time);
    }
}

fn forgets_what_it_knows() -> bool {
    makes(Mistake::DecideNotIdempotent) || lacks(Control::NoDedup)
}

/// Decides, at the time of a clock if that is the mistake.
fn decide<S: Service>(
    service: &S,
    command: &S::Command,
    state: &S::State,
    now: Timestamp,
    out: &mut Decision<S::Fact>,
) {
    let strays =
        if makes(Mistake::WallClock) { Duration::from_millis(draw().into()) } else { Duration::ZERO };
    service.decide(command, state, now + strays, out);
}

/// Says what was meant, with each fact changed, or left out, by `change`; in a hash map's order if that is the mistake.
fn say<F: Fact + Clone>(
    meant: &Decision<F>,
    out: &mut Decision<F>,
    mut change: impl FnMut(Key, F) -> Option<(Key, F)>,
) {
    let mut said: Vec<_> = meant.said().iter().map(|said| (said.subject, said.fact.clone())).collect();
    if makes(Mistake::UnstableOrder) {
        // What is said of many things of a kind comes from walking a collection of them.
        for alike in said.chunk_by_mut(|one, next| one.1.event() == next.1.event()) {
            alike.rotate_left(draw() as usize % alike.len());
        }
    }
    for (subject, fact) in said.into_iter().filter_map(|(subject, fact)| change(subject, fact)) {
        out.say(subject, fact);
    }
    meant.discarded().into_iter().for_each(|reason| out.discard(reason));
}

/// An order nobody knows, in whose name is decided what would be decided if the order itself were not known.
fn nobody() -> Key {
    key("nobody")
}

impl Misled for Order {
    fn misdecide(
        &self,
        command: &order::Command,
        state: &order::Orders,
        now: Timestamp,
        out: &mut Decision<OrderFact>,
    ) {
        let mut meant = Decision::default();
        decide(self, command, state, now, &mut meant);
        let repeated = matches!(command.wish, order::Wish::Place { .. })
            && meant.said().is_empty()
            && meant.discarded().is_none();
        if repeated && forgets_what_it_knows() {
            decide(self, &order::Command { order: nobody(), ..command.clone() }, state, now, &mut meant);
            return say(&meant, out, |_, fact| Some((command.order, fact)));
        }
        say(&meant, out, |subject, fact| Some((subject, fact)));
    }
}

impl Misled for Payment {
    fn misdecide(
        &self,
        command: &payment::Command,
        state: &payment::Payments,
        now: Timestamp,
        out: &mut Decision<PaymentFact>,
    ) {
        let mut meant = Decision::default();
        let charge = state.charge(&command.order);
        match command.wish {
            payment::Wish::Void if makes(Mistake::VoidMarkDropped) && charge.is_none() => {}
            payment::Wish::Start(_)
                if forgets_what_it_knows() && charge.is_some_and(|charge| charge.started) =>
            {
                decide(
                    self,
                    &payment::Command { order: nobody(), ..command.clone() },
                    state,
                    now,
                    &mut meant,
                );
            }
            _ => decide(self, command, state, now, &mut meant),
        }
        say(&meant, out, |_, fact| {
            let forgotten = makes(Mistake::RefundForgotten) && matches!(fact, PaymentFact::RefundStarted(_));
            (!forgotten).then_some((command.order, fact))
        });
    }
}

impl Misled for Inventory {
    fn misdecide(
        &self,
        command: &inventory::Command,
        stock: &Stock,
        now: Timestamp,
        out: &mut Decision<InventoryFact>,
    ) {
        let mut meant = Decision::default();
        let known = |order: &Key| stock.reservation(order).is_some();
        match command {
            inventory::Command::Reserve(order, accepted) if lacks(Control::NoDedup) && known(order) => {
                let again = inventory::Command::Reserve(nobody(), accepted.clone());
                decide(self, &again, stock, now, &mut meant);
                let known_as = |subject| if subject == nobody() { *order } else { subject };
                return say(&meant, out, |subject, fact| Some((known_as(subject), fact)));
            }
            _ => decide(self, &misread(command, stock), stock, now, &mut meant),
        }
        let released = meant.said().first().map(|said| &said.fact);
        if makes(Mistake::ReleaseForgotten) && matches!(released, Some(InventoryFact::StockReleased(_))) {
            return;
        }
        say(&meant, out, |subject, fact| missay(stock, subject, fact).map(|fact| (subject, fact)));
    }

    fn misfold(stock: &mut Stock, subject: Key, fact: &InventoryFact, time: Timestamp) {
        match fact {
            InventoryFact::StockReturned(back) if makes(Mistake::RecallLeavesScarceUnset) => {
                let back = StockReturned { recalled: false, ..back.clone() };
                Self::evolve(stock, subject, &InventoryFact::StockReturned(back), time);
            }
            InventoryFact::ReservationDropped(_) if makes(Mistake::SuccessorRejected) => {
                let waited = stock.reservation(&subject).and_then(inventory::Reservation::waits_for);
                let asked = waited.and_then(|line| Some((line.sku, stock.shelf(&line.sku)?.asked?)));
                Self::evolve(stock, subject, fact, time);
                if let Some((sku, covered)) = asked.filter(|(_, covered)| *covered > 0) {
                    let still = StockRequested { shelf: 0, needs: vec![0; covered] };
                    Self::evolve(stock, sku, &still.into(), time);
                }
            }
            _ => Self::evolve(stock, subject, fact, time),
        }
    }
}

/// What a transfer is mistaken for.
fn misread(command: &inventory::Command, stock: &Stock) -> inventory::Command {
    let mut command = command.clone();
    match &mut command {
        inventory::Command::Shelve(_, sent) if makes(Mistake::PushTakenForAnswer) => sent.answer = true,
        inventory::Command::TakeBack(sku, back) if makes(Mistake::CrossingReturnTakenForAnswer) => {
            back.recalled = stock.depot(sku).is_some_and(|depot| depot.waiting.contains(&back.shelf));
        }
        _ => {}
    }
    command
}

/// What is said in place of a fact; `None`: nothing.
fn missay(stock: &Stock, subject: Key, mut fact: InventoryFact) -> Option<InventoryFact> {
    match &mut fact {
        InventoryFact::StockReturned(back) if makes(Mistake::PiecesKeptOnScarceShelf) && !back.recalled => {
            return None;
        }
        InventoryFact::StockRequested(request) if makes(Mistake::RequestNetOfOwnPieces) => {
            let own = stock.shelf(&subject).map_or(0, |shelf| shelf.free);
            if let Some(first) = request.needs.first_mut() {
                *first = first.saturating_sub(own).max(1);
            }
        }
        _ => {}
    }
    Some(fact)
}
