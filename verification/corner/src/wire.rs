//! What is said, as others hear it: through the codec and the rows of the choreography, as in production.

use choreography::Service;
use events_schema::{
    Envelope, Event, EventId, Fact, Key, Malformed, NoHeaders, Place, Record, Said, Source, Timestamp, Topic,
};

/// A record: where it stands, and what.
pub(crate) struct Letter {
    pub(crate) topic: Topic,
    pub(crate) subject: Key,
    pub(crate) value: Vec<u8>,
}

impl Letter {
    /// A fact as it stands on a topic, with an id made of `name`.
    pub(crate) fn of_fact<F: Fact>(source: Source, topic: Topic, name: &str, said: &Said<F>) -> Letter {
        let envelope = Envelope {
            kind: said.fact.event(),
            id: id(name),
            source,
            subject: said.subject,
            time: "2027-01-01T00:00:00.000000Z",
            causationid: None,
            traceparent: None,
        };
        let mut value = Vec::new();
        envelope.write_fact(&mut value, &said.fact);
        Letter { topic, subject: said.subject, value }
    }

    /// What an outsider writes.
    pub(crate) fn of_outsider<E: Event>(topic: Topic, subject: Key, now: Timestamp, event: &E) -> Letter {
        Letter {
            topic,
            subject,
            value: events_schema::announce(Source::Cli, id("outside"), subject, now, event),
        }
    }

    /// As a record at this offset.
    pub(crate) fn record(&self, offset: i64) -> Record<'_> {
        Record {
            place: Place { topic: self.topic, partition: 0, offset },
            appended: Timestamp(0),
            key: Some(self.subject.as_bytes()),
            value: Some(&self.value),
            headers: &NoHeaders,
        }
    }

    /// What it makes a service try; `None`: the service does not listen to it.
    pub(crate) fn command<S: Service>(&self) -> Option<S::Command> {
        let record = self.record(0);
        let kind = events_schema::kind(&record).ok()?;
        let mut rows = S::reactions().iter();
        let row = rows.find(|row| row.topic() == self.topic && row.event() == kind)?;
        let heard: Result<_, Malformed> = row.hear(&record);
        heard.ok()?.data
    }
}

/// A key of the model: its names are short and lawful.
#[allow(clippy::expect_used, reason = "the names are written down in this crate")]
pub(crate) fn key(name: &str) -> Key {
    name.parse().expect("a lawful key")
}

fn id(name: &str) -> EventId {
    EventId::from(key(name))
}
