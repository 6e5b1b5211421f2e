//! The risk hook: how suspicious a purchase is, decided from the purchase alone, before the provider is asked.

use events_schema::{Key, Line, Money, payments::Risk};

/// What is judged.
#[derive(Clone, Copy, Debug)]
pub struct Purchase<'a> {
    /// Who buys.
    pub customer: Key,
    /// What it costs.
    pub total: Money,
    /// How it would be paid.
    pub payment: events_schema::Payment,
    /// What is bought.
    pub lines: &'a [Line],
}

/// Judges a purchase. Pure: the same purchase always gets the same verdict, or a decision could not be derived again
/// from the log. Reasons stand in a fact for ever: they never hold a token.
pub trait RiskHook: Send + Sync {
    /// The verdict: 0 (no risk) to 100 (certain fraud), and what raised it.
    fn assess(&self, purchase: &Purchase<'_>) -> Risk;
}

/// Rules that add up. With the defaults only a marked token or customer reaches the threshold; what else raises the
/// score is shown in PaymentStarted.
#[derive(Clone, PartialEq, Debug)]
pub struct RiskRules {
    /// A total from this on, in minor units, scores 30. Default: 1,000,000, which is 10,000.00 EUR.
    pub large_total: i64,
    /// A total from this on scores 60. Default: 10,000,000.
    pub huge_total: i64,
    /// So many pieces of one product score 20. Default: 1,000.
    pub many_pieces: u64,
    /// Tokens that score 100. Default: `tok_fraud`, for tests.
    pub marked_tokens: Vec<String>,
    /// Customers that score 100. Default: none.
    pub marked_customers: Vec<Key>,
}

impl Default for RiskRules {
    fn default() -> RiskRules {
        RiskRules {
            large_total: 1_000_000,
            huge_total: 10_000_000,
            many_pieces: 1_000,
            marked_tokens: vec!["tok_fraud".to_owned()],
            marked_customers: Vec::new(),
        }
    }
}

impl RiskHook for RiskRules {
    fn assess(&self, purchase: &Purchase<'_>) -> Risk {
        let total = purchase.total.amount;
        let token = purchase.payment.token.expose();
        let many = purchase.lines.iter().any(|line| line.quantity.get() >= self.many_pieces);
        let rules = [
            (total >= self.huge_total, 60, "huge_total"),
            ((self.large_total..self.huge_total).contains(&total), 30, "large_total"),
            (many, 20, "many_pieces"),
            (self.marked_tokens.iter().any(|marked| marked == token), 100, "marked_token"),
            (self.marked_customers.contains(&purchase.customer), 100, "marked_customer"),
        ];
        let mut risk = Risk { score: 0, reasons: Vec::new() };
        for (_, points, reason) in rules.into_iter().filter(|(applies, ..)| *applies) {
            risk.score = risk.score.saturating_add(points).min(100);
            risk.reasons.push(reason.to_owned());
        }
        risk
    }
}
