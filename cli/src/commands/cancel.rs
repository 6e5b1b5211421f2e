//! `cancel`: asks for an order's cancellation; order grants it while the order is pending.

use events_schema::{Key, Source, Topic, announce, checkout::OrderCancellationRequested};

use super::place::Receipt;
use crate::{clock, exit::Failure, session::Session};

/// Flags of `cancel`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The order's id
    order: Key,
    /// Why, in the customer's words
    #[arg(long)]
    reason: Option<String>,
}

/// Writes the request to `checkout`.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let event = OrderCancellationRequested { reason: args.reason.clone() };
    let value = announce(Source::Cli, clock::new_event_id(), args.order, clock::now(), &event);
    let home = cluster.home_of(Topic::Checkout, &args.order)?;
    let place = cluster.order_writer()?.write_one(Topic::Checkout, home, args.order, &value)?;
    Receipt { order_id: args.order, place }.print(session)
}
