//! What a shop can set about its payments.

use std::time::Duration;

use events_schema::PaymentMethod;

use crate::RiskRules;

/// The shop's rules for taking money.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// What the provider takes; anything else fails as `unsupported_method`. Default: card and wallet.
    pub methods: Vec<PaymentMethod>,
    /// How suspicious a purchase is.
    pub risk: RiskRules,
    /// The score from which a purchase fails as `suspected_fraud`, 1 to 100. Default: 90.
    pub refuse_from: u8,
    /// How long, in log time, a payment is known after it is over, so that a late cancellation finds the money and a
    /// provider that contradicts itself is caught. A silence of the log counts for no more than a minute. At least the
    /// lifetime of an order. Default: 24 hours.
    pub window: Duration,
    /// How many payments that are over are kept as they are; older ones are packed, and known all the same. A test has
    /// few. Default: 4,096.
    pub unpacked: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            methods: vec![PaymentMethod::Card, PaymentMethod::Wallet],
            risk: RiskRules::default(),
            refuse_from: 90,
            window: Duration::from_secs(24 * 3600),
            unpacked: 4_096,
        }
    }
}

/// A setting that cannot be meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadSettings {
    /// No method is taken.
    #[error(
        "methods is empty; name at least one of card, wallet, bank_transfer, or no payment ever succeeds"
    )]
    NoMethod,
    /// A threshold outside the scale.
    #[error("refuse_from is {0}; a risk score is 1 to 100")]
    OffTheScale(u8),
    /// Payments would be forgotten while their orders can still be cancelled.
    #[error("window is {} s; it must be at least the lifetime of an order, and a minute at the very least", .0.as_secs())]
    TooForgetful(Duration),
}

impl Settings {
    /// Refuses what cannot be meant, so that a wrong value ends the start and not a payment.
    pub fn check(&self) -> Result<(), BadSettings> {
        if self.methods.is_empty() {
            return Err(BadSettings::NoMethod);
        }
        if !(1..=100).contains(&self.refuse_from) {
            return Err(BadSettings::OffTheScale(self.refuse_from));
        }
        if self.window < Duration::from_secs(60) {
            return Err(BadSettings::TooForgetful(self.window));
        }
        Ok(())
    }
}
