//! A show: thousands of orders under faults, for people to look at.

use crate::{Batch, Ran};

/// Runs so many histories on all cores, from a first seed on: orders, faults by class, promises judged, the books.
/// Fifty orders are in a history on average.
pub fn show(from: u64, seeds: u64) -> Ran {
    Batch::of(from, seeds).run(&|| {})
}
