//! Operators' requests: parked records are resumed or discarded by the task itself, oldest first, ids kept.
//!
//! A request is a turn of its own, because what waits is read back from the dead-letter topic, and because that
//! takes the reader's assignment away. A repair is decided on as any other event is, but in its turn among them.

use std::collections::HashMap;

use events_schema::{
    EventId, Fact, Heard, Key, Malformed, OwnedRecord, Record, Timestamp, Topic, TraceParent,
    operations::{OperationEvent, ParkedDiscardRequested, ParkedResumeRequested},
};

use crate::{
    Clock, Failed, Fatal, Input, Service, Sink, Source,
    parking::{Waiting, header},
    spans::{Begun, Trigger},
    speaker::Cause,
    worker::{Ports, Worker},
};

const GONE: &str = "the parked record is not on the dead-letter topic any more";

/// An answer as it was set aside.
#[derive(serde::Deserialize)]
struct ParkedAnswer<A> {
    /// The fact that obliged us to ask.
    fact: EventId,
    answer: A,
}

/// What is asked of the parked records of a subject.
struct Asked<'a> {
    service: &'a str,
    discard: bool,
    by: Option<&'a str>,
    reason: Option<&'a str>,
}

impl<S: Service> Worker<S> {
    /// Notes a record of the operators' topic; if it is for us it gets a turn of its own, and so does all behind it.
    pub(crate) fn notice(
        &mut self,
        record: &Record<'_>,
        sink: &mut dyn Sink,
        clock: &dyn Clock,
    ) -> Result<(), Failed> {
        let Some(hosted) = self.tasks.get_mut(&record.place.partition) else { return Ok(()) };
        if hosted.requests.back().is_some_and(|last| last.place.offset >= record.place.offset) {
            return Ok(());
        }
        let waits = !hosted.requests.is_empty();
        let ours = match read(record) {
            Ok(Some((kind, heard))) => match asked(&heard.data) {
                Some(asked) => asked.service == S::SOURCE.name(),
                None => self.subscription.listens(Topic::Operations, &kind),
            },
            Ok(None) => false,
            Err(_) if waits => true,
            Err(error) => return self.park_request(record, &error, sink, clock),
        };
        let Some(hosted) = self.tasks.get_mut(&record.place.partition) else { return Ok(()) };
        if ours || !hosted.requests.is_empty() {
            hosted.requests.push_back(OwnedRecord::from(record));
        } else {
            hosted.positions.pass(record.place, record.appended);
        }
        Ok(())
    }

    /// Parks a request that cannot be read. It blocks nobody.
    fn park_request(
        &mut self,
        record: &Record<'_>,
        error: &Malformed,
        sink: &mut dyn Sink,
        clock: &dyn Clock,
    ) -> Result<(), Failed> {
        tracing::warn!(place = %record.place, %error, "an operator's request cannot be read");
        let Some(mut decider) = self.decider(record.place.partition, sink, clock) else { return Ok(()) };
        let speaker = &mut decider.speaker;
        speaker.hosted.positions.pass(record.place, record.appended);
        let subject = record.place.as_key();
        let mut cause = Cause::unreadable(record);
        speaker.begin(&mut cause, &Begun::record(record, subject));
        speaker.park(&mut cause, subject, record, &error.to_string())
    }

    /// A task with a request to carry out.
    pub(crate) fn requested(&self) -> Option<u16> {
        self.tasks.iter().find(|(_, hosted)| !hosted.requests.is_empty()).map(|(partition, _)| *partition)
    }

    /// Carries the oldest request of a task out.
    pub(crate) fn carry_out(&mut self, partition: u16, ports: &mut Ports<'_, S>) -> Result<(), Failed> {
        let Some(hosted) = self.tasks.get_mut(&partition) else { return Ok(()) };
        let Some(request) = hosted.requests.pop_front() else { return Ok(()) };
        hosted.positions.pass(request.place, request.appended);
        hosted.touched = true;
        let record = request.as_record();
        let heard = match read(&record) {
            Ok(Some((_, heard))) => heard,
            Ok(None) => return Ok(()),
            Err(error) => return self.park_request(&record, &error, ports.sink, ports.clock),
        };
        match asked(&heard.data) {
            Some(asked) if asked.service == S::SOURCE.name() => self.resume(&record, &heard, &asked, ports),
            Some(_) => Ok(()),
            None => self.repair(&record, ports),
        }
    }

