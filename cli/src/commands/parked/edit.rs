//! `parked edit`: an operator writes the corrected event; the service puts it in the place of the parked one.

use std::{io::Read, path::PathBuf, time::Duration};

use events_schema::{Key, NoHeaders, Place, Record, Source, Topic, operations::ParkedResumeRequested};

use super::{decide, read, show};
use crate::{
    clock,
    commands::Written,
    exit::Failure,
    fold::{
        parked::{Book, Fate, Identity, Parked},
        told::Told,
    },
    log::Cluster,
    session::Session,
};

/// The interval between two looks whether the service has taken it.
const LOOK: Duration = Duration::from_millis(200);

/// Flags of `parked edit`.
#[derive(clap::Args, Debug)]
#[group(skip)]
pub struct Args {
    #[command(flatten)]
    decision: decide::Args,
    /// The corrected event, as JSON, in a file, or - for stdin
    #[arg(long, value_name = "FILE")]
    with: PathBuf,
}

/// Writes the corrected event, waits until it has the place of the parked one, asks for another try.
pub fn edit(args: Args, book: &Book, cluster: &Cluster, session: &mut Session) -> Result<(), Failure> {
    let Args { decision, with } = args;
    let because = decision.reason.as_deref().ok_or_else(|| {
        Failure::Usage("an edit needs a --reason: whoever compares the two later will ask".to_owned())
    })?;
    let reason = format!("corrected: {because}");
    let blocked = decide::find(&decision, book)?;
    let (identity, parked) = oldest(book, &decision.subject, blocked.service)?;
    let topic = editable(identity)?;
    let value = content(&with)?;
    let place = Place { topic, partition: identity.partition, offset: identity.offset };
    let event = checked(&value, place, decision.subject)?;
    if decision.dry_run {
        return preview(identity, parked, &event, session);
    }
    let headers = [("corrects", identity.offset.to_string())];
    let writer = cluster.writer()?;
    let stands = writer.write_with(topic, identity.partition, decision.subject, &value, &headers)?;
    Written { event: &event, subject: decision.subject, place: stands }.print(session)?;
    await_taken(identity, stands, cluster, session)?;
    let request = ParkedResumeRequested {
        service: blocked.service.name().to_owned(),
        by: decision.by,
        reason: Some(reason),
    };
    decide::ask(decision.subject, blocked.partition, &request, cluster, session)
}

fn oldest<'a>(book: &'a Book, subject: &Key, service: Source) -> Result<(&'a Identity, &'a Parked), Failure> {
    let gone = || Failure::NotFound(format!("{subject}: nothing of it is parked and waits"));
    book.queue(subject, service).first().copied().ok_or_else(gone)
}

/// What services said stays as it was said; and what was no record has no place on a topic.
fn editable(identity: &Identity) -> Result<Topic, Failure> {
    let topic = Topic::from_name(&identity.topic).filter(|topic| topic.is_outsiders());
    topic.ok_or_else(|| {
        Failure::Usage(format!(
            "{identity} is no event from outside: what a service said is never rewritten; resume or discard it"
        ))
    })
}

fn content(file: &std::path::Path) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let read = match file.to_str() {
        Some("-") => std::io::stdin().read_to_end(&mut text).map(|_| text),
        _ => std::fs::read(file),
    };
    let text = read.map_err(|error| Failure::NotFound(format!("{}: {error}", file.display())))?;
    Ok(text.trim_ascii().to_vec())
}

/// The name of the corrected event. It must be one that is understood there, and about the same subject.
fn checked(value: &[u8], place: Place, subject: Key) -> Result<String, Failure> {
    let wrong = |what: String| Failure::Wrong(format!("the corrected event: {what}"));
    let record = Record {
        place,
        appended: clock::now(),
        key: Some(subject.as_bytes()),
        value: Some(value),
        headers: &NoHeaders,
    };
    let kind = events_schema::kind(&record).map_err(|error| wrong(error.to_string()))?.into_owned();
    let told = Told::read(&record).map_err(|error| wrong(error.to_string()))?;
    let heard = told.ok_or_else(|| wrong(format!("{kind} is no event of {}", place.topic)))?;
    if heard.subject != subject {
        let about = heard.subject;
        return Err(wrong(format!(
            "it is about {about}, but {subject} is blocked; write it as any event, then discard this one"
        )));
    }
    Ok(kind)
}

/// Both, one below the other.
fn preview(identity: &Identity, parked: &Parked, event: &str, session: &mut Session) -> Result<(), Failure> {
    if session.out.is_json() {
        return show::rows(&[(identity, parked)], session);
    }
    session.out.line("nothing is written; the corrected event is right and would take the place of")?;
    session.out.line(format_args!("{identity}  {}  {}", parked.event(), parked.reason))?;
    session.out.line(format_args!("with a {event} on {}-{}", identity.topic, identity.partition))
}

/// Waits until the service says that the corrected event waits, or that nothing had to wait any more.
fn await_taken(old: &Identity, new: Place, cluster: &Cluster, session: &Session) -> Result<(), Failure> {
    let (service, timeout) = (old.service, session.settings.timeout);
    let taken = Identity { offset: new.offset, ..old.clone() };
    let since = clock::instant();
    loop {
        session.interrupt.check()?;
        let book = read(cluster)?;
        if book.0.contains_key(&taken) {
            return Ok(());
        }
        match book.0.get(old).map(|parked| &parked.fate) {
            Some(Fate::Waiting) if since.elapsed() < timeout => clock::pause(LOOK),
            Some(Fate::Waiting) => {
                return Err(Failure::NotEnded(format!(
                    "{service} has not taken {new} within {timeout:?}; once it has: orderctl parked resume"
                )));
            }
            _ => {
                session.note("it was decided meanwhile; the corrected event is taken as any other");
                return Ok(());
            }
        }
    }
}
