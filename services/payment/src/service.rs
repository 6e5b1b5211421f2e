//! Payment as a service: hands the machine its three functions and what must be known around them.

use std::{fmt, sync::Arc, time::Duration};

use choreography::{Consumes, Count, Decision, Duty, Figure, Level, Service, Task};
use events_schema::{
    Key, Source, Timestamp, Topic,
    payments::{PaymentFact, PaymentStarted},
};

use crate::{
    Answer, Charge, Command, Payments, Request, RiskHook, Settings, Wish, decide, figures, reactions,
};

/// The payment service.
#[derive(Clone)]
pub struct Payment {
    settings: Settings,
    risk: Arc<dyn RiskHook>,
}

impl Payment {
    /// With these settings, checked before by [`Settings::check`], and the risk rules among them.
    pub fn new(settings: Settings) -> Payment {
        let risk = Arc::new(settings.risk.clone());
        Payment { settings, risk }
    }

    /// With another risk hook in place of the rules.
    pub fn with_risk(self, risk: Arc<dyn RiskHook>) -> Payment {
        Payment { risk, ..self }
    }
}

impl Default for Payment {
    fn default() -> Payment {
        Payment::new(Settings::default())
    }
}

impl fmt::Debug for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payment").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Service for Payment {
    const SOURCE: Source = Source::Payment;
    const EMITS: Topic = Topic::Payments;
    const PARKED: Topic = Topic::PaymentParked;

    type Command = Command;
    type Fact = PaymentFact;
    type State = Payments;
    type Request = Request;
    type Answer = Answer;

    fn reactions() -> &'static [&'static dyn Consumes<Command>] {
        reactions::REACTIONS
    }

    fn window(&self) -> Duration {
        self.settings.window
    }

    fn begin(&self, _task: Task) -> Payments {
        Payments::new(&self.settings)
    }

    fn decide(&self, command: &Command, state: &Payments, now: Timestamp, out: &mut Decision<PaymentFact>) {
        let rules = decide::Rules { settings: &self.settings, risk: &*self.risk };
        decide::decide(&rules, command, state, now, out);
    }

    fn evolve(state: &mut Payments, subject: Key, fact: &PaymentFact, time: Timestamp) {
        state.evolve(subject, fact, time);
    }

    fn duties(state: &Payments, subject: Key, fact: &PaymentFact, duty: &mut dyn FnMut(Duty<Request>)) {
        let Some(charge) = state.charge(&subject) else { return };
        if !charge.is_over() {
            duty(Duty::Open);
        }
        match fact {
            PaymentFact::PaymentStarted(started) => duty(Duty::Ask(capture_of(started))),
            PaymentFact::PaymentVoided(_) if charge.is_unanswered() => duty(Duty::Ask(Request::Cancel)),
            PaymentFact::PaymentVoided(_) => {}
            PaymentFact::PaymentCaptured(_)
            | PaymentFact::PaymentFailed(_)
            | PaymentFact::PaymentRefunded(_) => {
                duty(Duty::Answered);
            }
            PaymentFact::RefundStarted(_) | PaymentFact::RefundFailed(_) => ask_refund(&charge, duty),
        }
        if charge.is_over() {
            duty(Duty::Over);
        }
    }

    fn figures() -> &'static [Figure] {
        &figures::FIGURES
    }

    fn count(_: &Payments, _: Key, fact: &PaymentFact, _: Timestamp, add: &mut dyn FnMut(Count)) {
        figures::count(fact, add);
    }

    fn levels(_: &Payments, open: &mut dyn Iterator<Item = &Request>, level: &mut dyn FnMut(Level)) {
        figures::levels(open, level);
    }

    fn answered(subject: Key, answer: Answer) -> Command {
        Command { order: subject, wish: Wish::Record(answer) }
    }
}

/// A fact without a token, which only another program could have written, cannot be charged: it can be called off.
fn capture_of(started: &PaymentStarted) -> Request {
    let PaymentStarted { amount, method, token, .. } = started;
    token.map_or(Request::Cancel, |token| Request::Capture { amount: *amount, method: *method, token })
}

fn ask_refund(charge: &Charge, duty: &mut dyn FnMut(Duty<Request>)) {
    if let Some(captured) = &charge.captured {
        duty(Duty::Ask(Request::Refund {
            amount: captured.amount,
            provider_reference: captured.reference.to_string(),
        }));
    }
}
