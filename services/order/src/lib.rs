//! The order service: it alone decides an order's fate.
//!
//! [`reactions`] says what it listens to, [`Order`] how it decides, [`Orders`] what it knows. Nothing here does I/O.
#![forbid(unsafe_code)]

mod decide;
mod digest;
mod figures;
mod flags;
mod placement;
mod price;
pub mod reactions;
mod rules;
mod service;
mod settings;
mod state;
mod tables;
mod token;

pub use decide::{Command, Wish};
pub use flags::Flags;
pub use service::Order;
pub use settings::{BadSettings, Settings, VolumeDiscount};
pub use state::{Orders, Status};
