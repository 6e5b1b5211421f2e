//! `stock`: what came in, what was counted, where every piece is.

mod history;
pub mod show;

use std::num::NonZeroI64;

use events_schema::{
    Key,
    warehouse::{StockCorrected, StockReceived},
};

use crate::{exit::Failure, session::Session};

/// What to do with stock.
#[derive(clap::Subcommand, Debug)]
pub enum Command {
    /// Goods have come in
    Receive {
        /// The product
        sku: Key,
        /// Pieces
        #[arg(value_parser = clap::value_parser!(i64).range(1..=1_000_000_000))]
        pieces: i64,
    },
    /// Somebody counted and found more (+3) or fewer (-3)
    Correct {
        /// The product
        sku: Key,
        /// The difference
        #[arg(allow_negative_numbers = true, value_name = "±N")]
        difference: NonZeroI64,
        /// Why
        #[arg(long, default_value = "")]
        reason: String,
        /// Refuse the correction unless the depot is at this version (see stock show)
        #[arg(long, value_name = "VERSION")]
        expect_version: Option<u64>,
    },
    /// Where the pieces are: all products, or one with its shelves
    Show {
        /// The product
        sku: Option<Key>,
    },
    /// Everything that moved a product's pieces
    History(history::Args),
}

/// Reads or writes.
pub fn run(command: Command, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    match command {
        Command::Receive { sku, pieces } => {
            super::product::say(sku, &StockReceived { quantity: pieces }, &cluster, session)
        }
        Command::Correct { sku, difference, reason, expect_version } => {
            let event =
                StockCorrected { quantity: difference.get(), reason, expected_version: expect_version };
            super::product::say(sku, &event, &cluster, session)
        }
        Command::Show { sku } => show::run(sku, &cluster, session),
        Command::History(args) => history::run(&args, &cluster, session),
    }
}
