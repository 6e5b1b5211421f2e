//! `Service`: what a service must say of itself to be hosted.

use std::time::Duration;

use events_schema::{Event, Fact, Heard, Key, Malformed, Record, Source, Timestamp, Topic};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Count, Decision, Figure, Level};

/// The unit of work and of ownership: one partition of everything a service consumes and emits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Task {
    /// The partition number.
    pub partition: u16,
    /// How many partitions every topic has.
    pub partitions: u16,
}

/// A service: three pure functions and what the host must know around them.
///
/// Time, randomness and identity are parameters. Nothing here may look at a clock, walk a hash map or fail.
pub trait Service: Sized + 'static {
    /// Its name: consumer group, event source, metric label, container.
    const SOURCE: Source;
    /// The one topic it owns; its facts there ARE its state log.
    const EMITS: Topic;
    /// Its dead-letter topic.
    const PARKED: Topic;

    /// What a consumed event makes us try.
    type Command;
    /// What we say.
    type Fact: Fact + Clone + PartialEq + std::fmt::Debug;
    /// The fold of what we said, plus the tables we read.
    type State: State;
    /// A call to the outside; [`crate::Never`] where there is none.
    type Request: Clone + Send + 'static;
    /// What the outside answers; [`Never`](crate::Never) where there is none. It can be written down, so that one that
    /// cannot be decided on is set aside whole.
    type Answer: Serialize + DeserializeOwned + Clone + Send + 'static;

    /// The rows of the choreography: subscription, skip test and decoder are made from them.
    fn reactions() -> &'static [&'static dyn Consumes<Self::Command>];

    /// The tables it reads to their end before it starts.
    fn tables() -> &'static [Row<Self::State>] {
        &[]
    }

    /// How long, in log time, ended things must still be restored; restore begins no later than that.
    fn window(&self) -> Duration;

    /// The state of a task before its first fact.
    fn begin(&self, task: Task) -> Self::State;

    /// What we say to a command. Idempotent; a refusal is a fact or silence, never an error.
    fn decide(
        &self,
        command: &Self::Command,
        state: &Self::State,
        now: Timestamp,
        out: &mut Decision<Self::Fact>,
    );

    /// Folds one of our facts into the state. Total: cannot fail or panic. `time` is the fact's own.
    fn evolve(state: &mut Self::State, subject: Key, fact: &Self::Fact, time: Timestamp);

    /// What a fact, just folded into `state`, obliges the host to.
    fn duties(
        state: &Self::State,
        subject: Key,
        fact: &Self::Fact,
        duty: &mut dyn FnMut(Duty<Self::Request>),
    );

    /// The command for a subject whose deadline has come.
    fn due(_subject: Key) -> Option<Self::Command> {
        None
    }

    /// The command for an answer from the outside.
    fn answered(subject: Key, answer: Self::Answer) -> Self::Command;

    /// The figures of its business, beside the machine's own.
    fn figures() -> &'static [Figure] {
        &[]
    }

    /// What a fact adds to the figures; `before` is the state before the fact is folded. Counted once for each fact,
    /// when its transaction is committed: not if it is undone, and not when the fact is read again on restore.
    fn count(
        _before: &Self::State,
        _subject: Key,
        _fact: &Self::Fact,
        _time: Timestamp,
        _add: &mut dyn FnMut(Count),
    ) {
    }

    /// How a task stands, looked at every few seconds: its state, and the calls to the outside without an answer.
    fn levels(
        _state: &Self::State,
        _open: &mut dyn Iterator<Item = &Self::Request>,
        _level: &mut dyn FnMut(Level),
    ) {
    }

    /// Says the balance of a long-lived subject anew, so that restore need not go back to its first fact. Silence
    /// when it cannot be said now; the host asks again.
    fn bring_forward(&self, _state: &Self::State, _subject: Key, _out: &mut Decision<Self::Fact>) {}
}

