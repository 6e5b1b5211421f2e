//! The simulator: the real services and the real machine on a memory log in virtual time. One seed is one history.
//!
//! [`run`] opens a shop, lets a storm pass over it, and judges what is left when it is calm. [`Shop`] is for stories
//! told step by step.
#![forbid(unsafe_code)]

mod batch;
mod beyond;
mod calm;
mod customers;
mod derive;
mod faulty;
mod forced;
mod fragile;
mod judge;
mod known;
mod mishaps;
mod plan;
pub mod planted;
mod probe;
mod process;
mod provider;
mod run;
mod settle;
mod shop;
mod show;
mod shrink;
mod storm;
mod story;
mod strikes;
mod suffered;
mod tally;
mod time;
mod trouble;
mod witness;

pub use batch::{Batch, Ran};
pub use forced::Force;
pub use fragile::Planted;
pub use judge::Broken;
pub use plan::Plan;
pub use run::{run, run_plan};
pub use shop::Shop;
pub use show::show;
pub use shrink::shrink;
pub use story::{events_of, said, story, story_with_places};
pub use tally::{Fates, Struck, Sums, Tally};
pub use time::Time;
pub use trouble::Trouble;
