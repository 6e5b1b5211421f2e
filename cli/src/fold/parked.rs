//! Records that were set aside: what they are, and whether they still wait.

use std::collections::BTreeMap;

use events_schema::{
    Headers, Key, OwnedRecord, Place, Record, Source, Timestamp, parking::ParkingFact, peek_type,
};

/// Where a parked record stood, whose it is: what makes it one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Identity {
    /// The service that set it aside.
    pub service: Source,
    /// Its topic; `deadline` or `answer` for what was no record.
    pub topic: String,
    /// Its partition.
    pub partition: u16,
    /// Its offset.
    pub offset: i64,
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}@{}", self.topic, self.partition, self.offset)
    }
}

/// What became of a parked record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It waits, and its subject with it.
    Waiting,
    /// It was taken after all.
    Resumed,
    /// An operator wrote it anew, and that waits in its place.
    Corrected,
    /// It was given up: why.
    Discarded(String),
}

impl Fate {
    /// The word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Fate::Waiting => "waiting",
            Fate::Resumed => "resumed",
            Fate::Corrected => "corrected",
            Fate::Discarded(_) => "discarded",
        }
    }
}

/// A record that was set aside.
#[derive(Clone, PartialEq, Debug)]
pub struct Parked {
    /// The subject that is blocked by it.
    pub subject: Key,
    /// Why it could not be taken.
    pub reason: String,
    /// When it was set aside.
    pub since: Timestamp,
    /// Where it stands now, on the dead-letter topic.
    pub stands: Place,
    /// Where that stands whose place among the waiting it took: itself, unless it corrects another.
    pub turn: Place,
    /// The record itself.
    pub record: OwnedRecord,
    /// What became of it.
    pub fate: Fate,
}

impl Parked {
    /// The name of the event in it, as far as it can be told.
    pub fn event(&self) -> String {
        let value = self.record.value.as_deref();
        value.and_then(peek_type).unwrap_or("(unreadable)").to_owned()
    }
}

/// All records that were set aside, oldest first within a service.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Book(pub BTreeMap<Identity, Parked>);

impl Book {
    /// Enters a record of a dead-letter topic.
    pub fn enter(&mut self, record: &Record<'_>) {
        let Some(service) = record.place.topic.owner() else { return };
        let headers = record.headers;
        let text = |name: &str| headers.get(name).map(|value| String::from_utf8_lossy(value).into_owned());
        let number = |name: &str| text(name).and_then(|text| text.parse::<i64>().ok());
        let topic = text("parked-topic").unwrap_or_else(|| record.place.topic.to_string());
        let partition =
            number("parked-partition").and_then(|n| u16::try_from(n).ok()).unwrap_or(record.place.partition);
        let offset = number("parked-offset").unwrap_or(record.place.offset);
        let parked = Parked {
            subject: subject(record),
            reason: text("parked-reason").unwrap_or_default(),
            since: text("parked-at").and_then(|at| at.parse().ok()).unwrap_or(record.appended),
            stands: record.place,
            turn: record.place,
            record: OwnedRecord::from(record),
            fate: Fate::Waiting,
        };
        self.0.insert(Identity { service, topic, partition, offset }, parked);
    }

    /// Folds what a service said of a record it had set aside.
    pub fn fold(&mut self, service: Source, fact: &ParkingFact) {
        let mut becomes = |topic: &String, partition: u16, offset: i64, fate: Fate| {
            let identity = Identity { service, topic: topic.clone(), partition, offset };
            if let Some(parked) = self.0.get_mut(&identity) {
                parked.fate = fate;
            }
        };
        match fact {
            ParkingFact::EventForwarded(_) => {}
            ParkingFact::EventParked(p) => {
                becomes(&p.topic, p.partition, p.offset, Fate::Waiting);
                if let Some(old) = p.corrects {
                    becomes(&p.topic, p.partition, old, Fate::Corrected);
                    self.take_turn(
                        &Identity { service, topic: p.topic.clone(), partition: p.partition, offset: old },
                        p.offset,
                    );
                }
            }
            ParkingFact::EventResumed(p) => becomes(&p.topic, p.partition, p.offset, Fate::Resumed),
            ParkingFact::EventDiscarded(p) => {
                becomes(&p.topic, p.partition, p.offset, Fate::Discarded(p.reason.clone()));
            }
        }
    }

