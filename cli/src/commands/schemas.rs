//! `schemas`: the contract for those who live with it: what there is, whom a change breaks, documents, a registry.

mod check;
mod register;
mod registry;

use clap::ValueEnum;
use events_schema::schema::{self, Described};
use serde::Serialize;
use serde_json::Value;

use crate::{
    exit::Failure,
    render::table::{Align, Table},
    session::Session,
};

/// What to do with the schemas.
#[derive(clap::Subcommand, Debug)]
pub enum Command {
    /// List every event with its topics, who says it and who listens
    List,
    /// Print the JSON Schema of an event
    Show {
        /// The event, like OrderPlaced
        event: String,
        /// Of which draft
        #[arg(long, value_enum, default_value_t = Draft::Newest)]
        draft: Draft,
    },
    /// Judge events in a file, one a line, or compare the schemas in a folder with today's; 65 when something is wrong
    Check {
        /// A file of events, - for stdin, or a folder of an older release's schemas
        path: String,
    },
    /// Register every schema with a registry that has Confluent's REST interface
    Register(register::Args),
    /// Print the contract as an AsyncAPI 3.0 document
    Asyncapi,
}

/// A draft of JSON Schema.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Draft {
    /// draft-07
    #[value(name = "7")]
    Seven,
    /// 2020-12
    #[value(name = "2020-12")]
    Newest,
}

impl Draft {
    fn of(self, schema: &Value) -> Value {
        match self {
            Draft::Seven => contract::draft7(schema),
            Draft::Newest => schema.clone(),
        }
    }
}

/// Does it. Only `register` leaves this machine, and none asks a broker.
pub fn run(command: Command, session: &mut Session) -> Result<(), Failure> {
    match command {
        Command::List => list(session),
        Command::Show { event, draft } => show(&event, draft, session),
        Command::Check { path } => check::run(&path, session),
        Command::Register(args) => register::run(&args, session),
        Command::Asyncapi => session.out.document(&contract::asyncapi()),
    }
}

#[derive(Serialize)]
struct Row {
    event: &'static str,
    version: u16,
    topics: Vec<&'static str>,
    producers: Vec<&'static str>,
    listeners: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    for_others: Option<&'static str>,
}

impl Row {
    fn of(described: &Described) -> Row {
        let producers: Vec<&str> = described.producers().iter().map(|service| service.name()).collect();
        Row {
            event: described.event,
            version: described.version,
            topics: described.topics.iter().map(|topic| topic.name()).collect(),
            producers: if producers.is_empty() { vec!["front ends"] } else { producers },
            listeners: described.listeners().iter().map(|service| service.name()).collect(),
            for_others: described.for_others(),
        }
    }
}

fn list(session: &mut Session) -> Result<(), Failure> {
    let rows: Vec<Row> = schema::all().iter().map(Row::of).collect();
    if session.out.is_json() {
        return session.out.document(&rows);
    }
    let mut table = Table::new(&[
        ("EVENT", Align::Left),
        ("VERSION", Align::Right),
        ("TOPICS", Align::Left),
        ("SAID BY", Align::Left),
        ("HEARD BY", Align::Left),
    ]);
    for row in rows {
        let heard = row.for_others.map_or_else(|| row.listeners.join(", "), |whom| format!("({whom})"));
        let (topics, producers) = (row.topics.join(", "), row.producers.join(", "));
        table.row([row.event.into(), row.version.into(), topics.into(), producers.into(), heard.into()]);
    }
    session.out.table(&table)
}

fn show(event: &str, draft: Draft, session: &mut Session) -> Result<(), Failure> {
    let known = schema::all().into_iter().find(|described| described.event == event);
    let described = known.ok_or_else(|| {
        Failure::NotFound(format!("no event is called {event}; list all: orderctl schemas list"))
    })?;
    session.out.document(&draft.of(&described.schema))
}
