//! A bank for tests, demos and the simulator: pure, with books by idempotency key. Test tokens make it misbehave.
//!
//! | token | what happens |
//! |---|---|
//! | `tok_ok` | captured |
//! | `tok_declined`, `tok_insufficient_funds` | declined, with that reason |
//! | `tok_timeout` | captured, but the first question is never answered; asked again, it answers |
//! | `tok_late` | captured, but the first answer takes [`Simulation::late`] |
//! | `tok_twice` | captured, and said so twice |
//! | `tok_contradict` | declined, and a little later captured |
//! | `tok_refund_refused` | captured; the first refund is refused, the second is granted |
//! | any other | captured or declined, or not answered at first, by the odds of the [`Simulation`] |

use std::{collections::BTreeMap, time::Duration};

use events_schema::{Key, Money, Token, payments::FailureReason};

use super::Answer;

/// How the bank behaves towards tokens that are no test tokens, and how fast it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Simulation {
    /// The share of captures that succeed, 0 to 1. Default: 1.
    pub success_rate: f64,
    /// The share of captures whose first question is not answered, though it may have been carried out, 0 to 1.
    /// Default: 0.
    pub timeout_rate: f64,
    /// How long an answer takes on average; half to one and a half times this. Default: 20 ms.
    pub latency: Duration,
    /// How long the late answer to `tok_late` takes. Default: 3 s.
    pub late: Duration,
    /// What the odds are drawn from, together with the key: the same seed gives the same bank, in whatever order it
    /// is asked. Default: 0.
    pub seed: u64,
}

impl Default for Simulation {
    fn default() -> Simulation {
        let (latency, late) = (Duration::from_millis(20), Duration::from_secs(3));
        Simulation { success_rate: 1.0, timeout_rate: 0.0, latency, late, seed: 0 }
    }
}

/// What the bank does about a capture.
#[derive(Clone, PartialEq, Debug)]
pub struct Reply {
    /// What it answers; `None`: nothing, this time.
    pub answer: Option<Answer>,
    /// How long the answer takes.
    pub after: Duration,
    /// How long after the answer [`Bank::speak_again`] is to be asked for another one.
    pub again: Option<Duration>,
}

/// Money that moved: the bank's own ledger, against which the books are audited.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Movement {
    /// From a customer to the shop.
    Charged(Key, Money),
    /// And back.
    Refunded(Key, Money),
}

/// The bank. Every verb may be repeated with the same key and moves money at most once.
#[derive(Debug, Default)]
pub struct Bank {
    simulation: Simulation,
    accounts: BTreeMap<Key, Account>,
    movements: Vec<Movement>,
}

#[derive(Debug, Default)]
struct Account {
    habit: Option<Habit>,
    charged: Option<Money>,
    declined: Option<FailureReason>,
    cancelled: bool,
    refunded: bool,
    refund_refused: bool,
    /// What a contradiction would charge.
    pending: Option<Money>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Habit {
    Capture,
    Decline(FailureReason),
    SilentAtFirst,
    Late,
    Twice,
    Contradict,
    RefuseRefund,
}

impl Bank {
    /// A bank that behaves so.
    pub fn new(simulation: Simulation) -> Bank {
        Bank { simulation, ..Bank::default() }
    }

    /// Every movement of money, in order.
    pub fn movements(&self) -> &[Movement] {
        &self.movements
    }

    /// Takes the money, once per key.
    pub fn capture(&mut self, key: Key, amount: Money, token: Token) -> Reply {
        let after = self.latency(&key);
        let prompt = |answer| Reply { answer: Some(answer), after, again: None };
        let habit = self.habit(&key, token);
        let account = self.accounts.entry(key).or_default();
        if let Some(settled) = account.settled(&key) {
            return prompt(settled);
        }
        account.habit = Some(habit);
        if let Habit::Decline(reason) = habit {
            return prompt(account.decline(&key, reason));
        }
        if habit == Habit::Contradict {
            account.pending = Some(amount);
            let answer = account.decline(&key, FailureReason::Declined);
            return Reply { again: Some(self.simulation.latency * 2), ..prompt(answer) };
        }
        let reply = prompt(self.charge(key, amount));
        match habit {
            Habit::SilentAtFirst => Reply { answer: None, ..reply },
            Habit::Late => Reply { after: self.simulation.late, ..reply },
            Habit::Twice => Reply { again: Some(self.simulation.latency * 2), ..reply },
            _ => reply,
        }
    }

