//! All schemas of one release, and what of a later one breaks whom.

use std::{collections::BTreeMap, fmt};

use events_schema::{Source, schema};
use serde_json::Value;

use crate::{
    Side,
    compare::{Break, Change, compare},
};

/// The schemas of a release, one for each event.
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    /// What it is called: `0.1.0`.
    pub name: String,
    /// The JSON Schema of each event.
    pub schemas: BTreeMap<String, Value>,
}

/// A file that is no schema of an event.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {why}")]
pub struct NoSchema {
    file: String,
    why: String,
}

impl Release {
    /// What this build says and reads.
    pub fn current() -> Release {
        let all = schema::all().into_iter();
        let schemas = all.map(|described| (described.event.to_owned(), described.schema)).collect();
        Release { name: env!("CARGO_PKG_VERSION").to_owned(), schemas }
    }

    /// A release as it stands in files, each a name and its text. Of an event with several versions the last counts.
    ///
    /// # Errors
    /// [`NoSchema`] for a file that is not JSON or does not say which event it is of.
    pub fn of_files(name: &str, files: Vec<(String, String)>) -> Result<Release, NoSchema> {
        let mut found: BTreeMap<String, (u64, Value)> = BTreeMap::new();
        for (file, text) in files {
            let wrong = |why: String| NoSchema { file: file.clone(), why };
            let schema: Value =
                serde_json::from_str(&text).map_err(|error| wrong(format!("not JSON: {error}")))?;
            let (event, version) = identity(&schema)
                .ok_or_else(|| wrong("no \"$id\" like urn:orders:OrderPlaced:1".to_owned()))?;
            if found.get(&event).is_none_or(|(known, _)| *known < version) {
                found.insert(event, (version, schema));
            }
        }
        let schemas = found.into_iter().map(|(event, (_, schema))| (event, schema)).collect();
        Ok(Release { name: name.to_owned(), schemas })
    }
}

fn identity(schema: &Value) -> Option<(String, u64)> {
    let mut parts = schema.get("$id")?.as_str()?.strip_prefix("urn:orders:")?.split(':');
    Some((parts.next()?.to_owned(), parts.next()?.parse().ok()?))
}

/// A break of one event, with whom it breaks.
#[derive(Clone, Debug, PartialEq)]
pub struct Broken {
    /// The event.
    pub event: String,
    /// The release compared with.
    pub release: String,
    /// What breaks.
    pub what: Break,
    /// The services that read it: those that listen to it, and those that say it, which restore their state from it.
    pub services: Vec<Source>,
}

/// What of `new` breaks the readers of either, event by event. An event that is new breaks nobody: old readers step over
/// its name.
pub fn broken(old: &Release, new: &Release) -> Vec<Broken> {
    let mut all = Vec::new();
    for (event, before) in &old.schemas {
        let breaks = match new.schemas.get(event) {
            Some(now) => compare(before, now),
            None => vec![Break { field: String::new(), change: Change::EventRemoved, side: Side::New }],
        };
        let services = readers(event);
        all.extend(breaks.into_iter().map(|what| Broken {
            event: event.clone(),
            release: old.name.clone(),
            what,
            services: services.clone(),
        }));
    }
    all
}

fn readers(event: &str) -> Vec<Source> {
    let described = schema::all().into_iter().find(|described| described.event == event);
    let says = described.map_or_else(Vec::new, |described| described.producers());
    let reads = |service: &Source| says.contains(service) || service.listens_to(event);
    Source::SERVICES.into_iter().filter(reads).collect()
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Broken { event, release, what: Break { field, change, side }, services } = self;
        let names: Vec<&str> = services.iter().map(|service| service.name()).collect();
        let who = if names.is_empty() { "whoever reads it".to_owned() } else { names.join(", ") };
        let subject = if field.is_empty() { event.clone() } else { format!("{event}: {field}") };
        let effect = match (change, side) {
            (Change::EventRemoved, _) => format!("{who} would pass over what {release} wrote"),
            (Change::Removed, _) => format!("{who} of {release} would look for it in vain"),
            (_, Side::New) => format!("{who} could not read what {release} wrote"),
            (_, Side::Old) => format!("{who} of {release} could not read what is written now"),
        };
        let link = if field.is_empty() { ": " } else { " " };
        write!(f, "{subject}{link}{change}: {effect}")
    }
}
