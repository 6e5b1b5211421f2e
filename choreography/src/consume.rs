//! Consuming: the way of one record, answer or deadline to the facts it causes.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use events_schema::{EventId, Heard, Key, Malformed, Record, Topic};

use crate::{
    Answered, Clock, Consumes, Decision, Failed, Service, Sink,
    spans::{Begun, Trigger},
    speaker::{Cause, Speaker},
    worker::{Ports, Worker},
};

type Reaction<S> = &'static dyn Consumes<<S as Service>::Command>;

/// What a service listens to, made from its rows.
pub(crate) struct Subscription<S: Service> {
    rows: Vec<(Topic, Vec<Reaction<S>>)>,
}

impl<S: Service> Subscription<S> {
    pub(crate) fn new() -> Subscription<S> {
        let mut rows: Vec<(Topic, Vec<Reaction<S>>)> = Vec::new();
        for row in S::reactions() {
            match rows.iter_mut().find(|(topic, _)| *topic == row.topic()) {
                Some((_, of)) => of.push(*row),
                None => rows.push((row.topic(), vec![*row])),
            }
        }
        Subscription { rows }
    }

    /// The topics whose positions are committed: those reacted to, and the operators'.
    pub(crate) fn topics(&self) -> impl Iterator<Item = Topic> + '_ {
        let reacted = self.rows.iter().map(|(topic, _)| *topic);
        reacted.filter(|topic| *topic != Topic::Operations).chain([Topic::Operations])
    }

    /// Whether there is a row for these events.
    pub(crate) fn listens(&self, topic: Topic, kind: &str) -> bool {
        self.row(topic, kind).is_some()
    }

    fn row(&self, topic: Topic, kind: &str) -> Option<Reaction<S>> {
        let (_, rows) = self.rows.iter().find(|(of, _)| *of == topic)?;
        rows.iter().find(|row| row.event() == kind).copied()
    }

    /// Reads a record and reacts; `None`: it is not listened to.
    pub(crate) fn hear(&self, record: &Record<'_>) -> Result<Option<Heard<Option<S::Command>>>, Malformed> {
        let kind = events_schema::kind(record)?;
        self.row(record.place.topic, &kind).map(|row| row.hear(record)).transpose()
    }
}

impl<S: Service> Worker<S> {
    /// Takes one record. It cannot fail by the record's fault: what cannot be taken is parked.
    pub(crate) fn consume(
        &mut self,
        record: &Record<'_>,
        sink: &mut dyn Sink,
        clock: &dyn Clock,
    ) -> Result<(), Failed> {
        let Record { place, .. } = *record;
        let Some(hosted) = self.tasks.get_mut(&place.partition) else { return Ok(()) };
        if !hosted.positions.is_new(place) {
            return Ok(());
        }
        self.metrics.delivered(place.topic);
        if hosted.positions.is_table(place.topic) {
            self.remember(record);
            return Ok(());
        }
        if place.topic == Topic::Operations {
            return self.notice(record, sink, clock);
        }
        hosted.positions.pass(place, record.appended);
        match self.subscription.hear(record) {
            Ok(None) => Ok(()),
            Ok(Some(heard)) => self.take(record, heard, sink, clock),
            Err(error) => self.park(record, &error, sink, clock),
        }
    }

    /// Takes a record that was read: forwards it, sets it behind what its subject waits for, or decides.
    pub(crate) fn take(
        &mut self,
        record: &Record<'_>,
        heard: Heard<Option<S::Command>>,
        sink: &mut dyn Sink,
        clock: &dyn Clock,
    ) -> Result<(), Failed> {
        let (subject, mut cause) = (heard.subject, Cause::record(&heard));
        let Some(command) = heard.data else { return Ok(()) };
        let Some(mut decider) = self.decider(record.place.partition, sink, clock) else { return Ok(()) };
        let speaker = &mut decider.speaker;
        speaker.begin(&mut cause, &Begun::record(record, subject));
        if speaker.is_astray(record.place, &subject) {
            return match speaker.forward(&mut cause, subject, record) {
                Err(Failed::TooLarge(what)) => {
                    speaker.park(&mut cause, subject, record, &format!("too large: {what}"))
                }
                other => other,
            };
        }
        speaker.hosted.touched = true;
        if speaker.hosted.parking.blocks(&subject) {
            return speaker.park_behind(&mut cause, subject, record);
        }
        match decider.decide(&command, &mut cause, subject)? {
            Ok(()) => Ok(()),
            Err(reason) => decider.speaker.park(&mut cause, subject, record, &reason),
        }
    }

