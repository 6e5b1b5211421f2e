//! `Decision`: what a service says to one input.

use events_schema::{Fact, Key, Said};

/// The facts of one decision, in the order they are to stand on the log.
#[derive(Debug)]
pub struct Decision<F> {
    said: Vec<Said<F>>,
    discarded: Option<&'static str>,
}

impl<F> Default for Decision<F> {
    fn default() -> Decision<F> {
        Decision { said: Vec::new(), discarded: None }
    }
}

impl<F: Fact> Decision<F> {
    /// Says a fact about a subject.
    pub fn say(&mut self, subject: Key, fact: impl Into<F>) {
        self.said.push(Said { subject, fact: fact.into() });
    }

    /// Gives the consumed record up, with a reason for people: the machine says `EventDiscarded`.
    pub fn discard(&mut self, reason: &'static str) {
        self.discarded = Some(reason);
    }

    /// What was said.
    pub fn said(&self) -> &[Said<F>] {
        &self.said
    }

    /// Why the record was given up, if it was.
    pub fn discarded(&self) -> Option<&'static str> {
        self.discarded
    }

    /// Empties the decision for the next input, keeping its memory.
    pub fn clear(&mut self) {
        self.said.clear();
        self.discarded = None;
    }
}
