//! The flags only the order service has.

use std::{sync::Arc, time::Duration};

use choreography::{RememberedLimits, host::Make};
use events_schema::Currency;

use crate::{Order, Settings};

/// The shop's rules, as flags.
#[derive(clap::Args, Clone, Debug)]
#[group(id = "order")]
pub struct Flags {
    /// Currency of orders that name none.
    #[arg(long, env = "ORDERS_CURRENCY", default_value = "EUR", value_parser = clap::value_parser!(Currency))]
    pub currency: Currency,
    /// Seconds an order may stay Pending before it is cancelled as expired.
    #[arg(long, env = "ORDERS_ORDER_LIFETIME_S", default_value_t = 900)]
    pub order_lifetime_s: u64,
    /// The most one order may cost, in minor units.
    #[arg(long, env = "ORDERS_MAX_TOTAL", default_value_t = 100_000_000)]
    pub max_total: i64,
    /// The most lines one order may have.
    #[arg(long, env = "ORDERS_MAX_LINES", default_value_t = 100)]
    pub max_lines: usize,
    /// Tax on the discounted subtotal, in basis points.
    #[arg(long, env = "ORDERS_TAX_BASIS_POINTS", default_value_t = 0)]
    pub tax_basis_points: u32,
    /// Hours for which ended orders are remembered.
    #[arg(long, env = "ORDERS_WINDOW_H", default_value_t = 24)]
    pub window_h: u64,
}

impl Flags {
    /// What each worker runs. An error names the flag that cannot be meant.
    pub fn make(&self) -> Result<Make<Order>, String> {
        let defaults = Settings::default();
        let settings = Settings {
            currency: self.currency,
            lifetime: Duration::from_secs(self.order_lifetime_s),
            max_total: self.max_total,
            max_lines: self.max_lines,
            tax_basis_points: self.tax_basis_points,
            remembered: RememberedLimits {
                age: Duration::from_secs(self.window_h.saturating_mul(3600)),
                ..defaults.remembered
            },
            ..defaults
        };
        settings.check().map_err(|wrong| wrong.to_string())?;
        Ok(Arc::new(move || (Order::new(settings.clone()), Box::new(choreography::NoOutside))))
    }
}