    /// What stands at this offset waits in the place of the other.
    fn take_turn(&mut self, old: &Identity, offset: i64) {
        let Some(turn) = self.0.get(old).map(|parked| parked.turn) else { return };
        if let Some(new) = self.0.get_mut(&Identity { offset, ..old.clone() }) {
            new.turn = turn;
        }
    }

    /// What waits for a subject at a service, oldest first.
    pub fn queue(&self, subject: &Key, service: Source) -> Vec<(&Identity, &Parked)> {
        let mut queue: Vec<(&Identity, &Parked)> = self
            .waiting()
            .filter(|(identity, parked)| identity.service == service && parked.subject == *subject)
            .collect();
        queue.sort_by_key(|(_, parked)| parked.turn);
        queue
    }

    /// Those that still wait.
    pub fn waiting(&self) -> impl Iterator<Item = (&Identity, &Parked)> {
        self.0.iter().filter(|(_, parked)| parked.fate == Fate::Waiting)
    }
}

/// The blocked subject: as the header says, else the record's key, else the place where the record stood.
fn subject(record: &Record<'_>) -> Key {
    let header = record.headers.get("parked-subject").and_then(|bytes| Key::from_bytes(bytes).ok());
    let key = record.key.and_then(|bytes| Key::from_bytes(bytes).ok());
    header.or(key).unwrap_or_else(|| record.place.as_key())
}

/// The headers that were the record's own before it was set aside.
pub fn own_headers(record: &OwnedRecord) -> Vec<(String, String)> {
    let mut own = Vec::new();
    record.headers.each(&mut |name, value| {
        if !name.starts_with("parked-") {
            own.push((name.to_owned(), String::from_utf8_lossy(value).into_owned()));
        }
    });
    own
}

#[cfg(test)]
mod tests {
    use events_schema::{
        Topic,
        parking::{EventDiscarded, EventResumed},
    };

    use super::*;

    fn set_aside(offset: i64) -> OwnedRecord {
        let headers = [
            ("parked-topic", "checkout"),
            ("parked-partition", "1"),
            ("parked-offset", &offset.to_string()),
            ("parked-reason", "not JSON"),
            ("parked-at", "2026-11-22T10:00:00Z"),
            ("parked-subject", "o-1"),
        ];
        OwnedRecord {
            place: Place { topic: Topic::OrderParked, partition: 1, offset: offset + 100 },
            appended: Timestamp(5),
            key: Some(b"o-1".to_vec()),
            value: Some(b"garbage".to_vec()),
            headers: headers.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).to_vec(),
        }
    }

    fn book() -> Book {
        let mut book = Book::default();
        book.enter(&set_aside(7).as_record());
        book.enter(&set_aside(8).as_record());
        book
    }

    #[test]
    fn a_record_set_aside_is_known_by_where_it_stood() {
        let book = book();
        let (identity, parked) = book.waiting().next().unwrap();
        assert_eq!(identity.to_string(), "checkout-1@7");
        assert_eq!((parked.subject.as_str(), parked.reason.as_str()), ("o-1", "not JSON"));
        assert_eq!(parked.since, "2026-11-22T10:00:00Z".parse().unwrap());
    }

    #[test]
    fn only_its_own_service_ends_its_waiting() {
        let mut book = book();
        let resumed =
            EventResumed { topic: "checkout".to_owned(), partition: 1, offset: 7, reason: String::new() };
        book.fold(Source::Payment, &resumed.clone().into());
        assert_eq!(book.waiting().count(), 2);
        book.fold(Source::Order, &resumed.into());
        assert_eq!(book.waiting().map(|(identity, _)| identity.offset).collect::<Vec<_>>(), [8]);
    }

    #[test]
    fn a_discard_keeps_its_reason() {
        let mut book = book();
        let discarded = EventDiscarded {
            topic: "checkout".to_owned(),
            partition: 1,
            offset: 8,
            reason: "test order".to_owned(),
        };
        book.fold(Source::Order, &discarded.into());
        let fates: Vec<&str> = book.0.values().map(|parked| parked.fate.name()).collect();
        assert_eq!(fates, ["waiting", "discarded"]);
    }
}
