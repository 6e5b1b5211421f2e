//! `Replay`: decides an input once more on the fold of what was said before it, from the log alone. Pure.

use events_schema::{Envelope, EventId, Fact, Key, Malformed, Record, Timestamp};

use crate::{Decision, Service, State, Task, consume::Subscription, hosted::Origin, speaker::Cause};

/// One task, as it was at some point of its own log.
pub struct Replay<S: Service> {
    service: S,
    subscription: Subscription<S>,
    state: S::State,
}

impl<S: Service> Replay<S> {
    /// A task before its first fact.
    pub fn new(service: S, task: Task) -> Replay<S> {
        let state = service.begin(task);
        Replay { service, subscription: Subscription::new(), state }
    }

    /// Takes in a row of a table that others write. What the service itself writes into one comes by its facts.
    pub fn remember(&mut self, record: &Record<'_>) -> Result<(), Malformed> {
        let rows = S::tables().iter().filter(|row| row.followed && row.table.topic() == record.place.topic);
        rows.into_iter().try_for_each(|row| row.table.remember(&mut self.state, record))?;
        self.state.commit();
        Ok(())
    }

    /// Folds a fact of its own log; whether it was one: what the machine says of parking is none.
    pub fn fold(&mut self, record: &Record<'_>) -> Result<bool, Malformed> {
        let kind = events_schema::kind(record)?;
        let Some(heard) = S::Fact::read(&kind, record)? else { return Ok(false) };
        S::evolve(&mut self.state, heard.subject, &heard.data, heard.time);
        self.state.commit();
        Ok(true)
    }

    /// What it says to a consumed record at this time: the facts as they are written, but for their traces, which are
    /// not decided. `None`: it does not listen to it.
    pub fn on_record(&self, record: &Record<'_>, now: Timestamp) -> Result<Option<Vec<Vec<u8>>>, Malformed> {
        let Some(heard) = self.subscription.hear(record)? else { return Ok(None) };
        let cause = Cause::record(&heard);
        Ok(heard.data.map(|command| self.said(&command, cause, now)))
    }

    /// What it says when the deadline that this fact set has come. `None`: its subjects have no deadlines.
    pub fn on_deadline(&self, subject: Key, fact: EventId, now: Timestamp) -> Option<Vec<Vec<u8>>> {
        S::due(subject).map(|command| self.said(&command, Cause::own_fact(&Origin::untraced(fact)), now))
    }

    /// What it says to an answer to the question that this fact asked.
    pub fn on_answer(&self, subject: Key, fact: EventId, answer: S::Answer, now: Timestamp) -> Vec<Vec<u8>> {
        self.said(&S::answered(subject, answer), Cause::own_fact(&Origin::untraced(fact)), now)
    }

    fn said(&self, command: &S::Command, mut cause: Cause, now: Timestamp) -> Vec<Vec<u8>> {
        let (mut decision, time) = (Decision::default(), now.to_string());
        self.service.decide(command, &self.state, now, &mut decision);
        let written = decision.said().iter().map(|said| {
            let kind = said.fact.event();
            let envelope = Envelope {
                kind,
                id: cause.next_id(S::SOURCE, kind),
                source: S::SOURCE,
                subject: said.subject,
                time: &time,
                causationid: Some(cause.id),
                traceparent: None,
            };
            let mut bytes = Vec::with_capacity(512);
            envelope.write_fact(&mut bytes, &said.fact);
            bytes
        });
        written.collect()
    }
}
