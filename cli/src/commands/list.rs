//! `list`: the orders and where they stand.

use std::collections::HashMap;

use events_schema::{Fact, Key, Topic, kind, orders::OrderFact};

use super::gather::Stretch;
use crate::{
    exit::Failure,
    fold::order::{Order, Status},
    render::{
        moment, span,
        table::{Align, Table},
    },
    session::Session,
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
    /// Only accepted orders of this customer
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<Key>,
    /// Only accepted orders with this product among their lines
    #[arg(long, value_name = "SKU")]
    sku: Option<Key>,
    /// What to read.
    #[command(flatten)]
    stretch: Stretch,
}

/// Folds `orders` and prints it.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let since = args.stretch.since();
    let ranges = cluster.ranges(&cluster.shards(&[Topic::Orders])?, args.stretch.begin(since))?;
    let mut orders: HashMap<Key, Order> = HashMap::new();
    cluster.read(&ranges, &mut |record| {
        let fact = kind(record).and_then(|kind| OrderFact::read(&kind, record));
        let Some(heard) = fact.ok().flatten().filter(|heard| heard.time >= since) else { return };
        let before = orders.remove(&heard.subject);
        let after = Order::fold(before, heard.subject, record.place.partition, &heard.data, heard.time);
        orders.extend(after.map(|order| (heard.subject, order)));
    })?;
    let mut found: Vec<Order> = orders.into_values().filter(|order| args.wants(order)).collect();
    found.sort_by_key(|order| (std::cmp::Reverse(order.since), order.order_id));
    let left_out = found.len().saturating_sub(args.limit);
    found.truncate(args.limit);
    print(&found, session)?;
    if left_out > 0 {
        session.note(format_args!("{left_out} more; show them with --limit"));
    }
    Ok(())
}

impl Args {
    fn wants(&self, order: &Order) -> bool {
        self.status.is_none_or(|status| order.status == status)
            && self.customer.is_none_or(|customer| order.customer_id == Some(customer))
            && self.sku.is_none_or(|sku| order.lines.iter().any(|line| line.sku == sku))
    }
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
