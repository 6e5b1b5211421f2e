//! The receipt for an event that was written.

use events_schema::{Key, Place};
use serde::Serialize;

use crate::{exit::Failure, session::Session};

/// An event that the brokers have.
pub struct Written<'a> {
    /// Its name.
    pub event: &'a str,
    /// What it is about.
    pub subject: Key,
    /// Where it stands.
    pub place: Place,
}

#[derive(Serialize)]
struct Line<'a> {
    event: &'a str,
    subject: Key,
    topic: &'static str,
    partition: u16,
    offset: i64,
}

impl Written<'_> {
    /// Prints it: one line, one JSON object.
    pub fn print(&self, session: &mut Session) -> Result<(), Failure> {
        let Written { event, subject, place } = *self;
        match session.out.is_json() {
            true => {
                let Place { topic, partition, offset } = place;
                session.out.object(&Line { event, subject, topic: topic.name(), partition, offset })
            }
            false => session.out.line(format_args!("{subject}  {event}  {place}")),
        }
    }
}
