//! What the log adds up to: pure folds over records, without any input or output.

pub mod again;
pub mod catalog;
pub mod change;
pub mod cut;
pub mod order;
pub mod parked;
pub mod reconcile;
pub mod repair;
pub mod roll;
pub mod spread;
pub mod stock;
#[cfg(test)]
pub mod stories;
pub mod story;
pub mod timeline;
pub mod told;
pub mod wait;
pub mod why;
