//! `state`: the log folded up to any moment of the past: where an order stood, or where a product's pieces were.

use events_schema::{Key, Line, Money, OwnedRecord, Place, Timestamp, Topic};
use serde::Serialize;

use super::{
    find::{find, unknown},
    stock::show,
};
use crate::{
    clock,
    exit::Failure,
    fold::{
        cut::{Cut, place, time_of},
        order::Reason,
        story::{Goods, Purse},
        timeline::Timeline,
    },
    log::{Begin, Cluster, End, Range},
    render::{moment, timeline as page},
    session::Session,
};

/// Flags of `state`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Partitions have no order between them: --until-offset takes the partition of that record up to
it, and of all others what was decided by its time. A product's books are folded from their beginning."
)]
pub struct Args {
    /// The order's id, or the product's SKU
    what: Key,
    /// How it stood at this time (RFC 3339); now when left out
    #[arg(long, value_name = "TIME", conflicts_with = "until_offset")]
    at: Option<Timestamp>,
    /// How it stood right after this record was written
    #[arg(long, value_name = "TOPIC-P@N", value_parser = place)]
    until_offset: Option<Place>,
}

/// An order's state: field names are a promise.
#[derive(Serialize)]
struct Document<'a> {
    order_id: &'a Key,
    at: Timestamp,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<Key>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Money>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<Line>,
    goods: &'a Goods,
    money: &'a Purse,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<String>,
    parked: usize,
    events: usize,
}

/// Folds and shows.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let cut = cut(args, &cluster)?;
    let records = find(&cluster, &args.what, false)?.records;
    let is_order = |record: &OwnedRecord| matches!(record.place.topic, Topic::Checkout | Topic::Orders);
    match records.iter().any(is_order) {
        true => of_order(&args.what, &records, cut, &cluster, session),
        false => of_product(args.what, cut, &cluster, session),
    }
}

fn cut(args: &Args, cluster: &Cluster) -> Result<Cut, Failure> {
    let Some(place) = args.until_offset else {
        return Ok(Cut { at: args.at.unwrap_or_else(clock::now), place: None });
    };
    let mut at = None;
    let shard = (place.topic, place.partition);
    if place.partition < cluster.partitions(place.topic)? {
        let ends = cluster.ends(&[shard])?;
        let to = ends.get(&shard).copied().unwrap_or(0).min(place.offset + 1);
        // A transaction's marker has no time: the record before it has.
        let from = (place.offset - 10).max(0);
        if from < to {
            cluster.read(&[Range { shard, from, to }], &mut |record| at = Some(time_of(record)))?;
        }
    }
    match at {
        Some(at) => Ok(Cut { at, place: Some(place) }),
        None => Err(Failure::NotFound(format!("{place}: no such record; see: orderctl topics list"))),
    }
}

fn of_order(
    order: &Key,
    records: &[OwnedRecord],
    cut: Cut,
    cluster: &Cluster,
    session: &mut Session,
) -> Result<(), Failure> {
    let timeline = Timeline::before(*order, records, cut);
    if timeline.steps.is_empty() {
        let then = moment(cut.at);
        return Err(match records.is_empty() {
            true => unknown(cluster, order),
            false => Failure::NotFound(format!("{order}: nothing was said of it by {then}")),
        });
    }
    if session.out.is_json() {
        return session.out.document(&document(&timeline, cut.at));
    }
    session.out.line(format_args!("at {}", moment(cut.at)))?;
    page::summary(&timeline, cut.at).iter().try_for_each(|line| session.out.line(line))
}

fn document(timeline: &Timeline, at: Timestamp) -> Document<'_> {
    let story = &timeline.story;
    let order = story.order.as_ref();
    Document {
        order_id: &timeline.order,
        at,
        status: story.status(),
        reasons: order.map(|order| order.reasons.clone()).unwrap_or_default(),
        customer_id: order.and_then(|order| order.customer_id),
        total: order.and_then(|order| order.total),
        lines: order.map(|order| order.lines.clone()).unwrap_or_default(),
        goods: &story.goods,
        money: &story.money,
        expires_at: story.expires_at,
        waits_for: story.waits_for().map(|wait| wait.to_string()),
        parked: story.blocked.len(),
        events: timeline.steps.len(),
    }
}

fn of_product(sku: Key, cut: Cut, cluster: &Cluster, session: &mut Session) -> Result<(), Failure> {
    // Record times are those of the writers' clocks, which differ by less than this.
    let end = End::At(cut.at + std::time::Duration::from_secs(300));
    let ranges = cluster.stretches(&cluster.shards(&[Topic::Inventory])?, Begin::Oldest, end)?;
    let books = show::read(cluster, &ranges, &|record| cut.keeps(record))?;
    if !books.accounts.contains_key(&sku) {
        let then = moment(cut.at);
        return Err(Failure::NotFound(format!("{sku}: neither an order nor a product by {then}")));
    }
    if !session.out.is_json() {
        session.out.line(format_args!("at {}", moment(cut.at)))?;
    }
    show::print(books, Some(sku), session)
}
