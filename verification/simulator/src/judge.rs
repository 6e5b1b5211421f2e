//! The judgement of a settled shop: the promises, the books, and the payment provider's own ledger.

use events_schema::Key;
use invariants::{Books, Evidence, History, Movement, MovementKind, Verdict};

use crate::{
    Shop, Trouble,
    beyond::{Wrong, no_deadline_is_hasty, nothing_is_skipped},
    story::story_with_places,
};

/// What a history broke first.
#[derive(Clone, PartialEq, Debug)]
pub struct Broken {
    /// The seed.
    pub seed: u64,
    /// The promise, and what is wrong.
    pub what: String,
    /// The story of the order or SKU it is about.
    pub story: String,
}

impl Broken {
    /// The promise that is broken, by its number.
    pub fn promise(&self) -> &str {
        self.what.split([' ', ':']).next().unwrap_or_default()
    }
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "seed {}: {}\n{}", self.seed, self.what, self.story)
    }
}

impl Shop {
    /// Judges the shop, once it has settled.
    pub fn judge(&mut self) -> Result<(), Broken> {
        let history = self.history();
        let (ledger, open) = (ledger(&self.ledger()), self.log.open_transactions());
        let (readings, memories) = (self.readings(), self.memories(&history));
        let poison = self.poison_spread(&history);
        let evidence = Evidence {
            ledger: Some(&ledger),
            answers: &self.answers,
            derivations: &self.derivations,
            readings: &readings,
            hanging: Some(&open),
            starts: &self.starts,
            poisoned: Some(&poison),
            memories: &memories,
            ..Evidence::of(&history).settled(true)
        };
        let verdicts = invariants::judge(&evidence);
        self.checked = verdicts.iter().map(|verdict| (verdict.promise, verdict.checked)).collect();
        let judged = first_broken(&verdicts).and_then(|()| self.beyond(&history));
        judged.map_err(|(what, subject)| self.broken(what, subject))
    }

    /// What is broken, with the story of whom it is about.
    pub(crate) fn broken(&self, what: String, subject: Option<Key>) -> Broken {
        let story = subject.map(|subject| story_with_places(&self.history(), subject)).unwrap_or_default();
        Broken { seed: self.plan.seed, what, story }
    }

    fn beyond(&self, history: &History) -> Result<(), Wrong> {
        nothing_is_skipped(history, &self.unreadable)?;
        if !self.struck.contains_key(&Trouble::WrongClocks) {
            no_deadline_is_hasty(history)?;
        }
        let books = Books::of(history);
        if self.poisoned.is_empty() && !books.balance() {
            return Err((format!("the books do not balance: {books:?}"), None));
        }
        Ok(())
    }
}

/// The first promise that is broken, S1 to S19, then L1 to L5.
fn first_broken(verdicts: &[Verdict]) -> Result<(), Wrong> {
    match verdicts.iter().find(|verdict| !verdict.holds()) {
        Some(verdict) => Err((verdict.to_string(), verdict.breaches.first().map(|breach| breach.subject))),
        None => Ok(()),
    }
}

/// The provider's ledger, as the judge reads one.
pub(crate) fn ledger(movements: &[payment::provider::Movement]) -> Vec<Movement> {
    let line = |movement: &payment::provider::Movement| match *movement {
        payment::provider::Movement::Charged(order, amount) => {
            Movement { kind: MovementKind::Charged, order, amount }
        }
        payment::provider::Movement::Refunded(order, amount) => {
            Movement { kind: MovementKind::Refunded, order, amount }
        }
    };
    movements.iter().map(line).collect()
}
