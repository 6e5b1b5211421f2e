//! `place`: one order, many of the same, or a file of them; with `--wait` until they have ended.

mod pace;
mod wanted;

use std::{collections::BTreeMap, path::PathBuf};

use events_schema::{Key, Place, Timestamp, Topic, partition_of};
use serde::Serialize;

pub use self::wanted::read as read_line;
use self::{
    pace::Pace,
    wanted::{Flags, Placement},
};
use super::wait::{Awaited, Waiter};
use crate::{
    clock,
    exit::Failure,
    log::{Delivered, Writer},
    session::Session,
};

/// Flags of `place`.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  orderctl place --sku mug --quantity 2 --wait
  orderctl place --line mug=2 --line poster=1 --customer ada --token tok_declined
  orderctl place --file orders.ndjson --output json
  orderctl place --line mug=1 --count 1000 --rate 200

A file holds one order a line: {\"customer_id\":\"ada\",\"lines\":[{\"sku\":\"mug\",\"quantity\":2}],
\"payment\":{\"method\":\"card\",\"token\":\"tok_ok\"}}, or the same as \"data\" of an event.
With --wait and several orders the exit code is that of the worst: 5, then 3, then 4.")]
pub struct Args {
    #[command(flatten)]
    flags: Flags,
    /// Read orders from a file, one JSON object a line; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sku", "line", "order_id", "count"])]
    file: Option<PathBuf>,
    /// Place the same order so many times, each with an id of its own
    #[arg(long, default_value_t = 1, value_name = "N", conflicts_with = "order_id")]
    count: u64,
    /// At most so many orders a second
    #[arg(long, value_name = "R", value_parser = pace::rate)]
    rate: Option<f64>,
    /// Wait for the ending: 0 completed, 3 rejected, 4 cancelled, 5 not ended within --timeout
    #[arg(long)]
    wait: bool,
}

/// Where an order was written.
#[derive(Clone, Copy)]
pub struct Receipt {
    /// The order.
    pub order_id: Key,
    /// Its record.
    pub place: Place,
}

#[derive(Serialize)]
struct ReceiptLine {
    order_id: Key,
    topic: &'static str,
    partition: u16,
    offset: i64,
}

impl Receipt {
    /// Prints the receipt.
    pub fn print(self, session: &mut Session) -> Result<(), Failure> {
        let Receipt { order_id, place } = self;
        match session.out.is_json() {
            true => {
                let Place { topic, partition, offset } = place;
                session.out.object(&ReceiptLine { order_id, topic: topic.name(), partition, offset })
            }
            false => session.out.line(format_args!("{order_id}  {place}")),
        }
    }
}

impl From<Delivered> for Receipt {
    fn from(delivered: Delivered) -> Receipt {
        Receipt { order_id: delivered.key, place: delivered.place }
    }
}

/// Places the orders and, if asked, waits for their endings.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let placements = wanted::placements(&args.flags, args.file.as_deref(), args.count)?;
    let cluster = session.reach()?;
    let waiter = args.wait.then(|| Waiter::begin(&cluster)).transpose()?;
    let writer = cluster.order_writer()?;
    let partitions = cluster.partitions(Topic::Checkout)?;
    let mut placed: BTreeMap<Key, Timestamp> = BTreeMap::new();
    let mut pace = Pace::new(args.rate);
    let mut stopped = Ok(());
    for placement in placements {
        stopped = session.interrupt.check().and_then(|()| {
            let Placement { order_id, event_id, order } = placement?;
            pace.keep(|| session.interrupt.check().and_then(|()| hand_out(writer.delivered()?, session)))?;
            let now = clock::now();
            let value = events_schema::announce(events_schema::Source::Cli, event_id, order_id, now, &order);
            if args.wait {
                placed.insert(order_id, now);
            }
            writer.write(Topic::Checkout, partition_of(&order_id, partitions), order_id, &value)
        });
        if stopped.is_err() {
            break;
        }
    }
    finish(&writer, session)?;
    stopped?;
    match waiter {
        Some(waiter) => waiter.wait(Awaited::new(placed, partitions), session),
        None => Ok(()),
    }
}

fn finish(writer: &Writer<'_>, session: &mut Session) -> Result<(), Failure> {
    hand_out(writer.drain()?, session)?;
    session.out.flush()
}

fn hand_out(delivered: Vec<Delivered>, session: &mut Session) -> Result<(), Failure> {
    delivered.into_iter().try_for_each(|delivered| Receipt::from(delivered).print(session))
}
