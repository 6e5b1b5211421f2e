//! `Speaker`: says facts for one task in the open transaction: encodes, appends, folds, notes what they oblige to.

use events_schema::{
    Envelope, EventId, Fact, Heard, Key, Place, Record, Routing, Said, Timestamp, TraceParent,
    parking::{EventForwarded, ParkingFact},
    partition_of,
};

use crate::{
    Clock, Count, Decision, Duty, Failed, Input, Outgoing, Service, Sink, To,
    hosted::{Hosted, Origin},
    parking::Waiting,
    spans::{Begun, Sent, Spans},
};

/// What made us speak, and how the ids of what we say follow from it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cause {
    /// The id of the event answered.
    pub(crate) id: EventId,
    /// Where that event stands; `None`: it is an own fact whose deadline or answer came.
    place: Option<Place>,
    /// The trace of what is said: that of the event answered, or of our own span if one is recorded.
    traceparent: Option<TraceParent>,
    recorded: bool,
    pub(crate) ordinal: usize,
}

impl Cause {
    /// A consumed record.
    pub(crate) fn record<E>(heard: &Heard<E>) -> Cause {
        let Heard { id, place, traceparent, .. } = *heard;
        Cause { id, place: Some(place), traceparent, recorded: false, ordinal: 0 }
    }

    /// A record that could not be read.
    pub(crate) fn unreadable(record: &Record<'_>) -> Cause {
        let opened = events_schema::open(record).ok();
        let id = opened.as_ref().map_or_else(|| EventId::of_place(record.place), |opened| opened.id);
        let traceparent = opened.and_then(|opened| opened.traceparent);
        Cause { id, place: Some(record.place), traceparent, recorded: false, ordinal: 0 }
    }

    /// An own fact: its deadline has come, its question is answered, or its balance is brought forward.
    pub(crate) fn own_fact(origin: &Origin) -> Cause {
        let traceparent = origin.trace.as_deref().copied();
        Cause { id: origin.fact, place: None, traceparent, recorded: false, ordinal: 0 }
    }

    /// The trace it belongs to.
    pub(crate) fn traceparent(&self) -> Option<TraceParent> {
        self.traceparent
    }

    /// What is said from now on is said by this span.
    pub(crate) fn trace(&mut self, span: TraceParent) {
        self.traceparent = Some(span);
        self.recorded = true;
    }

    /// The span that says it, if one is recorded.
    pub(crate) fn span(&self) -> Option<TraceParent> {
        self.traceparent.filter(|_| self.recorded)
    }

    pub(crate) fn next_id(&mut self, emitter: events_schema::Source, event: &str) -> EventId {
        let ordinal = self.ordinal + crate::planted::stray();
        self.ordinal += 1;
        match self.place {
            Some(place) => EventId::of_record(emitter, place, event, ordinal),
            None => EventId::of_fact(emitter, self.id, event, ordinal),
        }
    }
}

/// A fact that was said, for the log of the process; shown once it is committed.
pub(crate) struct Line {
    pub(crate) partition: u16,
    pub(crate) subject: Key,
    pub(crate) event: &'static str,
    pub(crate) id: EventId,
    pub(crate) cause: EventId,
    pub(crate) trace: Option<TraceParent>,
}

impl Line {
    pub(crate) fn show(&self) {
        let Line { partition, subject, event, id, cause, trace } = self;
        let (trace_id, span_id) =
            (trace.as_ref().map(TraceParent::trace_id), trace.as_ref().map(TraceParent::span_id));
        // A target of its own, so that a filter can leave the facts out and keep the rest, wherever this code stands.
        tracing::info!(target: "facts", %subject, event, %id, %cause, partition, trace_id, span_id, "said");
    }
}

/// One task's voice in the open transaction.
pub(crate) struct Speaker<'a, S: Service> {
    pub(crate) hosted: &'a mut Hosted<S>,
    pub(crate) sink: &'a mut dyn Sink,
    pub(crate) now: Timestamp,
    /// `now` as text.
    pub(crate) time: &'a str,
    /// A buffer that is reused for every fact.
    pub(crate) bytes: &'a mut Vec<u8>,
    pub(crate) lines: &'a mut Vec<Line>,
    pub(crate) spans: &'a mut Spans,
    pub(crate) clock: &'a dyn Clock,
    /// What the facts add to the figures of the business; `None` where nobody reads them.
    pub(crate) counts: Option<&'a mut Vec<Count>>,
}

