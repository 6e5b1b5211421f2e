//! `orderctl run`: the services as one process; the composition root, and the small shop's deployment.

use std::{thread::JoinHandle, time::Duration};

use choreography::{
    Fatal, Service,
    host::{self, Connection, Health, LogFormat, Make, Options, Stop},
    kafka,
};
use clap::{Args as ClapArgs, ValueEnum};

use crate::{exit::Failure, session::Session};

/// Run a service, or all of them in one process.
#[derive(ClapArgs, Debug)]
pub struct Args {
    /// What to run
    #[arg(value_enum)]
    what: What,
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    order: order::Flags,
    #[command(flatten)]
    inventory: inventory::Flags,
    #[command(flatten)]
    payment: payment::Flags,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum What {
    /// The order service
    Order,
    /// The inventory service
    Inventory,
    /// The payment service
    Payment,
    /// All three
    All,
}

impl Args {
    /// Whether logs are text or JSON.
    pub fn log_format(&self) -> LogFormat {
        self.options.log_format
    }
}

/// Runs until SIGTERM or Ctrl-C, then drains.
pub fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let (health, stop) = (Health::default(), Stop::on_signals());
    host::open_admin(&args.options, &health)?;
    let (connection, patience) = (connection(session), session.settings.timeout);
    let hosting = Hosting { args, connection, patience, health, stop };
    let mut threads = Vec::new();
    if matches!(args.what, What::Order | What::All) {
        threads.extend(hosting.start(args.order.make())?);
    }
    if matches!(args.what, What::Inventory | What::All) {
        threads.extend(hosting.start(args.inventory.make())?);
    }
    if matches!(args.what, What::Payment | What::All) {
        threads.extend(hosting.start(args.payment.make())?);
    }
    Ok(host::join(threads)?)
}

/// With the settings as they were given: a service reads the files they name again when these change.
fn connection(session: &Session) -> Connection {
    Connection {
        brokers: session.settings.brokers.clone(),
        prefix: session.settings.prefix.clone(),
        properties: session.settings.properties.clone(),
    }
}

struct Hosting<'a> {
    args: &'a Args,
    connection: Connection,
    /// How long to wait for a broker.
    patience: Duration,
    health: Health,
    stop: Stop,
}

impl Hosting<'_> {
    fn start<S: Service + Send>(
        &self,
        make: Result<Make<S>, String>,
    ) -> Result<Vec<JoinHandle<Result<(), Fatal>>>, Failure> {
        let make = make.map_err(Failure::Layout)?;
        let options = &self.args.options;
        let settings = kafka::Settings { patience: self.patience, ..options.settings::<S>(&self.connection) };
        Ok(host::start(make, &settings, options.pace(), options.workers, &self.health, &self.stop)?)
    }
}
