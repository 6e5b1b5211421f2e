//! `schemas check`: events judged as the services would, or an older release's schemas compared with today's.

use std::{
    fs,
    io::{BufRead, BufReader, stdin},
    path::Path,
};

use contract::{Broken, Release, Side, broken, strangers};
use events_schema::{
    NoHeaders, Place, Record, Timestamp, Topic, kind,
    schema::{self, Described},
};
use serde::Serialize;

use crate::{exit::Failure, fold::told::Told, session::Session};

/// Judges a file, or a folder.
pub(super) fn run(path: &str, session: &mut Session) -> Result<(), Failure> {
    match Path::new(path).is_dir() {
        true => folder(Path::new(path), session),
        false => events(path, session),
    }
}

fn unreadable(path: impl std::fmt::Display, error: &std::io::Error) -> Failure {
    Failure::NotFound(format!("{path}: {error}"))
}

#[derive(Serialize)]
struct Compared {
    release: String,
    schemas: usize,
    breaks: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    event: String,
    field: String,
    change: String,
    breaks: &'static str,
    services: Vec<&'static str>,
    sentence: String,
}

impl Row {
    fn of(broken: &Broken) -> Row {
        Row {
            event: broken.event.clone(),
            field: broken.what.field.clone(),
            change: broken.what.change.to_string(),
            breaks: match broken.what.side {
                Side::New => "new_readers",
                Side::Old => "old_readers",
            },
            services: broken.services.iter().map(|service| service.name()).collect(),
            sentence: broken.to_string(),
        }
    }
}

fn folder(folder: &Path, session: &mut Session) -> Result<(), Failure> {
    let old = release(folder)?;
    let breaks: Vec<Row> = broken(&old, &Release::current()).iter().map(Row::of).collect();
    let compared = Compared { release: old.name, schemas: old.schemas.len(), breaks };
    let count = compared.breaks.len();
    if session.out.is_json() {
        session.out.document(&compared)?;
    } else {
        compared.breaks.iter().try_for_each(|row| session.out.line(&row.sentence))?;
        let Compared { release, schemas, .. } = &compared;
        session
            .out
            .line(format_args!("{schemas} schemas of {release} compared with today's, breaks: {count}"))?;
    }
    let wrong = || Failure::Wrong(format!("breaks: {count}, see above; what may change: docs/EVOLUTION.md"));
    if count == 0 { Ok(()) } else { Err(wrong()) }
}

/// The schemas in a folder, or in its folder `schemas`. The release is called as the folder is.
fn release(folder: &Path) -> Result<Release, Failure> {
    let inside = folder.join("schemas");
    let schemas = if inside.is_dir() { inside.as_path() } else { folder };
    let mut files = Vec::new();
    let entries = fs::read_dir(schemas).map_err(|error| unreadable(schemas.display(), &error))?;
    for entry in entries {
        let path = entry.map_err(|error| unreadable(schemas.display(), &error))?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let text = fs::read_to_string(&path).map_err(|error| unreadable(path.display(), &error))?;
            files.push((path.display().to_string(), text));
        }
    }
    if files.is_empty() {
        return Err(Failure::NotFound(format!("{}: no schemas, no file ends in .json", schemas.display())));
    }
    let name =
        folder.file_name().map_or_else(|| folder.display().to_string(), |name| name.display().to_string());
    Release::of_files(&name, files).map_err(|error| Failure::Wrong(error.to_string()))
}

#[derive(Default, Serialize)]
struct Judged {
    events: usize,
    wrong: Vec<Remark>,
    unknown_fields: Vec<Remark>,
}

#[derive(Serialize)]
struct Remark {
    line: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    what: String,
}

fn events(path: &str, session: &mut Session) -> Result<(), Failure> {
    let lines: Box<dyn BufRead> = match path {
        "-" => Box::new(BufReader::new(stdin())),
        _ => Box::new(BufReader::new(fs::File::open(path).map_err(|error| unreadable(path, &error))?)),
    };
    let known = schema::all();
    let mut judged = Judged::default();
    for (number, line) in (1..).zip(lines.split(b'\n')) {
        session.interrupt.check()?;
        let line = line.map_err(|error| unreadable(path, &error))?;
        if !line.trim_ascii().is_empty() {
            judged.line(number, &line, &known);
        }
    }
    tell(&judged, session)?;
    let wrong = judged.wrong.len();
    let failure = || Failure::Wrong(format!("wrong: {wrong} of {} events, see above", judged.events));
    if wrong == 0 { Ok(()) } else { Err(failure()) }
}

impl Judged {
    /// One line, judged as a record on the first topic of its event.
    fn line(&mut self, number: i64, line: &[u8], known: &[Described]) {
        self.events += 1;
        let mut record = Record {
            place: Place { topic: Topic::Checkout, partition: 0, offset: number },
            appended: Timestamp(0),
            key: None,
            value: Some(line),
            headers: &NoHeaders,
        };
        let remark = |event: Option<&str>, what: String| Remark {
            line: number,
            event: event.map(str::to_owned),
            what,
        };
        let named = match kind(&record) {
            Ok(named) => named.into_owned(),
            Err(error) => return self.wrong.push(remark(None, error.to_string())),
        };
        let Some(described) = known.iter().find(|described| described.event == named) else {
            let what = "no event is called so; services would pass over it".to_owned();
            return self.wrong.push(remark(Some(&named), what));
        };
        record.place.topic = described.topics[0];
        if let Err(error) = Told::read(&record) {
            return self.wrong.push(remark(Some(&named), error.to_string()));
        }
        let value = serde_json::from_slice(line).unwrap_or_default();
        let strange = strangers(&described.schema, &value);
        self.unknown_fields.extend(strange.into_iter().map(|field| remark(Some(&named), field)));
    }
}

fn tell(judged: &Judged, session: &mut Session) -> Result<(), Failure> {
    if session.out.is_json() {
        return session.out.document(judged);
    }
    let Judged { events, wrong, unknown_fields } = judged;
    for Remark { line, event, what } in wrong {
        let event = event.as_ref().map_or_else(String::new, |event| format!("{event}: "));
        session.out.line(format_args!("line {line}: {event}{what}"))?;
    }
    for Remark { line, event, what } in unknown_fields {
        let event = event.as_deref().unwrap_or_default();
        session
            .out
            .line(format_args!("line {line}: {event}: {what} is no field of it; it would be stepped over"))?;
    }
    session.out.line(format_args!("events: {events}, wrong: {}", wrong.len()))
}
