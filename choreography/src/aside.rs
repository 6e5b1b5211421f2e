//! Setting aside: what a task says and keeps of an input that cannot be taken, or whose subject waits.

use events_schema::{
    Key, OwnedRecord, Place, Record, murmur2,
    parking::{EventDiscarded, EventParked, EventResumed},
};

use crate::{
    Failed, Input, Outgoing, Service,
    parking::{Waiting, header},
    speaker::{Cause, Speaker},
};

impl<S: Service> Speaker<'_, S> {
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

    /// Sets a record aside whose subject is blocked: behind all that waits, or in the place of the one it corrects.
    pub(crate) fn park_behind(
        &mut self,
        cause: &mut Cause,
        subject: Key,
        record: &Record<'_>,
    ) -> Result<(), Failed> {
        let Place { topic, partition, .. } = record.place;
        let waits = |offset: &i64| {
            self.hosted.parking.holds(&subject, &Waiting::Record(Place { offset: *offset, topic, partition }))
        };
        let Some(offset) = corrected(record).filter(waits) else {
            return self.park(cause, subject, record, "behind an earlier parked record");
        };
        tracing::warn!(%subject, place = %record.place, corrects = offset, "parked in the place of another");
        let (what, reason) = (Waiting::Record(record.place), format!("corrects offset {offset}"));
        self.append_parked(subject, &what, &OwnedRecord::from(record), &reason)?;
        self.set_aside(cause, subject, &what, &reason, Some(offset))
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
        self.set_aside(cause, subject, what, reason, None)
    }

    fn set_aside(
        &mut self,
        cause: &mut Cause,
        subject: Key,
        what: &Waiting,
        reason: &str,
        corrects: Option<i64>,
    ) -> Result<(), Failed> {
        self.spans.park();
        let (topic, partition, offset) = what.named(self.hosted.task.partition);
        let fact = EventParked { topic, partition, offset, reason: clip(reason).to_owned(), corrects };
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
}

/// The offset of the record that an outsider's record says it corrects.
fn corrected(record: &Record<'_>) -> Option<i64> {
    let named = record.headers.get(header::CORRECTS).filter(|_| record.place.topic.is_outsiders())?;
    std::str::from_utf8(named).ok()?.parse().ok()
}

/// A reason at a length that a fact can carry: an operator's, or a panic's, may be of any.
fn clip(reason: &str) -> &str {
    const MOST: usize = 500;
    reason.char_indices().nth(MOST).map_or(reason, |(end, _)| &reason[..end])
}
