//! The escrow protocol, every interleaving of it: the real inventory on two or three partitions, transfers on their
//! way, and an outside that does what a plan allows.

mod account;
mod checks;
mod letters;
mod outside;
mod plan;
mod world;

pub use plan::{Ending, Plan, Product, Wanted};
pub use world::{Act, Escrow, World};