    /// What the bank says once more of its own accord, if anything.
    pub fn speak_again(&mut self, key: Key) -> Option<Answer> {
        let account = self.accounts.get_mut(&key).filter(|account| !account.cancelled)?;
        match (account.habit, account.pending.take()) {
            (Some(Habit::Contradict), Some(amount)) => Some(self.charge(key, amount)),
            (Some(Habit::Twice), _) => account.charged.map(|amount| captured(&key, amount)),
            _ => None,
        }
    }

    /// Takes no money under the key from now on; answers what was taken.
    pub fn cancel(&mut self, key: Key) -> Answer {
        let account = self.accounts.entry(key).or_default();
        if let Some(amount) = account.charged {
            return captured(&key, amount);
        }
        account.cancelled = true;
        Answer::NeverWill
    }

    /// Takes over a charge that a bank of this kind made in another process, or before a restart: its reference says so.
    /// Without it a refund that is retried elsewhere would be refused for ever.
    pub fn take_over(&mut self, key: Key, amount: Money, reference: &str) {
        if self.accounts.get(&key).is_none_or(|account| account.charged.is_none())
            && reference == charge_of(&key)
        {
            self.charge(key, amount);
        }
    }

    /// Gives back what was taken, once.
    pub fn refund(&mut self, key: Key) -> Answer {
        let Some((account, amount)) =
            self.accounts.get_mut(&key).and_then(|a| a.charged.map(|amount| (a, amount)))
        else {
            return Answer::RefundRefused { reason: "nothing was captured under this key".into() };
        };
        if account.habit == Some(Habit::RefuseRefund) && !account.refund_refused {
            account.refund_refused = true;
            return Answer::RefundRefused { reason: "the account is being looked at; try again".into() };
        }
        if !account.refunded {
            account.refunded = true;
            self.movements.push(Movement::Refunded(key, amount));
        }
        Answer::Refunded { reference: format!("refund-{key}") }
    }

    /// How long the bank takes to answer about this key.
    pub fn latency(&self, key: &Key) -> Duration {
        self.simulation.latency.mul_f64(0.5 + self.draw(key, "latency"))
    }

    fn charge(&mut self, key: Key, amount: Money) -> Answer {
        self.movements.push(Movement::Charged(key, amount));
        self.accounts.entry(key).or_default().charged = Some(amount);
        captured(&key, amount)
    }

    fn habit(&self, key: &Key, token: Token) -> Habit {
        match token.expose() {
            "tok_ok" => Habit::Capture,
            "tok_declined" => Habit::Decline(FailureReason::Declined),
            "tok_insufficient_funds" => Habit::Decline(FailureReason::InsufficientFunds),
            "tok_timeout" => Habit::SilentAtFirst,
            "tok_late" => Habit::Late,
            "tok_twice" => Habit::Twice,
            "tok_contradict" => Habit::Contradict,
            "tok_refund_refused" => Habit::RefuseRefund,
            _ if self.draw(key, "success") >= self.simulation.success_rate => {
                Habit::Decline(FailureReason::Declined)
            }
            _ if self.draw(key, "timeout") < self.simulation.timeout_rate => Habit::SilentAtFirst,
            _ => Habit::Capture,
        }
    }

    /// A number from 0 to 1 that depends on seed, key and purpose alone (FNV-1a, then a finishing mix).
    fn draw(&self, key: &Key, purpose: &str) -> f64 {
        let bytes = key.as_bytes().iter().chain(purpose.as_bytes());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325 ^ self.simulation.seed, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((mixed ^ (mixed >> 29)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Account {
    /// What was answered before stands, but for a contradiction.
    fn settled(&self, key: &Key) -> Option<Answer> {
        if let Some(amount) = self.charged {
            return Some(captured(key, amount));
        }
        if self.cancelled {
            return Some(Answer::NeverWill);
        }
        self.declined.map(|reason| declined(key, reason))
    }

    fn decline(&mut self, key: &Key, reason: FailureReason) -> Answer {
        self.declined = Some(reason);
        declined(key, reason)
    }
}

fn captured(key: &Key, amount: Money) -> Answer {
    Answer::Captured { amount, reference: charge_of(key) }
}

fn charge_of(key: &Key) -> String {
    format!("charge-{key}")
}

fn declined(key: &Key, reason: FailureReason) -> Answer {
    Answer::Declined { reason, reference: Some(format!("attempt-{key}")) }
}