    /// Decides on a request that is one of the service's own rows.
    fn repair(&mut self, record: &Record<'_>, ports: &mut Ports<'_, S>) -> Result<(), Failed> {
        match self.subscription.hear(record) {
            Ok(Some(heard)) => self.take(record, heard, ports.sink, ports.clock),
            // Read a moment ago, and not one of ours.
            Ok(None) | Err(_) => Ok(()),
        }
    }

    fn resume(
        &mut self,
        record: &Record<'_>,
        heard: &Heard<OperationEvent>,
        asked: &Asked<'_>,
        ports: &mut Ports<'_, S>,
    ) -> Result<(), Failed> {
        let partition = heard.place.partition;
        let Some(hosted) = self.tasks.get(&partition) else { return Ok(()) };
        if hosted.parking.oldest(&heard.subject).is_none() {
            tracing::warn!(subject = %heard.subject, "nothing is parked for the subject of this request");
            return Ok(());
        }
        let parked = read_parked(Input { topic: S::PARKED, partition }, heard.subject, ports.source)?;
        let mut operator = Cause::record(heard);
        if let Some(mut decider) = self.decider(partition, ports.sink, ports.clock) {
            decider.speaker.begin(&mut operator, &Begun::record(record, heard.subject));
        }
        self.settle_parked(operator, (partition, heard.subject), asked, &parked, ports)
    }

    /// Takes what waits for the subject, oldest first, until nothing waits or something must wait again.
    fn settle_parked(
        &mut self,
        mut operator: Cause,
        (partition, subject): (u16, Key),
        asked: &Asked<'_>,
        parked: &HashMap<Waiting, OwnedRecord>,
        ports: &mut Ports<'_, S>,
    ) -> Result<(), Failed> {
        // What was parked goes on with its own story; the request that brought it back is of another.
        let link = operator.span();
        let (mut discard, why) = (asked.discard, asked.why());
        loop {
            let Some(hosted) = self.tasks.get(&partition) else { return Ok(()) };
            let Some(oldest) = hosted.parking.oldest(&subject).copied() else { return Ok(()) };
            let taken = match (&oldest, discard) {
                (_, true) | (Waiting::Deadline, _) => Ok(()),
                (Waiting::Record(_), _) => self.take_parked(parked.get(&oldest), (subject, link), ports)?,
                (Waiting::Answer(_), _) => {
                    self.take_parked_answer(partition, parked.get(&oldest), (subject, link), ports)?
                }
            };
            let Some(mut decider) = self.decider(partition, ports.sink, ports.clock) else { return Ok(()) };
            let speaker = &mut decider.speaker;
            match taken {
                Err(reason) => return speaker.parked(&mut operator, subject, &oldest, &reason),
                // The service itself gave it up: that is its end.
                Ok(()) if speaker.hosted.parking.oldest(&subject) != Some(&oldest) => {}
                Ok(()) if discard => speaker.discarded(&mut operator, subject, &oldest, why.clone())?,
                Ok(()) => speaker.resumed(&mut operator, subject, &oldest, why.clone())?,
            }
            // Only the oldest is given up; what waited behind it is taken.
            discard = false;
        }
    }

    /// Decides on a parked record as if it were consumed now. The inner error is why it must wait on.
    fn take_parked(
        &mut self,
        record: Option<&OwnedRecord>,
        (subject, link): (Key, Option<TraceParent>),
        ports: &mut Ports<'_, S>,
    ) -> Result<Result<(), String>, Failed> {
        let Some(record) = record else { return Ok(Err(GONE.to_owned())) };
        let record = record.as_record();
        let heard = match self.subscription.hear(&record) {
            Ok(Some(heard)) => heard,
            Ok(None) => return Ok(Ok(())),
            Err(error) => return Ok(Err(error.to_string())),
        };
        let mut cause = Cause::record(&heard);
        let Some(command) = heard.data else { return Ok(Ok(())) };
        let decider = self.decider(record.place.partition, ports.sink, ports.clock);
        let Some(mut decider) = decider else { return Ok(Ok(())) };
        decider.speaker.begin(&mut cause, &Begun::record(&record, subject).linked(link));
        if decider.speaker.is_astray(record.place, &subject) {
            return match decider.speaker.forward(&mut cause, subject, &record) {
                Err(Failed::TooLarge(what)) => Ok(Err(format!("too large: {what}"))),
                forwarded => forwarded.map(Ok),
            };
        }
        decider.decide(&command, &mut cause, subject)
    }

