//! `schemas register`: every schema under its subjects, with the rule its later versions are judged by.

use contract::{Compatibility, Registration, registrations};
use serde::Serialize;

use super::{
    Draft,
    registry::{Registry, Taken},
};
use crate::{
    exit::Failure,
    render::table::{Align, Table},
    session::Session,
};

/// Flags of `schemas register`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The registry's address
    #[arg(long, value_name = "http://HOST:PORT")]
    registry: String,
    /// By which rule it shall judge later versions
    #[arg(long, default_value = "BACKWARD_TRANSITIVE", value_name = "RULE", value_parser = rule)]
    compatibility: Compatibility,
    /// In which draft; every registry reads 7
    #[arg(long, value_enum, default_value_t = Draft::Seven)]
    draft: Draft,
    /// Change nothing: say what would be registered, and what would be refused
    #[arg(long)]
    dry_run: bool,
}

/// A rule by its name on the wire, in large letters or small.
fn rule(name: &str) -> Result<Compatibility, String> {
    let found = Compatibility::ALL.into_iter().find(|rule| rule.name().eq_ignore_ascii_case(name));
    found.ok_or_else(|| format!("give one of {}", Compatibility::ALL.map(Compatibility::name).join(", ")))
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Unchanged,
    Registered,
    WouldRegister,
    Refused,
}

impl State {
    fn told(self) -> &'static str {
        match self {
            State::Unchanged => "unchanged",
            State::Registered => "registered",
            State::WouldRegister => "would be registered",
            State::Refused => "refused",
        }
    }
}

#[derive(Serialize)]
struct Row {
    subject: String,
    event: &'static str,
    topic: &'static str,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Registers what is not there yet.
pub(super) fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let registry = Registry::at(&args.registry, session.settings.timeout)?;
    let mut rows = Vec::new();
    for one in registrations(&session.settings.prefix, |schema| args.draft.of(schema)) {
        session.interrupt.check()?;
        let (state, id, reason) = register(&registry, &one, args)?;
        let Registration { subject, event, topic, .. } = one;
        rows.push(Row { subject, event, topic: topic.name(), state, id, reason });
    }
    print(&rows, session)?;
    match rows.iter().filter(|row| row.state == State::Refused).count() {
        0 => Ok(()),
        refused => Err(Failure::Wrong(format!("the registry refuses {refused} of {} schemas", rows.len()))),
    }
}

fn register(
    registry: &Registry,
    one: &Registration,
    args: &Args,
) -> Result<(State, Option<u64>, Option<String>), Failure> {
    let found = registry.find(one)?;
    if args.dry_run {
        return Ok(match (found, registry.would_take(one)?) {
            (Some((id, _)), _) => (State::Unchanged, Some(id), None),
            (None, Some(reason)) => (State::Refused, None, Some(reason)),
            (None, None) => (State::WouldRegister, None, None),
        });
    }
    registry.set_rule(one, args.compatibility)?;
    if let Some((id, _)) = found {
        return Ok((State::Unchanged, Some(id), None));
    }
    Ok(match registry.take(one)? {
        Taken::Id(id) => (State::Registered, Some(id), None),
        Taken::Refused(reason) => (State::Refused, None, Some(reason)),
    })
}

fn print(rows: &[Row], session: &mut Session) -> Result<(), Failure> {
    if session.out.is_json() {
        return session.out.document(&rows);
    }
    let mut table = Table::new(&[("SUBJECT", Align::Left), ("ID", Align::Right), ("", Align::Left)]);
    for row in rows {
        let id = row.id.map_or_else(String::new, |id| id.to_string());
        let reason = row.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        table.row([(&row.subject).into(), id.into(), format!("{}{reason}", row.state.told()).into()]);
    }
    session.out.table(&table)
}
