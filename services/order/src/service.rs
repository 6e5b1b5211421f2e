//! Order as a service: hands the machine its three functions and what must be known around them.

use std::time::Duration;

use choreography::{Consumes, Count, Decision, Duty, Figure, Never, Row, Service, Task};
use events_schema::{Key, Source, Timestamp, Topic, orders::OrderFact};

use crate::{Command, Orders, Settings, Wish, decide, figures, reactions, tables};

/// The order service.
#[derive(Clone, Debug, Default)]
pub struct Order {
    settings: Settings,
}

impl Order {
    /// With these settings, checked before by [`Settings::check`].
    pub fn new(settings: Settings) -> Order {
        Order { settings }
    }
}

impl Service for Order {
    const SOURCE: Source = Source::Order;
    const EMITS: Topic = Topic::Orders;
    const PARKED: Topic = Topic::OrderParked;

    type Command = Command;
    type Fact = OrderFact;
    type State = Orders;
    type Request = Never;
    type Answer = Never;

    fn reactions() -> &'static [&'static dyn Consumes<Command>] {
        reactions::REACTIONS
    }

    fn tables() -> &'static [Row<Orders>] {
        tables::TABLES
    }

    fn window(&self) -> Duration {
        self.settings.remembered.age
    }

    fn begin(&self, _task: Task) -> Orders {
        Orders::new(self.settings.remembered)
    }

    fn decide(&self, command: &Command, state: &Orders, now: Timestamp, out: &mut Decision<OrderFact>) {
        decide::decide(&self.settings, command, state, now, out);
    }

    fn evolve(state: &mut Orders, subject: Key, fact: &OrderFact, time: Timestamp) {
        state.evolve(subject, fact, time);
    }

    fn duties(_: &Orders, _: Key, fact: &OrderFact, duty: &mut dyn FnMut(Duty<Never>)) {
        match fact {
            OrderFact::OrderAccepted(accepted) => {
                duty(Duty::Open);
                duty(Duty::Wake(accepted.expires_at));
            }
            OrderFact::OrderConfirmed(_) => duty(Duty::Sleep),
            OrderFact::OrderCompleted(_) | OrderFact::OrderCancelled(_) => {
                duty(Duty::Sleep);
                duty(Duty::Over);
            }
            OrderFact::OrderRejected(_) | OrderFact::OrderCancellationRefused(_) => {}
        }
    }

    fn due(subject: Key) -> Option<Command> {
        Some(Command { order: subject, wish: Wish::Expire })
    }

    fn figures() -> &'static [Figure] {
        &figures::FIGURES
    }

    fn count(before: &Orders, order: Key, fact: &OrderFact, time: Timestamp, add: &mut dyn FnMut(Count)) {
        figures::count(before, order, fact, time, add);
    }

    fn answered(_: Key, answer: Never) -> Command {
        match answer {}
    }
}
