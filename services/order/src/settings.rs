//! What a shop can set about its orders.

use std::time::Duration;

use choreography::RememberedLimits;
use events_schema::Currency;

/// The shop's rules. The defaults sell in euros, without discount and without tax.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// The currency of an order that names none. Default: EUR.
    pub currency: Currency,
    /// The most lines one order may have. Default: 100.
    pub max_lines: usize,
    /// The most one order may cost, discount and tax included, in minor units of whatever currency it is paid in.
    /// Default: 100,000,000, which is 1,000,000.00 EUR.
    pub max_total: i64,
    /// How long an order may stay Pending before it is cancelled as `expired`. Default: 15 minutes.
    pub lifetime: Duration,
    /// Volume discounts; the one with the highest `from` that the subtotal reaches counts. Default: none.
    pub discounts: Vec<VolumeDiscount>,
    /// Tax on the discounted subtotal, in basis points: 1900 is 19 %. Default: 0.
    pub tax_basis_points: u32,
    /// How far in the future a placement may claim to be, for clocks differ. Default: 5 minutes.
    pub future_tolerance: Duration,
    /// How long and how many ended orders are remembered, so that a repeated placement is known as one.
    /// Default: 24 hours, 20 million.
    pub remembered: RememberedLimits,
}

/// So many basis points off, from this subtotal on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VolumeDiscount {
    /// The least subtotal, in minor units.
    pub from: i64,
    /// What is taken off, in basis points: 500 is 5 %.
    pub basis_points: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            currency: Currency::EUR,
            max_lines: 100,
            max_total: 100_000_000,
            lifetime: Duration::from_secs(15 * 60),
            discounts: Vec::new(),
            tax_basis_points: 0,
            future_tolerance: Duration::from_secs(5 * 60),
            remembered: RememberedLimits::default(),
        }
    }
}

/// A setting that cannot be meant.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadSettings {
    /// A discount or tax of more than everything.
    #[error("{what} is {found} basis points; 10000 are 100 %, and it may not be more")]
    MoreThanAll {
        /// Which setting.
        what: &'static str,
        /// Its value.
        found: u32,
    },
    /// A limit that lets no order through.
    #[error("{what} is {found}; it must be at least 1, or no order is ever accepted")]
    NothingPasses {
        /// Which setting.
        what: &'static str,
        /// Its value.
        found: i64,
    },
}

impl Settings {
    /// Refuses what cannot be meant, so that a wrong value ends the start and not an order.
    pub fn check(&self) -> Result<(), BadSettings> {
        let shares = self.discounts.iter().map(|tier| ("a volume discount", tier.basis_points));
        for (what, found) in shares.chain([("tax_basis_points", self.tax_basis_points)]) {
            if found > 10_000 {
                return Err(BadSettings::MoreThanAll { what, found });
            }
        }
        let seconds = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX);
        let lines = i64::try_from(self.max_lines).unwrap_or(i64::MAX);
        for (what, found) in
            [("max_lines", lines), ("max_total", self.max_total), ("lifetime in seconds", seconds)]
        {
            if found < 1 {
                return Err(BadSettings::NothingPasses { what, found });
            }
        }
        Ok(())
    }
}
