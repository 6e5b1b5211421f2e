//! The command line. Each command's own flags stand beside its code.

use choreography::host::LogFormat;
use clap::{Parser, Subcommand};

use crate::{
    commands::{
        audit, cancel, completions, customer, demo, diff, doctor, init, list, man, parked, place, product,
        reconcile, repair, replay, run, schemas, state, stats, stock, stuck, tail, top, topics, trace, watch,
        why,
    },
    exit::CODES,
    settings::Settings,
};

/// Place orders, follow them, and keep the order backbone in order.
#[derive(Parser, Debug)]
#[command(name = "orderctl", version, about, after_help = CODES, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub settings: Settings,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// See it work, without a broker or on a real one
    Demo(demo::Args),
    /// Run a service, or all of them in one process
    Run(Box<run::Args>),
    /// Create the topics and, with --sample, products to try with
    Init(init::Args),
    /// Place an order, or many
    Place(place::Args),
    /// Ask for an order's cancellation
    Cancel(cancel::Args),
    /// Show an order's events over all services, and who has to move next
    Trace(trace::Args),
    /// Say in plain words where an order stands, what it waits for, and what happens if nobody moves
    Why(why::Args),
    /// Follow an order until it has come to rest
    Watch(watch::Args),
    /// Show how an order or a product stood at any moment of the past
    State(state::Args),
    /// Show what changed about an order between two moments
    Diff(diff::Args),
    /// Have the money of a cancelled order given back, when its cancellation was given up at payment
    Refund(repair::Args),
    /// Have the stock of a cancelled order given back, when its cancellation was given up at inventory
    Release(repair::Args),
    /// End a pending order before its time
    Expire(repair::Args),
    /// Decide again what a service decided, off line, and show what comes out differently
    #[command(subcommand)]
    Replay(Box<replay::Command>),
    /// List orders and where they stand
    List(list::Args),
    /// List orders that somebody has to move, and who
    Stuck(stuck::Args),
    /// Count how orders ended, and how long they took
    Stats(stats::Args),
    /// Show what happens now: rates, latencies, lags, and what is open
    Top(top::Args),
    /// Show records as they come
    Tail(tail::Args),
    /// Publish, withdraw or list products
    #[command(subcommand)]
    Product(product::Command),
    /// Receive, correct or look at stock
    #[command(subcommand)]
    Stock(stock::Command),
    /// Block or unblock a customer
    #[command(subcommand)]
    Customer(customer::Command),
    /// Check or list the topics
    #[command(subcommand)]
    Topics(topics::Command),
    /// Look at records a service could not take; resume or discard them
    #[command(subcommand)]
    Parked(parked::Command),
    /// Show and check the events' schemas, register them, print them as AsyncAPI
    #[command(subcommand)]
    Schemas(schemas::Command),
    /// Look for what keeps the system from working
    Doctor(doctor::Args),
    /// Read everything and judge it by the promises
    Audit(audit::Args),
    /// Compare the payments on the log with the provider's own ledger
    Reconcile(reconcile::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Write the manual: a page for every command
    Man(man::Args),
    /// Print the versions of this program and of its Kafka client
    Version,
}

impl Command {
    /// How this command logs, and what it logs unless told otherwise: a service says each fact, a tool only trouble.
    pub fn logs(&self) -> (LogFormat, &'static str) {
        match self {
            Command::Run(args) => (args.log_format(), "info"),
            Command::Audit(args) => (args.log_format(), "warn"),
            // Its poison and its garbage are part of the show.
            Command::Demo(_) => (LogFormat::Text, "error"),
            _ => (LogFormat::Text, "warn"),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
