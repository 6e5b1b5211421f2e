//! `Settings`: what an operator can choose about inventory.

/// Choices of the operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The fewest pieces, at least 1, a depot deals to a shelf beyond what that needs. A larger number keeps small
    /// stocks in one place; a smaller one lets more orders be reserved without a question.
    pub least_deal: u64,
}

impl Default for Settings {
    /// Deals down to single pieces.
    fn default() -> Settings {
        Settings { least_deal: 1 }
    }
}

impl Settings {
    /// One shelf's share of pieces to spare: half of them are dealt, the other half stays for who runs out first. Zero
    /// when the share is too small to deal.
    pub(crate) fn share(&self, spare: u64, partitions: u16) -> u64 {
        let share = spare / (2 * u64::from(partitions.max(1)));
        if share < self.least_deal { 0 } else { share }
    }
}
