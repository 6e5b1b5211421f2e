//! `Speaker`: says facts for one task in the open transaction: encodes, appends, folds, notes what they oblige to.

use events_schema::{
    Envelope, EventId, Fact, Heard, Key, OwnedRecord, Place, Record, Routing, Said, Timestamp, TraceParent,
    murmur2,
    parking::{EventDiscarded, EventForwarded, EventParked, EventResumed, ParkingFact},
    partition_of,
};

use crate::{
    Count, Decision, Duty, Failed, Input, Outgoing, Service, Sink, To,
    hosted::Hosted,
    parking::{Waiting, header},
};

/// What made us speak, and how the ids of what we say follow from it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cause {
    /// The id of the event answered.
    pub(crate) id: EventId,
    /// Where that event stands; `None`: it is an own fact whose deadline or answer came.
    place: Option<Place>,
    pub(crate) traceparent: Option<TraceParent>,
    ordinal: usize,
}

impl Cause {
    /// A consumed record.
    pub(crate) fn record<E>(heard: &Heard<E>) -> Cause {
        Cause { id: heard.id, place: Some(heard.place), traceparent: heard.traceparent, ordinal: 0 }
    }

    /// A record that could not be read.
    pub(crate) fn unreadable(record: &Record<'_>) -> Cause {
        let id =
            events_schema::open(record).map_or_else(|_| EventId::of_place(record.place), |opened| opened.id);
        Cause { id, place: Some(record.place), traceparent: None, ordinal: 0 }
    }