    /// Parks a record that cannot be read; it blocks the subject its key names, if it names one.
    fn park(
        &mut self,
        record: &Record<'_>,
        error: &Malformed,
        sink: &mut dyn Sink,
        clock: &dyn Clock,
    ) -> Result<(), Failed> {
        let Some(mut decider) = self.decider(record.place.partition, sink, clock) else { return Ok(()) };
        let named = record.key.and_then(|key| Key::from_bytes(key).ok());
        let subject = named.unwrap_or_else(|| record.place.as_key());
        let mut cause = Cause::unreadable(record);
        decider.speaker.begin(&mut cause, &Begun::record(record, subject));
        decider.speaker.park(&mut cause, subject, record, &error.to_string())
    }

    /// Takes one row of a followed table in. One that cannot be read changes nothing.
    fn remember(&mut self, record: &Record<'_>) {
        let Some(hosted) = self.tasks.get_mut(&record.place.partition) else { return };
        hosted.positions.pass(record.place, record.appended);
        for row in S::tables().iter().filter(|row| row.table.topic() == record.place.topic) {
            if let Err(error) = row.table.remember(&mut hosted.state, record) {
                tracing::error!(place = %record.place, %error, "stepped over a row that cannot be read");
            }
        }
    }

    /// Decides on the answers that came in, undone ones first.
    pub(crate) fn take_answers(&mut self, ports: &mut Ports<'_, S>) -> Result<(), Failed> {
        for _ in 0..self.pace.records {
            let Some(answered) = self.returned.pop_front().or_else(|| ports.outside.answer()) else { break };
            self.taken.push(answered.clone());
            self.take_answer(answered, ports)?;
        }
        Ok(())
    }

    fn take_answer(&mut self, answered: Answered<S::Answer>, ports: &mut Ports<'_, S>) -> Result<(), Failed> {
        let Answered { partition, subject, cause, answer } = answered;
        let Some(mut decider) = self.decider(partition, ports.sink, ports.clock) else { return Ok(()) };
        let speaker = &mut decider.speaker;
        speaker.hosted.touched = true;
        let mut cause = Cause::own_fact(&speaker.hosted.asked(&subject, cause));
        speaker.begin(&mut cause, &Begun::own_fact(Trigger::Answer, subject));
        if speaker.hosted.awaits_operator(&subject) {
            return speaker.park_answer(&mut cause, subject, &answer, "behind a parked answer");
        }
        let command = S::answered(subject, answer.clone());
        match decider.decide(&command, &mut cause, subject)? {
            Ok(()) => Ok(()),
            Err(reason) => decider.speaker.park_answer(&mut cause, subject, &answer, &reason),
        }
    }
}

/// A task at work: its voice, its service, and what of its inputs is condemned.
pub(crate) struct Decider<'a, S: Service> {
    pub(crate) speaker: Speaker<'a, S>,
    pub(crate) decision: &'a mut Decision<S::Fact>,
    pub(crate) service: &'a S,
    pub(crate) condemned: &'a mut HashMap<EventId, String>,
}

impl<S: Service> Decider<'_, S> {
    /// Decides and says. The inner error is why the input must be parked: its own fault, by a panic or by its size.
    pub(crate) fn decide(
        &mut self,
        command: &S::Command,
        cause: &mut Cause,
        subject: Key,
    ) -> Result<Result<(), String>, Failed> {
        if let Some(reason) = self.condemned.remove(&cause.id) {
            return Ok(Err(reason));
        }
        let Decider { speaker, decision, service, condemned } = self;
        decision.clear();
        let (state, now) = (&speaker.hosted.state, speaker.now);
        let decided = catch_unwind(AssertUnwindSafe(|| service.decide(command, state, now, decision)));
        if let Err(panic) = decided {
            return Ok(Err(format!("deciding panicked: {}", text_of(panic.as_ref()))));
        }
        let told = catch_unwind(AssertUnwindSafe(|| speaker.tell(cause, subject, decision)));
        speaker.spans.end(speaker.clock);
        let reason = match told {
            Ok(Ok(())) => return Ok(Ok(())),
            Ok(Err(Failed::TooLarge(what))) => format!("what it causes is too large: {what}"),
            Ok(Err(failed)) => return Err(failed),
            Err(panic) => format!("folding panicked: {}", text_of(panic.as_ref())),
        };
        // Half of it may be said: the transaction is undone, and when the input comes again it is parked.
        condemned.insert(cause.id, reason.clone());
        Err(Failed::Aborted(reason))
    }
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words")
}