impl<S: Service> Speaker<'_, S> {
    /// An input is about to be decided on.
    pub(crate) fn begin(&mut self, cause: &mut Cause, begun: &Begun<'_>) {
        self.spans.begin(S::SOURCE, cause, begun, self.clock);
    }

    /// Says all facts of a decision, and `EventDiscarded` if it gave the record up.
    pub(crate) fn tell(
        &mut self,
        cause: &mut Cause,
        subject: Key,
        decision: &Decision<S::Fact>,
    ) -> Result<(), Failed> {
        for said in decision.said() {
            self.say(cause, said)?;
        }
        match (decision.discarded(), cause.place) {
            (Some(reason), Some(place)) => {
                self.discarded(cause, subject, &Waiting::Record(place), reason.to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Says one fact: on the own topic, with its copies, in one transaction.
    fn say(&mut self, cause: &mut Cause, said: &Said<S::Fact>) -> Result<(), Failed> {
        let Said { subject, fact } = said;
        let origin = self.encode(cause, *subject, fact);
        if let Some(counts) = &mut self.counts {
            S::count(&self.hosted.state, *subject, fact, self.now, &mut |count| counts.push(count));
        }
        S::evolve(&mut self.hosted.state, *subject, fact, self.now);
        let owed = self.hosted.duties.len();
        let Hosted { state, duties, .. } = &mut *self.hosted;
        S::duties(state, *subject, fact, &mut |duty| duties.push((*subject, origin.clone(), duty)));
        self.copy(*subject, owed)?;
        self.hosted.append_own(*subject, self.now, self.bytes, self.sink)
    }

    /// Writes the fact's event into the buffer.
    fn encode<F: Fact>(&mut self, cause: &mut Cause, subject: Key, fact: &F) -> Origin {
        let event = fact.event();
        let id = cause.next_id(S::SOURCE, event);
        let trace = self.trace_of(cause, Sent { to: self.hosted.own(), id, event, subject });
        let envelope = Envelope {
            kind: event,
            id,
            source: S::SOURCE,
            subject,
            time: self.time,
            causationid: Some(cause.id),
            traceparent: trace,
        };
        self.bytes.clear();
        envelope.write_fact(self.bytes, fact);
        let (partition, cause) = (self.hosted.task.partition, cause.id);
        self.lines.push(Line { partition, subject, event, id, cause, trace });
        Origin { fact: id, trace: trace.map(Box::new) }
    }

    /// The trace that a fact carries.
    fn trace_of(&mut self, cause: &Cause, sent: Sent) -> Option<TraceParent> {
        match cause.span() {
            Some(span) => Some(self.spans.send(span, sent, self.clock)),
            None => cause.traceparent,
        }
    }

    /// Appends the copies that the duties from this one on ask for.
    fn copy(&mut self, subject: Key, owed: usize) -> Result<(), Failed> {
        for at in owed..self.hosted.duties.len() {
            let (_, _, Duty::Copy(topic, to)) = self.hosted.duties[at] else { continue };
            let partitions = self.hosted.task.partitions;
            let addressees = match to {
                To::Home => {
                    let home = partition_of(&subject, partitions);
                    home..home + 1
                }
                To::Partition(partition) => partition..partition + 1,
                To::Everywhere => 0..partitions,
            };
            for partition in addressees {
                self.append(Input { topic, partition }, subject)?;
            }
        }
        Ok(())
    }

    /// Appends the buffer elsewhere than on the own topic.
    fn append(&mut self, to: Input, subject: Key) -> Result<(), Failed> {
        let (key, value) = (Some(subject.as_bytes()), Some(self.bytes.as_slice()));
        self.sink.append(Outgoing { to, time: self.now, key, value, headers: &[] })
    }

    /// Whether a record stands on another partition than its subject's, though its topic goes by the key.
    pub(crate) fn is_astray(&self, place: Place, subject: &Key) -> bool {
        let goes_by_key = place.topic.routing() == Routing::ByKey;
        goes_by_key && partition_of(subject, self.hosted.task.partitions) != place.partition
    }

    /// Sends an outsider's record on to the partition of its subject, and says so: a transaction that only forwarded
    /// must leave its positions in the own log too, or lost group positions would send the record on once more.
    pub(crate) fn forward(
        &mut self,
        cause: &mut Cause,
        subject: Key,
        record: &Record<'_>,
    ) -> Result<(), Failed> {
        let Place { topic, partition, offset } = record.place;
        let to = partition_of(&subject, self.hosted.task.partitions);
        self.bytes.clear();
        // The record was read a moment ago, so that it can be opened.
        if events_schema::forwarded(record, self.bytes).is_ok() {
            self.append(Input { topic, partition: to }, subject)?;
        }
        let fact = EventForwarded { topic: topic.name().to_owned(), partition, offset, to };
        self.say_parking(cause, subject, fact.into())
    }

    pub(crate) fn say_parking(
        &mut self,
        cause: &mut Cause,
        subject: Key,
        fact: ParkingFact,
    ) -> Result<(), Failed> {
        let origin = self.encode(cause, subject, &fact);
        self.hosted.append_own(subject, self.now, self.bytes, self.sink)?;
        self.hosted.park(subject, origin, &fact);
        Ok(())
    }
}
