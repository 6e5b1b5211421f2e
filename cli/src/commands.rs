//! The commands, each at the edge: it reads and writes the log, and leaves what it means to the folds.

pub mod audit;
pub mod cancel;
pub mod completions;
pub mod customer;
pub mod demo;
pub mod diff;
pub mod doctor;
mod find;
mod gather;
pub mod init;
pub mod list;
pub mod man;
pub mod parked;
pub mod place;
pub mod product;
pub mod reconcile;
pub mod repair;
pub mod replay;
pub mod run;
pub mod schemas;
pub mod state;
pub mod stats;
pub mod stock;
pub mod stuck;
pub mod tail;
pub mod top;
pub mod topics;
pub mod trace;
mod version;
mod wait;
pub mod watch;
pub mod why;
mod written;

use self::written::Written;
use crate::{args::Command, exit::Failure, fold::repair::Repair, session::Session};

/// Runs one command.
pub fn run(command: Command, session: &mut Session) -> Result<(), Failure> {
    match command {
        Command::Demo(args) => demo::run(&args, session),
        Command::Run(args) => run::run(&args, session),
        Command::Init(args) => init::run(&args, session),
        Command::Place(args) => place::run(&args, session),
        Command::Cancel(args) => cancel::run(&args, session),
        Command::Trace(args) => trace::run(&args, session),
        Command::Why(args) => why::run(&args, session),
        Command::Watch(args) => watch::run(&args, session),
        Command::State(args) => state::run(&args, session),
        Command::Diff(args) => diff::run(&args, session),
        Command::Refund(args) => repair::run(Repair::Refund, args, session),
        Command::Release(args) => repair::run(Repair::Release, args, session),
        Command::Expire(args) => repair::run(Repair::Expire, args, session),
        Command::Replay(command) => replay::run(&command, session),
        Command::List(args) => list::run(&args, session),
        Command::Stuck(args) => stuck::run(&args, session),
        Command::Stats(args) => stats::run(&args, session),
        Command::Top(args) => top::run(&args, session),
        Command::Tail(args) => tail::run(&args, session),
        Command::Product(command) => product::run(command, session),
        Command::Stock(command) => stock::run(command, session),
        Command::Customer(command) => customer::run(command, session),
        Command::Topics(command) => topics::run(&command, session),
        Command::Parked(command) => parked::run(command, session),
        Command::Schemas(command) => schemas::run(command, session),
        Command::Doctor(args) => doctor::run(&args, session),
        Command::Audit(args) => audit::run(&args, session),
        Command::Reconcile(args) => reconcile::run(&args, session),
        Command::Completions(args) => completions::run(&args, session),
        Command::Man(args) => man::run(&args, session),
        Command::Version => version::run(session),
    }
}
