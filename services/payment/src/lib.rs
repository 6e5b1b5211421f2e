//! The payment service: takes the money for what is reserved, and gives it back when the order is cancelled.
//!
//! [`reactions`] says what it listens to, [`Payment`] how it decides, [`Payments`] what it knows; all of it pure. The
//! calls to the payment provider live behind a port, in [`provider`].
#![forbid(unsafe_code)]

mod charge;
mod decide;
mod figures;
mod flags;
mod packed;
pub mod provider;
pub mod reactions;
mod risk;
mod service;
mod settings;
mod settled;
mod state;

pub use charge::{Charge, Refund};
pub use decide::{Command, Wish};
pub use flags::Flags;
pub use provider::{Answer, Request};
pub use risk::{Purchase, RiskHook, RiskRules};
pub use service::Payment;
pub use settings::{BadSettings, Settings};
pub use state::Payments;
