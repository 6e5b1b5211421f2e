//! What the log adds up to: pure folds over records, without any input or output.

pub mod catalog;
pub mod order;
pub mod parked;
pub mod stock;
pub mod story;
pub mod timeline;
pub mod told;
