//! `Charge`: one order's payment, as the fold of its facts.

use std::time::Duration;

use events_schema::{Money, payments::PaymentFact};

/// What is known of one order's payment. Any suffix of its facts that begins where restore may begin folds to what
/// later decisions need.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Charge {
    /// The provider may have been asked to take the money.
    pub started: bool,
    /// The order was cancelled.
    pub voided: bool,
    /// The provider, or we, definitely said no.
    pub failed: bool,
    /// The money that came in.
    pub captured: Option<Captured>,
    /// How far giving it back has come.
    pub refund: Refund,
}

/// A charge, and the time at work of its last fact.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Known {
    pub(crate) charge: Charge,
    pub(crate) since: Duration,
}

/// Money that came in.
#[derive(Clone, PartialEq, Debug)]
pub struct Captured {
    /// How much.
    pub amount: Money,
    /// The provider's name for it.
    pub reference: Box<str>,
}

/// How far giving money back has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Refund {
    /// Nothing is to be given back.
    #[default]
    None,
    /// The provider is asked until it is done.
    Started,
    /// The money is back.
    Done,
}

impl Charge {
    /// Money that comes in may stay: the order is not cancelled, and nobody has said no.
    pub fn is_live(&self) -> bool {
        !self.voided && !self.failed
    }

    /// The provider owes an answer on the capture.
    pub fn is_unanswered(&self) -> bool {
        self.started && !self.failed && self.captured.is_none()
    }

    /// Nothing more is expected: the money is where it belongs.
    pub fn is_over(&self) -> bool {
        match (&self.captured, self.refund) {
            (_, Refund::Started) => false,
            (_, Refund::Done) => true,
            // Money that may not stay: RefundStarted follows within the same decision.
            (Some(_), Refund::None) => self.is_live(),
            (None, Refund::None) => !self.is_unanswered(),
        }
    }

    pub(crate) fn evolve(&mut self, fact: &PaymentFact) {
        match fact {
            PaymentFact::PaymentStarted(_) => self.started = true,
            PaymentFact::PaymentCaptured(captured) => {
                self.capture(captured.amount, &captured.provider_reference);
            }
            PaymentFact::PaymentFailed(_) => self.failed = true,
            PaymentFact::PaymentVoided(_) => self.voided = true,
            PaymentFact::RefundStarted(started) => {
                self.capture(started.amount, &started.provider_reference);
                self.refund = Refund::Started;
            }
            PaymentFact::PaymentRefunded(_) => self.refund = Refund::Done,
            PaymentFact::RefundFailed(_) => {}
        }
    }

    fn capture(&mut self, amount: Money, reference: &str) {
        self.captured = Some(Captured { amount, reference: reference.into() });
    }
}
