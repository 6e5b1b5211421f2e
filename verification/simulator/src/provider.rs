//! The payment provider in virtual time: payment's own bank, whose answers take their time, get lost, and come twice.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use choreography::{Answered, Clock, NoOutside, Outside, Service};
use events_schema::{EventId, Key, Timestamp};
use payment::{
    Answer, Payment, Request,
    provider::{Bank, Reply},
};
use rand::{Rng, rngs::StdRng};

use crate::{
    Time,
    fragile::Fragile,
    planted::{Mistake, makes, no_for_no_answer},
};

/// How often the provider repeats what it says of its own accord, and after how long: whoever it told may have died.
const REPEATS: u32 = 3;
const REPEATS_AFTER: Duration = Duration::from_secs(20);

/// How long a caller waits for an answer before it may ask again.
const PATIENCE: Duration = Duration::from_secs(10);

/// The provider: one for all payment processes.
pub(crate) struct Provider {
    pub(crate) bank: Bank,
    /// The share of questions that never arrive, and of answers that never come back.
    pub(crate) losing: f64,
    pub(crate) chance: StdRng,
    words: Vec<Word>,
    /// How often it said the same twice, contradicted itself, was silent after capturing, and was not heard.
    pub(crate) twice: u64,
    pub(crate) contradicted: u64,
    pub(crate) late: u64,
    pub(crate) lost: u64,
    /// How often it was asked anything.
    pub(crate) asked: u64,
}

/// What the provider says of its own accord.
struct Word {
    at: Timestamp,
    partition: u16,
    subject: Key,
    cause: EventId,
    /// What it said first.
    first: Option<Answer>,
    answer: Option<Answer>,
    left: u32,
}

impl Provider {
    pub(crate) fn new(bank: Bank, losing: f64, chance: StdRng) -> Provider {
        let words = Vec::new();
        Provider { bank, losing, chance, words, twice: 0, contradicted: 0, late: 0, lost: 0, asked: 0 }
    }

    /// Nothing gets lost any more, and all is said once more.
    pub(crate) fn calm(&mut self) {
        self.losing = 0.0;
        self.words.iter_mut().for_each(|word| word.left = REPEATS);
    }

    fn loses(&mut self) -> bool {
        let loses = self.losing > 0.0 && self.chance.random_bool(self.losing);
        self.lost += u64::from(loses);
        loses
    }

    fn put(&mut self, key: Key, request: &Request) -> Reply {
        let prompt = |after, answer| Reply { answer: Some(answer), after, again: None };
        match request {
            Request::Capture { amount, token, .. } => self.bank.capture(key, *amount, *token),
            Request::Cancel => prompt(self.bank.latency(&key), self.bank.cancel(key)),
            Request::Refund { .. } => prompt(self.bank.latency(&key), self.bank.refund(key)),
        }
    }

    /// When it next has something to say of its own accord.
    fn next_due(&self) -> Option<Timestamp> {
        self.words.iter().filter(|word| word.left > 0).map(|word| word.at).min()
    }

    /// What it has to say by now about orders of these partitions.
    fn speak(&mut self, now: Timestamp, partitions: &[u16]) -> Vec<Answered<Answer>> {
        let Provider { bank, words, twice, contradicted, .. } = self;
        let due = words.iter_mut().filter(|word| word.left > 0 && word.at <= now);
        let mut spoken = Vec::new();
        for word in due.filter(|word| partitions.contains(&word.partition)) {
            let Word { partition, subject, cause, .. } = *word;
            (word.left, word.at) = (word.left - 1, now + REPEATS_AFTER);
            if word.answer.is_none() {
                word.answer = bank.speak_again(subject);
                let same = word.answer == word.first;
                *twice += u64::from(word.answer.is_some() && same);
                *contradicted += u64::from(word.answer.is_some() && !same);
            }
            spoken.extend(word.answer.clone().map(|answer| Answered { partition, subject, cause, answer }));
        }
        spoken
    }
}

