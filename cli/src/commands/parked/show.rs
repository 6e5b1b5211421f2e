//! `parked list` and `parked show`.

use std::collections::BTreeMap;

use events_schema::{Key, Source, Timestamp, Topic};
use serde::Serialize;

use crate::{
    clock,
    exit::Failure,
    fold::parked::{Book, Fate, Identity, Parked, own_headers},
    render::{
        moment, span,
        table::{Align, Table},
    },
    session::Session,
};

#[derive(Serialize)]
struct Row<'a> {
    service: &'static str,
    subject: Key,
    state: &'static str,
    event: String,
    /// Where the record stood.
    topic: &'a str,
    partition: u16,
    offset: i64,
    reason: &'a str,
    since: Timestamp,
    parked_topic: &'static str,
    parked_offset: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Verbatim>,
}

#[derive(Serialize)]
struct Verbatim {
    key: Option<String>,
    value: Option<String>,
    headers: BTreeMap<String, String>,
}

fn row<'a>(identity: &'a Identity, parked: &'a Parked, full: bool) -> Row<'a> {
    let text =
        |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let record = &parked.record;
    Row {
        service: identity.service.name(),
        subject: parked.subject,
        state: parked.fate.name(),
        event: parked.event(),
        topic: &identity.topic,
        partition: identity.partition,
        offset: identity.offset,
        reason: &parked.reason,
        since: parked.since,
        parked_topic: parked.stands.topic.name(),
        parked_offset: parked.stands.offset,
        record: full.then(|| Verbatim {
            key: text(&record.key),
            value: text(&record.value),
            headers: own_headers(record).into_iter().collect(),
        }),
    }
}

/// Prints those that wait, or all.
pub fn list(book: &Book, all: bool, service: Option<Source>, session: &mut Session) -> Result<(), Failure> {
    let wanted = |(identity, parked): &(&Identity, &Parked)| {
        (all || parked.fate == Fate::Waiting) && service.is_none_or(|service| service == identity.service)
    };
    let mut found: Vec<(&Identity, &Parked)> = book.0.iter().filter(wanted).collect();
    found.sort_by_key(|(_, parked)| (parked.since, parked.stands));
    if session.out.is_json() {
        return rows(&found, session);
    }
    if found.is_empty() {
        return session.out.line("no parked record waits");
    }
    let now = clock::now();
    session.out.table(&table(&found, now))?;
    session.note(count(&found, now));
    Ok(())
}

/// The same as JSON.
pub fn rows(found: &[(&Identity, &Parked)], session: &mut Session) -> Result<(), Failure> {
    session.out.document(&found.iter().map(|(id, parked)| row(id, parked, false)).collect::<Vec<_>>())
}

/// `3 wait: 1 at order, 2 at payment; the oldest for 2 h 5 min`.
fn count(found: &[(&Identity, &Parked)], now: Timestamp) -> String {
    let waiting = found.iter().filter(|(_, parked)| parked.fate == Fate::Waiting);
    let mut by: BTreeMap<&'static str, usize> = BTreeMap::new();
    waiting.clone().for_each(|(identity, _)| *by.entry(identity.service.name()).or_default() += 1);
    let Some(oldest) = waiting.clone().map(|(_, parked)| parked.since).min() else {
        return "none of them waits".to_owned();
    };
    let each: Vec<String> = by.iter().map(|(service, records)| format!("{records} at {service}")).collect();
    format!("{} wait: {}; the oldest for {}", waiting.count(), each.join(", "), span(oldest.until(now)))
}

fn table(found: &[(&Identity, &Parked)], now: Timestamp) -> Table {
    use Align::{Left, Right};
    let mut table = Table::new(&[
        ("SERVICE", Left),
        ("SUBJECT", Left),
        ("STATE", Left),
        ("EVENT", Left),
        ("FROM", Left),
        ("SINCE", Left),
        ("AGE", Right),
        ("REASON", Left),
    ]);
    for (identity, parked) in found {
        table.row([
            identity.service.into(),
            parked.subject.into(),
            parked.fate.name().into(),
            parked.event().into(),
            identity.into(),
            moment(parked.since).into(),
            span(parked.since.until(now)).into(),
            parked.reason.as_str().into(),
        ]);
    }
    table
}

/// Prints everything known of the records about a subject, or from a place.
pub fn show(book: &Book, what: &str, session: &mut Session) -> Result<(), Failure> {
    let about = |(identity, parked): &(&Identity, &Parked)| {
        parked.subject.as_str() == what || identity.to_string() == what || parked.stands.to_string() == what
    };
    let found: Vec<(&Identity, &Parked)> = book.0.iter().filter(about).collect();
    if found.is_empty() {
        return Err(Failure::NotFound(format!(
            "{what}: nothing is parked under this name; see: orderctl parked list --all"
        )));
    }
    if session.out.is_json() {
        return session
            .out
            .document(&found.iter().map(|(id, parked)| row(id, parked, true)).collect::<Vec<_>>());
    }
    found.iter().enumerate().try_for_each(|(at, (identity, parked))| {
        if at > 0 {
            session.out.line("")?;
        }
        page(identity, parked).into_iter().try_for_each(|line| session.out.line(line))
    })
}

fn page(identity: &Identity, parked: &Parked) -> Vec<String> {
    let row = row(identity, parked, true);
    let record = row.record.unwrap_or(Verbatim { key: None, value: None, headers: BTreeMap::new() });
    let mut lines = vec![
        format!("{} at {}: {}", parked.subject, identity.service, row.state),
        format!("reason   {}", parked.reason),
        format!("since    {}", moment(parked.since)),
        format!("from     {identity}"),
        format!("stands   {}", parked.stands),
    ];
    if let Fate::Discarded(why) = &parked.fate {
        lines.push(format!("given up {why}"));
    }
    lines.extend(record.headers.iter().map(|(name, value)| format!("header   {name}: {value}")));
    lines.push(format!("key      {}", record.key.as_deref().unwrap_or("(none)")));
    lines.push(format!("value    {}", record.value.as_deref().unwrap_or("(none)")));
    if parked.fate == Fate::Waiting {
        let (subject, service) = (parked.subject, identity.service);
        lines.push(format!("decide   orderctl parked resume {subject} --service {service}"));
        lines.push(format!("         orderctl parked discard {subject} --service {service} --reason …"));
        if Topic::from_name(&identity.topic).is_some_and(Topic::is_outsiders) {
            let edit = "--with FILE --reason …";
            lines.push(format!("         orderctl parked edit {subject} --service {service} {edit}"));
        }
    }
    lines
}
