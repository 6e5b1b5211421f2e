//! `trace`: one order's events over all services.

use std::{collections::BTreeSet, time::Duration};

use clap::ValueEnum;
use events_schema::{Key, OwnedRecord, Timestamp, Topic};

use crate::{
    clock,
    exit::Failure,
    fold::timeline::{Timeline, concerns},
    log::{Begin, Cluster, Shard},
    render::timeline as page,
    session::Session,
};

/// Flags of `trace`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The order's id
    order: Key,
    /// Only what had happened by this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// A lane for each service, or one column
    #[arg(long, value_enum, default_value_t = Layout::Auto)]
    layout: Layout,
}

/// How the events stand on the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Layout {
    /// Lanes where the terminal is wide enough.
    Auto,
    /// A column for each service.
    Lanes,
    /// One column.
    List,
}

/// Events of an order may be older than its id: the clock that made the id may be ahead by this much.
const SKEW: Duration = Duration::from_secs(300);

/// Finds the events and shows them.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let records = find(&cluster, &args.order)?;
    let timeline = Timeline::of(args.order, &records, args.at.unwrap_or(Timestamp::MAX));
    if timeline.steps.is_empty() {
        return Err(Failure::NotFound(format!(
            "{}: no such order on {}; see those there are: orderctl list",
            args.order, session.settings.brokers
        )));
    }
    show(&timeline, args.layout, session)
}

/// All records about the order: on its own partition, and wherever its placement may have gone astray.
fn find(cluster: &Cluster, order: &Key) -> Result<Vec<OwnedRecord>, Failure> {
    let begin = clock::made_at(order).map_or(Begin::Oldest, |made| Begin::At(made - SKEW));
    let home = cluster.home_of(Topic::Orders, order)?;
    let mut shards = cluster.shards(&[Topic::Checkout])?;
    let services = [Topic::Orders, Topic::Inventory, Topic::Payments, Topic::Operations];
    let set_aside = [Topic::OrderParked, Topic::InventoryParked, Topic::PaymentParked];
    for topic in services.into_iter().chain(set_aside) {
        cluster.partitions(topic)?;
        shards.push((topic, home));
    }
    let mut records = collect(cluster, &shards, begin, order)?;
    let strays: BTreeSet<Shard> = records
        .iter()
        .map(|record| (Topic::Orders, record.place.partition))
        .filter(|(_, at)| *at != home)
        .collect();
    records.extend(collect(cluster, &strays.into_iter().collect::<Vec<_>>(), begin, order)?);
    Ok(records)
}

fn collect(
    cluster: &Cluster,
    shards: &[Shard],
    begin: Begin,
    order: &Key,
) -> Result<Vec<OwnedRecord>, Failure> {
    let mut records = Vec::new();
    cluster.read(&cluster.ranges(shards, begin)?, &mut |record| {
        if concerns(record, order) {
            records.push(OwnedRecord::from(record));
        }
    })?;
    Ok(records)
}

fn show(timeline: &Timeline, layout: Layout, session: &mut Session) -> Result<(), Failure> {
    if session.out.is_json() {
        return session.out.document(&page::document(timeline));
    }
    for line in page::summary(timeline, clock::now()) {
        session.out.line(line)?;
    }
    session.out.line("")?;
    let lanes = match layout {
        Layout::Lanes => true,
        Layout::List => false,
        Layout::Auto => terminal_size::terminal_size().is_some_and(|(width, _)| width.0 >= page::LANES_NEED),
    };
    session.out.table(&page::table(timeline, lanes))
}
