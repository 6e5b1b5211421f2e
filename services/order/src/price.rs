//! The arithmetic of an order: integers only, every step checked.
//!
//! subtotal = Σ pieces × unit price; discount = the share of the subtotal its volume earns; tax = the share of
//! subtotal − discount. A share is rounded half up to a whole minor unit, once per order, not per line.

use events_schema::{Currency, Money, orders::PricedLine};

use crate::Settings;

/// The sums of an order.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Sums {
    pub(crate) subtotal: Money,
    pub(crate) discount: Money,
    pub(crate) tax: Money,
    pub(crate) total: Money,
}

/// The sums over the lines; `None` when one does not fit into 64 bits.
pub(crate) fn sums(lines: &[PricedLine], currency: Currency, settings: &Settings) -> Option<Sums> {
    let subtotal = lines.iter().try_fold(0_i128, |sum, line| {
        let price = i128::from(line.unit_price.amount);
        sum.checked_add(price.checked_mul(i128::from(line.quantity.get()))?)
    })?;
    let discount = share(subtotal, discount_basis_points(subtotal, settings))?.min(subtotal);
    let tax = share(subtotal - discount, settings.tax_basis_points)?;
    let total = (subtotal - discount).checked_add(tax)?;
    let money = |amount: i128| i64::try_from(amount).ok().map(|amount| Money::new(amount, currency));
    Some(Sums {
        subtotal: money(subtotal)?,
        discount: money(discount)?,
        tax: money(tax)?,
        total: money(total)?,
    })
}

fn discount_basis_points(subtotal: i128, settings: &Settings) -> u32 {
    let reached = settings.discounts.iter().filter(|tier| i128::from(tier.from) <= subtotal);
    reached.max_by_key(|tier| tier.from).map_or(0, |tier| tier.basis_points)
}

/// Half up: 0.5 of a minor unit is one.
fn share(of: i128, basis_points: u32) -> Option<i128> {
    Some(of.checked_mul(i128::from(basis_points))?.checked_add(5_000)?.div_euclid(10_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_cent_is_rounded_up_and_less_is_rounded_down() {
        assert_eq!(share(50, 100), Some(1));
        assert_eq!(share(49, 100), Some(0));
        assert_eq!(share(150, 100), Some(2));
        assert_eq!(share(0, 10_000), Some(0));
        assert_eq!(share(1999, 1900), Some(380));
    }
}
