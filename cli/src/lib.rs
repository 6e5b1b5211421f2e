//! `orderctl`: the operator's hand.
#![forbid(unsafe_code)]

mod args;
mod clock;
mod commands;
mod exit;
mod fold;
mod interrupt;
mod log;
mod render;
mod session;
mod settings;

use std::process::ExitCode;

use choreography::kafka::secrets;
use clap::{CommandFactory, FromArgMatches};
use events_schema::{Key, checkout::OrderPlaced};

use crate::{
    args::{Cli, Command},
    exit::Failure,
    interrupt::Interrupt,
    render::printer::Printer,
    session::Session,
};

/// Runs the program: reads its command line, does what it says, and gives the exit code.
pub fn main() -> ExitCode {
    match start(parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::PipeClosed) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where even stderr is gone, the code alone must do.
            let _ = std::io::Write::write_fmt(&mut anstream::stderr(), format_args!("{failure}\n"));
            ExitCode::from(failure.code())
        }
    }
}

/// The command line, and whether it or the environment named the brokers: `demo` brings its own otherwise.
fn parse() -> Cli {
    let matches = Cli::command().get_matches();
    let named = |matches: &clap::ArgMatches| {
        matches
            .value_source("brokers")
            .is_some_and(|source| source != clap::parser::ValueSource::DefaultValue)
    };
    let brokers_named = named(&matches) || matches.subcommand().is_some_and(|(_, of)| named(of));
    let mut cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    cli.settings.brokers_named = brokers_named;
    cli
}

/// Reads a command line, the program's name first, and does nothing; an error is what the program would print.
pub fn read_arguments(words: &[String]) -> Result<(), clap::Error> {
    let matches = Cli::command().try_get_matches_from(words)?;
    Cli::from_arg_matches(&matches).map(drop)
}

/// Reads a line of a file for `place --file`: the order's id and the order, or what is wrong with the line.
pub fn read_order_line(line: &str) -> Result<(Key, OrderPlaced), String> {
    commands::place::read_line(line).map(|placement| (placement.order_id, placement.order))
}

fn start(cli: Cli) -> Result<(), Failure> {
    let (format, quiet) = cli.command.logs();
    let filter = cli.settings.log.as_deref().unwrap_or(quiet);
    choreography::host::init_logs(format, filter)
        .map_err(|error| Failure::Usage(format!("--log {filter}: {error}")))?;
    let out = Printer::stdout(cli.settings.output);
    let mut settings = cli.settings;
    let given = settings.properties.clone();
    // What runs on reads them itself, again and again: they may rotate.
    if !matches!(cli.command, Command::Run(_)) {
        settings.properties =
            secrets::resolved(&settings.properties).map_err(|error| Failure::Layout(error.to_string()))?;
    }
    let mut session = Session { settings, given, out, interrupt: Interrupt::listen()? };
    let done = commands::run(cli.command, &mut session);
    // What was found before something failed is still worth reading.
    let shown = session.out.flush();
    done.and(shown)
}
