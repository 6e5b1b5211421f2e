//! `parked`: records a service could not take. Each blocks its order or SKU until somebody decides.

mod decide;
mod edit;
mod show;

use std::collections::BTreeSet;

use clap::ValueEnum;
use events_schema::{Fact, Source, Topic, kind, parking::ParkingFact};

use crate::{
    exit::Failure,
    fold::parked::Book,
    log::{Begin, Cluster, Shard},
    session::Session,
};

/// What to do with parked records.
#[derive(clap::Subcommand, Debug)]
pub enum Command {
    /// List parked records that wait
    List {
        /// Those already resumed or discarded, too
        #[arg(long)]
        all: bool,
        /// Only of this service
        #[arg(long, value_enum)]
        service: Option<Owner>,
    },
    /// Show parked records in full
    Show {
        /// An order, SKU or customer, or the place of a record like checkout-1@17
        what: String,
    },
    /// Try a subject's oldest parked record again, then those that waited behind it
    Resume(decide::Args),
    /// Give a subject's oldest parked record up, then carry on with those that waited behind it
    Discard(decide::Args),
    /// Put a corrected event in the place of a subject's oldest parked one, then try again
    Edit(edit::Args),
}

/// The services that park.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Owner {
    /// order
    Order,
    /// inventory
    Inventory,
    /// payment
    Payment,
}

impl Owner {
    fn source(self) -> Source {
        match self {
            Owner::Order => Source::Order,
            Owner::Inventory => Source::Inventory,
            Owner::Payment => Source::Payment,
        }
    }
}

/// Reads or decides.
pub fn run(command: Command, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let book = read(&cluster)?;
    match command {
        Command::List { all, service } => show::list(&book, all, service.map(Owner::source), session),
        Command::Show { what } => show::show(&book, &what, session),
        Command::Resume(args) => decide::resume(args, &book, &cluster, session),
        Command::Discard(args) => decide::discard(args, &book, &cluster, session),
        Command::Edit(args) => edit::edit(args, &book, &cluster, session),
    }
}

/// The dead-letter topics, which are short, and of the services' own topics only what came after the oldest of them.
pub(super) fn read(cluster: &Cluster) -> Result<Book, Failure> {
    let mut book = Book::default();
    let letters = cluster.shards(&[Topic::OrderParked, Topic::InventoryParked, Topic::PaymentParked])?;
    cluster.read(&cluster.ranges(&letters, Begin::Oldest)?, &mut |record| book.enter(record))?;
    let Some(oldest) = book.0.values().map(|parked| parked.since).min() else { return Ok(book) };
    let shards: BTreeSet<Shard> = book
        .0
        .iter()
        .filter_map(|(identity, parked)| Some((own(identity.service)?, parked.stands.partition)))
        .collect();
    let shards: Vec<Shard> = shards.into_iter().collect();
    cluster.read(&cluster.ranges(&shards, Begin::At(oldest))?, &mut |record| {
        let fact = kind(record).and_then(|kind| ParkingFact::read(&kind, record));
        if let (Ok(Some(heard)), Some(service)) = (fact, record.place.topic.owner()) {
            book.fold(service, &heard.data);
        }
    })?;
    Ok(book)
}

fn own(service: Source) -> Option<Topic> {
    match service {
        Source::Order => Some(Topic::Orders),
        Source::Inventory => Some(Topic::Inventory),
        Source::Payment => Some(Topic::Payments),
        Source::Cli | Source::Gateway => None,
    }
}
