//! `Tamper`: where a test may plant a mistake between the real functions, to see that it is found.

use choreography::Service;
use events_schema::{Key, Said};

/// A mistake in a service. What is not overridden is done right.
pub trait Tamper<S: Service>: Send + Sync {
    /// How a transfer is read by its addressee.
    fn read(&self, _state: &S::State, _subject: &Key, _fact: &mut S::Fact) {}

    /// How a decision goes wrong.
    fn decide(&self, _state: &S::State, _command: &S::Command, _said: &mut Vec<Said<S::Fact>>) {}

    /// What of a fact reaches the state.
    fn fold(&self, _state: &S::State, said: &Said<S::Fact>) -> Vec<Said<S::Fact>> {
        vec![said.clone()]
    }

    /// What of a fact reaches the log.
    fn log(&self, _state: &S::State, said: &Said<S::Fact>) -> Vec<Said<S::Fact>> {
        vec![said.clone()]
    }
}

/// No mistake.
pub(crate) struct Honest;

impl<S: Service> Tamper<S> for Honest {}
