//! `customer`: whom the shop serves. The table stands on every partition, so a word is said on all at once.

use events_schema::{
    Event, Key, Source, Topic, announce,
    customers::{CustomerBlocked, CustomerUnblocked},
};

use super::Written;
use crate::{clock, exit::Failure, session::Session};

/// What to do with a customer.
#[derive(clap::Subcommand, Debug)]
pub enum Command {
    /// Refuse this customer's orders from now on
    Block {
        /// The customer's id
        customer: Key,
        /// Why
        #[arg(long)]
        reason: Option<String>,
    },
    /// Take this customer's orders again
    Unblock {
        /// The customer's id
        customer: Key,
    },
}

/// Says it on every partition, in one transaction.
pub fn run(command: Command, session: &mut Session) -> Result<(), Failure> {
    match command {
        Command::Block { customer, reason } => say(customer, &CustomerBlocked { reason }, session),
        Command::Unblock { customer } => say(customer, &CustomerUnblocked {}, session),
    }
}

fn say<E: Event>(customer: Key, event: &E, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let value = announce(Source::Cli, clock::new_event_id(), customer, clock::now(), event);
    let shards = cluster.shards(&[Topic::Customers])?;
    let records: Vec<_> =
        shards.into_iter().map(|(topic, partition)| (topic, partition, customer, value.clone())).collect();
    let mut delivered = cluster.write_together(&records)?;
    delivered.sort_by_key(|delivered| delivered.place);
    for delivered in delivered {
        Written { event: E::TYPE, subject: customer, place: delivered.place }.print(session)?;
    }
    Ok(())
}
