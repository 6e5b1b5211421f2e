//! The saga, every interleaving of it: the three real services on one partition, a payment provider that may do
//! anything a provider may, customers, a deadline, a crash and a record that comes twice.

mod act;
mod bank;
mod diary;
mod judge;
mod opening;
mod post;
mod scene;
mod story;

pub use bank::{Question, Reply};
pub use scene::{Act, Saga, Scene, Tampers};
pub use story::{Customer, Story};