    /// Decides on a parked answer as if it came now.
    fn take_parked_answer(
        &mut self,
        partition: u16,
        record: Option<&OwnedRecord>,
        (subject, link): (Key, Option<TraceParent>),
        ports: &mut Ports<'_, S>,
    ) -> Result<Result<(), String>, Failed> {
        let Some(record) = record else { return Ok(Err(GONE.to_owned())) };
        let read = serde_json::from_slice(record.value.as_deref().unwrap_or_default());
        let ParkedAnswer { fact, answer } = match read {
            Ok(read) => read,
            Err(error) => return Ok(Err(format!("the parked answer cannot be read: {error}"))),
        };
        let Some(mut decider) = self.decider(partition, ports.sink, ports.clock) else { return Ok(Ok(())) };
        let mut cause = Cause::own_fact(&decider.speaker.hosted.asked(&subject, fact));
        decider.speaker.begin(&mut cause, &Begun::own_fact(Trigger::Answer, subject).linked(link));
        decider.decide(&S::answered(subject, answer), &mut cause, subject)
    }
}

/// Reads an operator's request, and its name.
fn read(record: &Record<'_>) -> Result<Option<(String, Heard<OperationEvent>)>, Malformed> {
    let kind = events_schema::kind(record)?;
    Ok(OperationEvent::read(&kind, record)?.map(|heard| (kind.into_owned(), heard)))
}

/// What is asked of parked records; `None`: it is about something else.
fn asked(event: &OperationEvent) -> Option<Asked<'_>> {
    match event {
        OperationEvent::ParkedResumeRequested(ParkedResumeRequested { service, by, reason }) => {
            Some(Asked { service, discard: false, by: by.as_deref(), reason: reason.as_deref() })
        }
        OperationEvent::ParkedDiscardRequested(ParkedDiscardRequested { service, by, reason }) => {
            Some(Asked { service, discard: true, by: by.as_deref(), reason: reason.as_deref() })
        }
        _ => None,
    }
}

impl Asked<'_> {
    fn why(&self) -> String {
        let by = self.by.unwrap_or("an operator");
        self.reason.map_or_else(|| format!("asked by {by}"), |reason| format!("asked by {by}: {reason}"))
    }
}

/// What is parked for a subject: records as they stood at their original places, and answers.
fn read_parked(
    input: Input,
    subject: Key,
    source: &mut dyn Source,
) -> Result<HashMap<Waiting, OwnedRecord>, Fatal> {
    let mut parked = HashMap::new();
    source.replay(input, 0, &mut |record| {
        if record.headers.get(header::SUBJECT) != Some(subject.as_bytes()) {
            return;
        }
        parked.extend(original(&record));
    })?;
    Ok(parked)
}

/// What was set aside, as it was before: a record with its own place, and its own headers only.
fn original(parked: &Record<'_>) -> Option<(Waiting, OwnedRecord)> {
    let text = |name| parked.headers.get(name).and_then(|value| std::str::from_utf8(value).ok());
    let (partition, offset) = (text(header::PARTITION)?.parse().ok()?, text(header::OFFSET)?.parse().ok()?);
    let waiting = Waiting::read(text(header::TOPIC)?, partition, offset)?;
    let mut record = OwnedRecord::from(parked);
    if let Waiting::Record(place) = waiting {
        record.place = place;
    }
    record.headers.retain(|(name, _)| !name.starts_with("parked-"));
    record.appended = text(header::AT).and_then(|at| at.parse::<Timestamp>().ok()).unwrap_or(record.appended);
    Some((waiting, record))
}
