//! `list`: the orders and where they stand.

use std::{collections::HashMap, time::Duration};

use events_schema::{Fact, Key, Timestamp, Topic, kind, orders::OrderFact};

use crate::{
    clock,
    exit::Failure,
    fold::order::{Order, Status},
    log::Begin,
    render::{
        moment, span,
        table::{Align, Table},
    },
    session::Session,
    settings::duration,
};

/// Flags of `list`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Only orders in this state
    #[arg(long, value_enum)]
    status: Option<Status>,
    /// At most so many, the newest first
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: usize,
    /// Only what order said within this time
    #[arg(long, default_value = "24h", value_name = "DURATION", value_parser = duration)]
    since: Duration,
    /// All orders there ever were; reads the whole of `orders`
    #[arg(long, conflicts_with = "since")]
    all: bool,
}

/// Folds `orders` and prints it.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let since = if args.all { Timestamp::default() } else { clock::now() - args.since };
    let begin = if args.all { Begin::Oldest } else { Begin::At(since) };
    let ranges = cluster.ranges(&cluster.shards(&[Topic::Orders])?, begin)?;
    let mut orders: HashMap<Key, Order> = HashMap::new();
    cluster.read(&ranges, &mut |record| {
        let fact = kind(record).and_then(|kind| OrderFact::read(&kind, record));
        let Some(heard) = fact.ok().flatten().filter(|heard| heard.time >= since) else { return };
        let before = orders.remove(&heard.subject);
        let after = Order::fold(before, heard.subject, record.place.partition, &heard.data, heard.time);
        orders.extend(after.map(|order| (heard.subject, order)));
    })?;
    let mut found: Vec<Order> = orders
        .into_values()
        .filter(|order| args.status.is_none_or(|status| order.status == status))
        .collect();
    found.sort_by_key(|order| (std::cmp::Reverse(order.since), order.order_id));
    let left_out = found.len().saturating_sub(args.limit);
    found.truncate(args.limit);
    print(&found, session)?;
    if left_out > 0 {
        session.note(format_args!("{left_out} more; show them with --limit"));
    }
    Ok(())
}

fn print(orders: &[Order], session: &mut Session) -> Result<(), Failure> {
    if session.out.is_json() {
        return session.out.document(&orders);
    }
    session.out.table(&table(orders))
}

fn table(orders: &[Order]) -> Table {
    use Align::{Left, Right};
    let mut table = Table::new(&[
        ("ORDER", Left),
        ("STATUS", Left),
        ("CUSTOMER", Left),
        ("TOTAL", Right),
        ("SINCE", Left),
        ("TOOK", Right),
        ("REASON", Left),
    ]);
    for order in orders {
        let took = order.ended_at.map_or_else(String::new, |end| span(order.since.until(end)));
        table.row([
            order.order_id.into(),
            order.status.name().into(),
            order.customer_id.map_or_else(|| "-".to_owned(), |customer| customer.to_string()).into(),
            order.total.map_or_else(|| "-".to_owned(), |total| total.to_string()).into(),
            moment(order.since).into(),
            took.into(),
            order.why().into(),
        ]);
    }
    table
}
