//! Given these facts, when told this, inventory says that: every reason, every repeat, every row of the protocol.
#![allow(clippy::unwrap_used, reason = "a scenario that cannot be told is a failed test")]

#[path = "../hearing/mod.rs"]
mod hearing;

mod balances;
mod corrections;
mod depots;
mod products;
mod reservations;
mod shelves;
mod shop;
