//! The payment provider as the saga meets it: one account per order, questions and answers under way in any order.

use events_schema::{Money, payments::FailureReason};
use payment::{Answer, Request};

/// What payment asks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Question {
    /// To take the money.
    Capture,
    /// Not to take it any more.
    Cancel,
    /// To give it back.
    Refund,
}

/// What the provider answers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reply {
    /// The money is in.
    Captured,
    /// It is not taken.
    Declined,
    /// It is not taken, and never will be.
    NeverWill,
    /// It is back.
    Refunded,
    /// Not this time.
    RefundRefused,
}

impl Question {
    pub(crate) const ALL: [Question; 3] = [Question::Capture, Question::Cancel, Question::Refund];

    pub(crate) fn of(request: &Request) -> Question {
        match request {
            Request::Capture { .. } => Question::Capture,
            Request::Cancel => Question::Cancel,
            Request::Refund { .. } => Question::Refund,
        }
    }
}

impl Reply {
    pub(crate) const ALL: [Reply; 5] =
        [Reply::Captured, Reply::Declined, Reply::NeverWill, Reply::Refunded, Reply::RefundRefused];

    pub(crate) fn answer(self, amount: Money) -> Answer {
        match self {
            Reply::Captured => Answer::Captured { amount, reference: "charge".to_owned() },
            Reply::Declined => {
                Answer::Declined { reason: FailureReason::Declined, reference: Some("attempt".to_owned()) }
            }
            Reply::NeverWill => Answer::NeverWill,
            Reply::Refunded => Answer::Refunded { reference: "refund".to_owned() },
            Reply::RefundRefused => Answer::RefundRefused { reason: "not today".to_owned() },
        }
    }
}

/// One order at the provider, and what is under way to and from it: each question and answer at most once at a time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Account {
    pub(crate) charged: bool,
    pub(crate) declined: bool,
    pub(crate) cancelled: bool,
    pub(crate) refunded: bool,
    questions: u8,
    answers: u8,
    /// What it said of its own accord it repeats until it is heard: nobody asks for it.
    insists: bool,
}

impl Account {
    pub(crate) fn ask(&mut self, question: Question) {
        self.questions |= 1 << question as u8;
    }

    pub(crate) fn asked(&self, question: Question) -> bool {
        self.questions & (1 << question as u8) != 0
    }

    pub(crate) fn answered(&self, reply: Reply) -> bool {
        self.answers & (1 << reply as u8) != 0
    }

    pub(crate) fn say(&mut self, reply: Reply) {
        self.answers |= 1 << reply as u8;
    }

    /// The answer arrives.
    pub(crate) fn hear(&mut self, reply: Reply) {
        self.answers &= !(1 << reply as u8);
        self.insists &= reply != Reply::Captured;
    }

    /// Whether the answer may get lost.
    pub(crate) fn may_lose(&self, reply: Reply) -> bool {
        !(self.insists && reply == Reply::Captured)
    }

    /// The provider captures what it has declined, and says so until it is heard.
    pub(crate) fn contradict(&mut self) {
        (self.charged, self.insists) = (true, true);
        self.say(Reply::Captured);
    }

    /// Nothing is under way.
    pub(crate) fn is_silent(&self) -> bool {
        self.questions == 0 && self.answers == 0
    }

    pub(crate) fn has_no_answer(&self) -> bool {
        self.answers == 0
    }

    /// All that was under way is lost.
    pub(crate) fn hang_up(&mut self) {
        (self.questions, self.answers) = (0, 0);
        if self.insists {
            self.say(Reply::Captured);
        }
    }

    /// The answers the provider may give to a question now. What it has said, it says again.
    pub(crate) fn may_reply(&self, question: Question, declines: bool, refuses: bool) -> Vec<Reply> {
        match question {
            Question::Refund if !self.charged => vec![Reply::RefundRefused],
            Question::Refund if refuses && !self.refunded => vec![Reply::Refunded, Reply::RefundRefused],
            Question::Refund => vec![Reply::Refunded],
            _ if self.charged => vec![Reply::Captured],
            Question::Cancel => vec![Reply::NeverWill],
            Question::Capture if self.cancelled => vec![Reply::NeverWill],
            Question::Capture if self.declined => vec![Reply::Declined],
            Question::Capture if declines => vec![Reply::Captured, Reply::Declined],
            Question::Capture => vec![Reply::Captured],
        }
    }

    /// The provider takes the question and answers so.
    pub(crate) fn take(&mut self, question: Question, reply: Reply) {
        self.questions &= !(1 << question as u8);
        self.say(reply);
        match (question, reply) {
            (_, Reply::Captured) => self.charged = true,
            (_, Reply::Declined) => self.declined = true,
            (_, Reply::NeverWill) => self.cancelled = true,
            (_, Reply::Refunded) => self.refunded = true,
            (_, Reply::RefundRefused) => {}
        }
    }
}
