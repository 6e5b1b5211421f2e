//! `stock history`: every fact that moved a product's pieces, with what was sellable and held after it.

use events_schema::{Fact, Key, Line, Place, Timestamp, Topic, inventory::InventoryFact, kind};
use serde::Serialize;

use crate::{
    exit::Failure,
    fold::{stock::Books, told::Told},
    log::{Begin, Cluster},
    render::{
        brief::brief,
        moment,
        table::{Align, Table},
    },
    session::Session,
};

/// Flags of `stock history`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The product
    sku: Key,
    /// Only the last so many
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: usize,
}

struct Moved {
    time: Timestamp,
    place: Place,
    subject: Key,
    fact: InventoryFact,
}

#[derive(Serialize)]
struct Row {
    time: Timestamp,
    topic: &'static str,
    partition: u16,
    offset: i64,
    event: &'static str,
    /// The SKU, or the order whose pieces they are.
    subject: Key,
    facts: String,
    sellable: i64,
    held: i64,
}

/// Collects the movements in order of time and folds them once more.
pub fn run(args: &Args, cluster: &Cluster, session: &mut Session) -> Result<(), Failure> {
    let mut moves = collect(&args.sku, cluster)?;
    if moves.is_empty() {
        return Err(Failure::NotFound(format!("{}: never in stock; see: orderctl stock show", args.sku)));
    }
    moves.sort_by_key(|moved| (moved.time, moved.place));
    let mut rows = fold(&args.sku, moves);
    rows.drain(..rows.len().saturating_sub(args.limit));
    if session.out.is_json() {
        return session.out.document(&rows);
    }
    session.out.table(&table(&rows))
}

fn collect(sku: &Key, cluster: &Cluster) -> Result<Vec<Moved>, Failure> {
    let mut moves = Vec::new();
    let mut waiting = std::collections::BTreeSet::new();
    let ranges = cluster.ranges(&cluster.shards(&[Topic::Inventory])?, Begin::Oldest)?;
    cluster.read(&ranges, &mut |record| {
        let fact = kind(record).and_then(|kind| InventoryFact::read(&kind, record));
        let Ok(Some(heard)) = fact else { return };
        let about_lines = lines(&heard.data).is_some_and(|lines| lines.iter().any(|line| line.sku == *sku));
        // An order in line holds pieces that a later fact without lines lets go.
        let lets_go = lines(&heard.data).is_none() && waiting.remove(&heard.subject);
        if matches!(&heard.data, InventoryFact::ReservationQueued(_)) && about_lines {
            waiting.insert(heard.subject);
        }
        if heard.subject == *sku || about_lines || lets_go {
            moves.push(Moved {
                time: heard.time,
                place: heard.place,
                subject: heard.subject,
                fact: heard.data,
            });
        }
    })?;
    Ok(moves)
}

fn lines(fact: &InventoryFact) -> Option<&[Line]> {
    match fact {
        InventoryFact::StockReserved(reserved) => Some(&reserved.lines),
        InventoryFact::ReservationQueued(queued) => Some(&queued.lines),
        InventoryFact::StockReleased(released) => Some(&released.lines),
        InventoryFact::StockShipped(shipped) => Some(&shipped.lines),
        _ => None,
    }
}

fn fold(sku: &Key, moves: Vec<Moved>) -> Vec<Row> {
    let mut books = Books::default();
    let mut rows = Vec::new();
    for Moved { time, place, subject, fact } in moves {
        books.fold(subject, place.partition, &fact);
        let account = books.accounts.entry(*sku).or_default();
        rows.push(Row {
            time,
            topic: place.topic.name(),
            partition: place.partition,
            offset: place.offset,
            event: fact.event(),
            subject,
            sellable: account.sellable(),
            held: account.held(),
            facts: brief(&Told::Inventory(fact)),
        });
    }
    rows
}

fn table(rows: &[Row]) -> Table {
    use Align::{Left, Right};
    let mut table = Table::new(&[
        ("TIME", Left),
        ("AT", Left),
        ("EVENT", Left),
        ("OF", Left),
        ("FACTS", Left),
        ("SELLABLE", Right),
        ("HELD", Right),
    ]);
    for row in rows {
        table.row([
            moment(row.time).into(),
            format!("{}-{}@{}", row.topic, row.partition, row.offset).into(),
            row.event.into(),
            row.subject.into(),
            row.facts.as_str().into(),
            row.sellable.into(),
            row.held.into(),
        ]);
    }
    table
}
