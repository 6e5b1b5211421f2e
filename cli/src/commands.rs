//! The commands, each at the edge: it reads and writes the log, and leaves what it means to the folds.

pub mod cancel;
pub mod completions;
pub mod customer;
pub mod demo;
pub mod doctor;
pub mod init;
pub mod list;
pub mod parked;
pub mod place;
pub mod product;
pub mod run;
pub mod stock;
pub mod tail;
pub mod topics;
pub mod trace;
mod version;
mod wait;
mod written;

use self::written::Written;
use crate::{args::Command, exit::Failure, session::Session};

/// Runs one command.
pub fn run(command: Command, session: &mut Session) -> Result<(), Failure> {
    match command {
        Command::Demo(args) => demo::run(&args, session),
        Command::Run(args) => run::run(&args, session),
        Command::Init(args) => init::run(&args, session),
        Command::Place(args) => place::run(&args, session),
        Command::Cancel(args) => cancel::run(&args, session),
        Command::Trace(args) => trace::run(&args, session),
        Command::List(args) => list::run(&args, session),
        Command::Tail(args) => tail::run(&args, session),
        Command::Product(command) => product::run(command, session),
        Command::Stock(command) => stock::run(command, session),
        Command::Customer(command) => customer::run(command, session),
        Command::Topics(command) => topics::run(&command, session),
        Command::Parked(command) => parked::run(command, session),
        Command::Doctor(args) => doctor::run(&args, session),
        Command::Completions(args) => completions::run(&args, session),
        Command::Version => version::run(session),
    }
}