/// A service's state: passes both calls on to its tables.
pub trait State {
    /// The open transaction is committed.
    fn commit(&mut self);
    /// The open transaction is aborted: back to the last commit.
    fn roll_back(&mut self);
    /// Restore did not begin at the first fact ever said, but at one of this time: what ended before is unknown.
    fn known_since(&mut self, _time: Timestamp) {}
}

/// What a fact obliges the host to: a fold over facts, so that restore rebuilds deadlines and open calls from the log.
#[derive(Clone, PartialEq, Debug)]
pub enum Duty<R> {
    /// Wake the subject at this time; replaces an earlier deadline of it.
    Wake(Timestamp),
    /// The subject has no deadline any more.
    Sleep,
    /// Ask the outside about the subject, once the fact is committed; replaces an earlier request.
    Ask(R),
    /// The subject's request is answered.
    Answered,
    /// Put a copy of this fact, with its id, on another topic.
    Copy(Topic, To),
    /// The subject is open: restore must begin no later than this fact. (Does nothing while it is open already.)
    Open,
    /// The subject stays for ever: restore must know it from this fact on, until its balance is brought forward
    /// ([`Service::bring_forward`], [`Duty::Counted`]). (Does nothing while it is kept already.)
    Keep,
    /// The subject is over: restore need not know it any more, but for the window.
    Over,
    /// The balance of a kept subject was brought forward: restore needs it from this fact on.
    Counted,
}

/// Where a copy goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum To {
    /// The partition of the fact's subject, by the rule for keys.
    Home,
    /// This partition.
    Partition(u16),
    /// Every partition: the topic is a table.
    Everywhere,
}

/// One row of the choreography.
pub trait Consumes<C>: Sync {
    /// The topic it stands on.
    fn topic(&self) -> Topic;
    /// The event.
    fn event(&self) -> &'static str;
    /// The name of the reaction: `effect_on_cause`.
    fn effect(&self) -> &'static str;
    /// Reads the record and reacts.
    fn hear(&self, record: &Record<'_>) -> Result<Heard<Option<C>>, Malformed>;
}

/// A row made from a plain function, named `effect_on_cause`. Written with [`on!`](crate::on).
pub struct On<E, C> {
    /// The topic it stands on.
    pub topic: Topic,
    /// The function's name.
    pub effect: &'static str,
    /// The reaction.
    pub react: fn(Heard<E>) -> Option<C>,
}

/// A row of the choreography: `on!(Topic::Orders, reserve_on_order_accepted)`.
#[macro_export]
macro_rules! on {
    ($topic:expr, $react:ident) => {
        &$crate::On { topic: $topic, effect: stringify!($react), react: $react }
    };
}

impl<E: Event, C> Consumes<C> for On<E, C> {
    fn topic(&self) -> Topic {
        self.topic
    }
    fn event(&self) -> &'static str {
        E::TYPE
    }
    fn effect(&self) -> &'static str {
        self.effect
    }
    fn hear(&self, record: &Record<'_>) -> Result<Heard<Option<C>>, Malformed> {
        let heard = events_schema::read::<E>(record)?;
        let Heard { id, subject, time, traceparent, place, .. } = heard;
        Ok(Heard { id, subject, time, traceparent, place, data: (self.react)(heard) })
    }
}

/// A row of a table: remembered, never answered, read to its end on restore.
pub trait Remembers<S>: Sync {
    /// The topic it stands on.
    fn topic(&self) -> Topic;
    /// Takes one record in; later records of a key replace earlier ones.
    fn remember(&self, state: &mut S, record: &Record<'_>) -> Result<(), Malformed>;
}

/// A table a service reads.
pub struct Row<S: 'static> {
    /// How it is read.
    pub table: &'static dyn Remembers<S>,
    /// `true`: somebody else writes it, so it is followed for ever. `false`: only this service writes it, so that it
    /// is read on restore alone, and what is said later is folded by `evolve`.
    pub followed: bool,
}
