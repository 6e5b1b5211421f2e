//! Calls that end transactions, held back until the next transaction of the same producer has begun.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use super::wire::{ADD_PARTITIONS, END_TXN, INIT_PRODUCER_ID, Request};

/// The longest time anything is held: longer than sessions and transactions last.
const LONGEST: Duration = Duration::from_secs(15);

/// What is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The broker has ended the transaction, and its answer is late.
    Answers,
    /// The call itself is late: its connection breaks, and the client asks again on another.
    Requests,
}

/// One call held back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The transactional id.
    pub who: String,
    /// The producer was replaced since.
    pub replaced: bool,
    /// The next transaction has begun since.
    pub followed: bool,
    /// What became of what was held, once it was let go.
    pub released: Option<String>,
}

/// The calls held since it was last asked for.
#[derive(Default)]
pub(super) struct Late {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    armed: Option<(Mode, usize)>,
    /// Counts how often it was armed: what is older belongs to nobody.
    round: u64,
    held: Vec<Held>,
}

/// What names a held call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    round: u64,
    at: usize,
}

impl Ticket {
    /// How long after the beginning of the next transaction this call is to come: from at once to rather late.
    pub(super) fn lateness(self) -> Duration {
        Duration::from_millis([0, 2, 5][self.at % 3])
    }
}

impl Late {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn arm(&self, mode: Mode, many: usize) {
        let mut state = self.state();
        state.round += 1;
        state.armed = Some((mode, many));
        state.held.clear();
    }

    pub(super) fn disarm(&self) -> Vec<Held> {
        let mut state = self.state();
        state.armed = None;
        state.held.clone()
    }

    pub(super) fn held(&self) -> Vec<Held> {
        self.state().held.clone()
    }

    /// Looks at a request that passes; a ticket if it is to be held back.
    pub(super) fn look(&self, request: &Request) -> Option<(Mode, Ticket)> {
        let who = request.transactional.as_ref()?;
        let mut state = self.state();
        let known = state.held.iter_mut().find(|held| held.who == *who);
        match (request.api, known) {
            (END_TXN, None) => {
                let (mode, left) = state.armed.filter(|(_, left)| *left > 0)?;
                state.armed = Some((mode, left - 1));
                let held = Held { who: who.clone(), replaced: false, followed: false, released: None };
                state.held.push(held);
                return Some((mode, Ticket { round: state.round, at: state.held.len() - 1 }));
            }
            (ADD_PARTITIONS, Some(held)) => held.followed = true,
            (INIT_PRODUCER_ID, Some(held)) => held.replaced = true,
            _ => return None,
        }
        drop(state);
        self.changed.send_modify(|changes| *changes += 1);
        None
    }

    /// Waits until the next transaction of the same producer has begun, or for as long as anything is held.
    pub(super) async fn wait(&self, ticket: Ticket) {
        let mut changes = self.changed.subscribe();
        let followed = async {
            while !self.with(ticket, |held| held.followed).unwrap_or(true) {
                if changes.changed().await.is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(LONGEST, followed).await;
    }

    /// It was let go; this came of it.
    pub(super) fn released(&self, ticket: Ticket, what: String) {
        self.with(ticket, |held| held.released = Some(what));
    }

    fn with<T>(&self, ticket: Ticket, each: impl FnOnce(&mut Held) -> T) -> Option<T> {
        let mut state = self.state();
        if state.round != ticket.round {
            return None;
        }
        state.held.get_mut(ticket.at).map(each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(api: i16, who: &str) -> Request {
        Request { api, number: 1, transactional: Some(who.to_owned()) }
    }

    #[tokio::test]
    async fn one_end_of_each_producer_is_held_until_its_next_transaction_begins() {
        let late = Late::default();
        assert_eq!(late.look(&call(END_TXN, "a")), None);
        late.arm(Mode::Answers, 2);
        let (mode, ticket) = late.look(&call(END_TXN, "a")).unwrap();
        assert_eq!(mode, Mode::Answers);
        assert_eq!(late.look(&call(END_TXN, "a")), None, "the second attempt passes");
        assert!(late.look(&call(END_TXN, "b")).is_some());
        assert_eq!(late.look(&call(END_TXN, "c")), None, "two were wanted");
        late.look(&call(INIT_PRODUCER_ID, "a"));
        late.look(&call(ADD_PARTITIONS, "a"));
        late.wait(ticket).await;
        late.released(ticket, "delivered".to_owned());
        let held = late.disarm();
        assert!(held[0].replaced && held[0].followed && held[0].released.is_some());
        assert!(!held[1].followed);
    }
}
