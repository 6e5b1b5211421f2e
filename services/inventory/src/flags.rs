//! The flags only the inventory service has.

use std::sync::Arc;

use choreography::host::Make;

use crate::{Inventory, Settings};

/// How stock is dealt, as flags.
#[derive(clap::Args, Clone, Debug)]
#[group(id = "inventory")]
pub struct Flags {
    /// The fewest pieces a depot deals to a shelf beyond what that needs.
    #[arg(long, env = "ORDERS_LEAST_DEAL", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub least_deal: u64,
}

impl Flags {
    /// What each worker runs.
    pub fn make(&self) -> Result<Make<Inventory>, String> {
        let settings = Settings { least_deal: self.least_deal };
        Ok(Arc::new(move || (Inventory::new(settings), Box::new(choreography::NoOutside))))
    }
}
