//! `Fragile`: the real service, which breaks on chosen subjects as a program with a bug would, until it is mended.

use std::{cell::RefCell, collections::BTreeSet, panic::resume_unwind, rc::Rc, time::Duration};

use choreography::{Consumes, Decision, Duty, Row, Service, Task};
use events_schema::{Fact, Key, Source, Timestamp, Topic};

use crate::planted::{self, Misled};

/// The subjects a service breaks on. Clones are the same set.
pub(crate) type Broken = Rc<RefCell<BTreeSet<Key>>>;

/// A service that panics when it is about to say something of a broken subject. In all else it is the service itself.
pub(crate) struct Fragile<S> {
    pub(crate) service: S,
    pub(crate) broken: Broken,
    pub(crate) planted: Option<Planted>,
}

/// A mistake planted into a service, to see that the judge finds it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Planted {
    /// It never says this event.
    Forgets(&'static str),
    /// It says this event twice.
    Repeats(&'static str),
}

impl Planted {
    /// How often the event is said.
    fn times(self, event: &str) -> usize {
        match self {
            Planted::Forgets(forgotten) if forgotten == event => 0,
            Planted::Repeats(repeated) if repeated == event => 2,
            _ => 1,
        }
    }
}

impl<S: Misled> Service for Fragile<S> {
    const SOURCE: Source = S::SOURCE;
    const EMITS: Topic = S::EMITS;
    const PARKED: Topic = S::PARKED;
    type Command = S::Command;
    type Fact = S::Fact;
    type State = S::State;
    type Request = S::Request;
    type Answer = S::Answer;

    fn reactions() -> &'static [&'static dyn Consumes<S::Command>] {
        S::reactions()
    }

    fn tables() -> &'static [Row<S::State>] {
        S::tables()
    }

    fn window(&self) -> Duration {
        self.service.window()
    }

    fn begin(&self, task: Task) -> S::State {
        self.service.begin(task)
    }

    fn decide(&self, command: &S::Command, state: &S::State, now: Timestamp, out: &mut Decision<S::Fact>) {
        match self.planted {
            None if planted::is_sound() => self.service.decide(command, state, now, out),
            None => self.service.misdecide(command, state, now, out),
            Some(planted) => {
                let mut meant = Decision::default();
                self.service.decide(command, state, now, &mut meant);
                for said in meant.said() {
                    (0..planted.times(said.fact.event()))
                        .for_each(|_| out.say(said.subject, said.fact.clone()));
                }
                meant.discarded().into_iter().for_each(|reason| out.discard(reason));
            }
        }
        let broken = self.broken.borrow();
        if out.said().iter().any(|said| broken.contains(&said.subject)) {
            // Unwinds as a panic does, but without its words on the terminal: a storm has many of them.
            resume_unwind(Box::new("a planted fault".to_owned()));
        }
    }

    fn evolve(state: &mut S::State, subject: Key, fact: &S::Fact, time: Timestamp) {
        match planted::is_sound() {
            true => S::evolve(state, subject, fact, time),
            false => S::misfold(state, subject, fact, time),
        }
    }

    fn duties(state: &S::State, subject: Key, fact: &S::Fact, duty: &mut dyn FnMut(Duty<S::Request>)) {
        S::duties(state, subject, fact, duty);
    }

    fn due(subject: Key) -> Option<S::Command> {
        S::due(subject)
    }

    fn answered(subject: Key, answer: S::Answer) -> S::Command {
        S::answered(subject, answer)
    }

    fn bring_forward(&self, state: &S::State, subject: Key, out: &mut Decision<S::Fact>) {
        self.service.bring_forward(state, subject, out);
    }
}