    /// An own fact: its deadline has come, its question is answered, or its balance is brought forward.
    pub(crate) fn own_fact(id: EventId) -> Cause {
        Cause { id, place: None, traceparent: None, ordinal: 0 }
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
    /// What the facts add to the figures of the business; `None` where nobody reads them.
    pub(crate) counts: Option<&'a mut Vec<Count>>,
}

impl<S: Service> Speaker<'_, S> {
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
        let id = self.encode(cause, *subject, fact);
        if let Some(counts) = &mut self.counts {
            S::count(&self.hosted.state, *subject, fact, self.now, &mut |count| counts.push(count));
        }
        S::evolve(&mut self.hosted.state, *subject, fact, self.now);
        let owed = self.hosted.duties.len();
        let Hosted { state, duties, .. } = &mut *self.hosted;
        S::duties(state, *subject, fact, &mut |duty| duties.push((*subject, id, duty)));
        self.copy(*subject, owed)?;
        self.hosted.append_own(*subject, self.now, self.bytes, self.sink)
    }

    /// Writes the fact's event into the buffer and returns its id.
    fn encode<F: Fact>(&mut self, cause: &mut Cause, subject: Key, fact: &F) -> EventId {
        let event = fact.event();
        let id = cause.next_id(S::SOURCE, event);
        let envelope = Envelope {
            kind: event,
            id,
            source: S::SOURCE,
            subject,
            time: self.time,
            causationid: Some(cause.id),
            traceparent: cause.traceparent,
        };
        self.bytes.clear();
        envelope.write_fact(self.bytes, fact);
        self.lines.push(Line { partition: self.hosted.task.partition, subject, event, id, cause: cause.id });
        id
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

    /// Sets a record aside, verbatim, and says so.
    pub(crate) fn park(
        &mut self,
        cause: &mut Cause,
        subject: Key,
        record: &Record<'_>,
        reason: &str,
    ) -> Result<(), Failed> {
        tracing::warn!(%subject, place = %record.place, reason, "parked");
        self.append_parked(subject, &Waiting::Record(record.place), &OwnedRecord::from(record), reason)?;
        self.parked(cause, subject, &Waiting::Record(record.place), reason)
    }

    /// Sets a deadline aside.
    pub(crate) fn park_deadline(
        &mut self,
        cause: &mut Cause,
        subject: Key,
        reason: &str,
    ) -> Result<(), Failed> {
        let value = serde_json::json!({ "input": "deadline", "fact": cause.id.as_str() });
        self.park_input(cause, subject, &Waiting::Deadline, &value, reason)
    }

    /// Sets an answer aside, whole: nobody may ever say it again. One that waits already is not set aside twice.
    pub(crate) fn park_answer(
        &mut self,
        cause: &mut Cause,
        subject: Key,
        answer: &S::Answer,
        reason: &str,
    ) -> Result<(), Failed> {
        let answer = serde_json::to_value(answer).unwrap_or_default();
        let value = serde_json::json!({ "input": "answer", "fact": cause.id.as_str(), "answer": answer });
        let what = Waiting::Answer(murmur2(value.to_string().as_bytes()).into());
        if self.hosted.parking.holds(&subject, &what) {
            return Ok(());
        }
        self.park_input(cause, subject, &what, &value, reason)
    }

    fn park_input(
        &mut self,
        cause: &mut Cause,
        subject: Key,
        what: &Waiting,
        value: &serde_json::Value,
        reason: &str,
    ) -> Result<(), Failed> {
        tracing::warn!(%subject, ?what, reason, "parked");
        let (_, partition, number) = what.named(self.hosted.task.partition);
        // Resumed, it may be parked once more for the same fact: the time tells one from the other.
        cause.ordinal = usize::try_from(self.now.0 + number).unwrap_or_default();
        let record = OwnedRecord {
            place: Place { topic: S::EMITS, partition, offset: 0 },
            appended: self.now,
            key: Some(subject.as_bytes().to_vec()),
            value: Some(value.to_string().into_bytes()),
            headers: Vec::new(),
        };
        self.append_parked(subject, what, &record, reason)?;
        self.parked(cause, subject, what, reason)
    }

    fn append_parked(
        &mut self,
        subject: Key,
        what: &Waiting,
        record: &OwnedRecord,
        reason: &str,
    ) -> Result<(), Failed> {
        let (topic, partition, offset) = what.named(self.hosted.task.partition);
        let (partition, offset) = (partition.to_string(), offset.to_string());
        let mut headers: Vec<(&str, &[u8])> = vec![
            (header::SERVICE, S::SOURCE.name().as_bytes()),
            (header::SUBJECT, subject.as_bytes()),
            (header::REASON, clip(reason).as_bytes()),
            (header::AT, self.time.as_bytes()),
            (header::TOPIC, topic.as_bytes()),
            (header::PARTITION, partition.as_bytes()),
            (header::OFFSET, offset.as_bytes()),
        ];
        headers.extend(record.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())));
        let to = Input { topic: S::PARKED, partition: self.hosted.task.partition };
        let whole = Outgoing {
            to,
            time: self.now,
            key: record.key.as_deref(),
            value: record.value.as_deref(),
            headers: &headers,
        };
        match self.sink.append(whole) {
            Err(Failed::TooLarge(_)) => self.append_truncated(whole, headers.clone()),
            other => other,
        }
    }

    /// Keeps the beginning of a record the log would not take whole; the rest stands at its original place.
    fn append_truncated(
        &mut self,
        whole: Outgoing<'_>,
        mut headers: Vec<(&str, &[u8])>,
    ) -> Result<(), Failed> {
        const KEPT: usize = 64 * 1024;
        let cut = |bytes: Option<&[u8]>| bytes.map(|bytes| bytes[..bytes.len().min(KEPT)].to_vec());
        headers.truncate(7);
        headers.push((header::TRUNCATED, b"true"));
        let (key, value) = (cut(whole.key), cut(whole.value));
        self.sink.append(Outgoing {
            key: key.as_deref(),
            value: value.as_deref(),
            headers: &headers,
            ..whole
        })
    }

    /// Says that something waits.
    pub(crate) fn parked(
        &mut self,
        cause: &mut Cause,
        subject: Key,
        what: &Waiting,
        reason: &str,
    ) -> Result<(), Failed> {
        let (topic, partition, offset) = what.named(self.hosted.task.partition);
        let fact = EventParked { topic, partition, offset, reason: clip(reason).to_owned() };
        self.say_parking(cause, subject, fact.into())
    }

    /// Says that something was taken after all.
    pub(crate) fn resumed(
        &mut self,
        cause: &mut Cause,
        subject: Key,
        what: &Waiting,
        reason: String,
    ) -> Result<(), Failed> {
        let (topic, partition, offset) = what.named(self.hosted.task.partition);
        let reason = clip(&reason).to_owned();
        self.say_parking(cause, subject, EventResumed { topic, partition, offset, reason }.into())
    }

    /// Says that something was given up.
    pub(crate) fn discarded(
        &mut self,
        cause: &mut Cause,
        subject: Key,
        what: &Waiting,
        reason: String,
    ) -> Result<(), Failed> {
        let (topic, partition, offset) = what.named(self.hosted.task.partition);
        let reason = clip(&reason).to_owned();
        self.say_parking(cause, subject, EventDiscarded { topic, partition, offset, reason }.into())
    }

    fn say_parking(&mut self, cause: &mut Cause, subject: Key, fact: ParkingFact) -> Result<(), Failed> {
        let id = self.encode(cause, subject, &fact);
        self.hosted.append_own(subject, self.now, self.bytes, self.sink)?;
        self.hosted.park(subject, id, &fact);
        Ok(())
    }
}

/// A reason at a length that a fact can carry: an operator's, or a panic's, may be of any.
fn clip(reason: &str) -> &str {
    const MOST: usize = 500;
    reason.char_indices().nth(MOST).map_or(reason, |(end, _)| &reason[..end])
}