/// One process's line to the provider.
pub(crate) struct Line {
    provider: Rc<RefCell<Provider>>,
    time: Time,
    calls: BTreeMap<(u16, Key), Call>,
    /// Answers on their way, by when they arrive.
    arriving: BTreeMap<(Timestamp, u64), Answered<Answer>>,
    sent: u64,
}

struct Call {
    cause: EventId,
    gives_up: Timestamp,
}

impl Line {
    pub(crate) fn new(provider: Rc<RefCell<Provider>>, time: Time) -> Line {
        Line { provider, time, calls: BTreeMap::new(), arriving: BTreeMap::new(), sent: 0 }
    }

    fn arrives(&mut self, at: Timestamp, answered: Answered<Answer>) {
        self.sent += 1;
        self.arriving.insert((at, self.sent), answered);
    }
}

impl Outside<Fragile<Payment>> for Line {
    fn ask(&mut self, partition: u16, subject: Key, cause: EventId, request: &Request) {
        let (now, at) = (self.time.now(), (partition, subject));
        if self.calls.get(&at).is_some_and(|call| call.cause == cause && now < call.gives_up) {
            return;
        }
        let timed_out = self.calls.get(&at).is_some_and(|call| call.cause == cause);
        if timed_out && makes(Mistake::TimeOutTakenForDecline) && matches!(request, Request::Capture { .. }) {
            return self.arrives(now, Answered { partition, subject, cause, answer: no_for_no_answer() });
        }
        self.calls.insert(at, Call { cause, gives_up: now + PATIENCE });
        let mut provider = self.provider.borrow_mut();
        provider.asked += 1;
        if provider.loses() {
            return;
        }
        let moved = provider.bank.movements().len();
        let Reply { answer, after, again } = provider.put(subject, request);
        provider.late += u64::from(answer.is_none() && provider.bank.movements().len() > moved);
        if let Some(again) = again {
            let at = now + after + again;
            provider.words.push(Word {
                at,
                partition,
                subject,
                cause,
                first: answer.clone(),
                answer: None,
                left: REPEATS,
            });
        }
        let lost = provider.loses();
        drop(provider);
        if let Some(answer) = answer.filter(|_| !lost) {
            self.arrives(now + after, Answered { partition, subject, cause, answer });
        }
    }

    fn answer(&mut self) -> Option<Answered<Answer>> {
        let first = self.arriving.first_entry().filter(|first| first.key().0 <= self.time.now())?;
        let answered = first.remove();
        let at = (answered.partition, answered.subject);
        if self.calls.get(&at).is_some_and(|call| call.cause == answered.cause) {
            self.calls.remove(&at);
        }
        Some(answered)
    }

    fn forget(&mut self, partition: u16) {
        self.calls.retain(|(p, _), _| *p != partition);
        self.arriving.retain(|_, answered| answered.partition != partition);
    }
}

/// An outside that can be told whose answers it may take.
pub(crate) trait Owns<S: Service>: Outside<S> {
    /// The process runs the tasks of these partitions now: whatever is said of them is for it.
    fn own(&mut self, partitions: &[u16]);
    /// When it next has something to say, if nobody asks.
    fn next_due(&self) -> Option<Timestamp>;
}

impl Owns<Fragile<Payment>> for Line {
    fn own(&mut self, partitions: &[u16]) {
        let now = self.time.now();
        let spoken = self.provider.borrow_mut().speak(now, partitions);
        spoken.into_iter().for_each(|answered| self.arrives(now, answered));
    }

    fn next_due(&self) -> Option<Timestamp> {
        let arrives = self.arriving.first_key_value().map(|((at, _), _)| *at);
        arrives.into_iter().chain(self.provider.borrow().next_due()).min()
    }
}

impl<S: Service<Request = choreography::Never>> Owns<S> for NoOutside {
    fn own(&mut self, _: &[u16]) {}

    fn next_due(&self) -> Option<Timestamp> {
        None
    }
}
