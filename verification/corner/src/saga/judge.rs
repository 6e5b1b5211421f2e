//! The promises, judged in every state by the crate that judges all histories of this house.

use events_schema::Topic;
use invariants::{Fate, History};
use stateright::Property;

use super::{
    bank::Account,
    scene::{Judged, Saga, Scene},
};
use crate::broken::Broken;

/// What must hold in every state, each under its name.
pub(crate) fn properties() -> Vec<Property<Saga>> {
    macro_rules! always {
        ($($name:ident $says:literal)+) => {
            vec![$(Property::<Saga>::always(concat!(stringify!($name), " ", $says), |_, scene| {
                !scene.broken.has(Broken::$name)
            })),+]
        };
    }
    let mut properties = always! {
        S1 "nothing is sold that is not there"
        S2 "every piece is in exactly one place"
        S3 "one answer per reservation"
        S4 "charged at most once, and the accepted total"
        S5 "in the end completed if and only if paid, cancelled if and only if nothing was kept"
        S6 "a refund has its capture before it, equals it, and happens once"
        S7 "one ending"
        S8 "confirmed only when captured, shipped only when confirmed, completed only when shipped"
        S9 "in the end a cancelled order holds no stock and no money"
        S10 "nothing is undone that was not done"
        S12 "no fact is said twice"
        S14 "the same input is decided the same way"
        I10 "the state is the fold of the log, also after an undone decision"
        L1 "every order has ended when nothing is under way, and nothing goes in circles"
    };
    properties.push(Property::eventually("L1 every order is placed and ends", |model, scene: &Scene| {
        let placed = scene.wishes.iter().take(model.orders.len()).all(|wishes| wishes.has_placed());
        scene.broken.any() || placed && model.is_at_rest(scene)
    }));
    properties
}

/// What a state breaks.
pub(crate) fn judge(model: &Saga, scene: &Scene) -> Broken {
    let rests = model.is_at_rest(scene);
    let placed = scene.wishes.map(|wishes| wishes.has_placed());
    let judged = (scene.order, scene.inventory, scene.payment, placed, rests);
    let mut broken = look_up(model, judged);
    if rests {
        broken.add(at_the_bank(model, scene));
    }
    broken
}

fn look_up(model: &Saga, judged: Judged) -> Broken {
    let verdicts = model.verdicts.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(broken) = verdicts.get(&judged) {
        return *broken;
    }
    drop(verdicts);
    let broken = verdict(model, judged);
    let mut verdicts = model.verdicts.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    verdicts.insert(judged, broken);
    broken
}

fn verdict(model: &Saga, judged: Judged) -> Broken {
    let (order, inventory, payment, _, rests) = judged;
    let mut broken = model.order.get(order).broken;
    broken.add(model.inventory.get(inventory).broken);
    broken.add(model.payment.get(payment).broken);
    let history = history(model, judged);
    for verdict in invariants::check(&history, rests).iter().filter(|verdict| !verdict.holds()) {
        broken.add(named(verdict.promise));
    }
    if rests {
        let ended = |fate: &Fate| !matches!(fate, Fate::Open | Fate::Placed);
        broken.unless(history.fates().values().all(ended), Broken::L1);
    }
    broken
}

/// What stands on the logs.
fn history(model: &Saga, (order, inventory, payment, placed, _): Judged) -> History {
    let mut history = History::default();
    let placements = model.inputs.placed.iter().zip(placed).filter(|(_, placed)| *placed);
    placements.for_each(|(event, _)| history.add(event.clone()));
    model.order.get(order).brief.events.iter().for_each(|event| history.add(event.clone()));
    model.inventory.get(inventory).brief.events.iter().for_each(|event| history.add(event.clone()));
    model.payment.get(payment).brief.events.iter().for_each(|event| history.add(event.clone()));
    history
}

/// S5 by the provider's own books: at rest it has the money of the completed orders, and of no other.
fn at_the_bank(model: &Saga, scene: &Scene) -> Broken {
    let mut broken = Broken::NOTHING;
    let orders = model.order.get(scene.order);
    for (at, Account { charged, refunded, .. }) in scene.bank.iter().take(model.orders.len()).enumerate() {
        let completed = orders.state.has_ended(&model.orders[at])
            && orders.brief.events.iter().any(|event| {
                event.place.topic == Topic::Orders
                    && event.kind == "OrderCompleted"
                    && event.subject == model.orders[at]
            });
        broken.unless((*charged && !*refunded) == completed, Broken::S5);
    }
    broken
}

fn named(promise: &str) -> Broken {
    match promise {
        "S1" => Broken::S1,
        "S2" => Broken::S2,
        "S3" => Broken::S3,
        "S4" => Broken::S4,
        "S5" => Broken::S5,
        "S6" => Broken::S6,
        "S7" => Broken::S7,
        "S8" => Broken::S8,
        "S9" => Broken::S9,
        "S10" => Broken::S10,
        "S12" => Broken::S12,
        // Ids and causes are the machine's, which is not here: S11 and what builds on it are judged elsewhere.
        _ => Broken::NOTHING,
    }
}
