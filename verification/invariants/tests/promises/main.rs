//! The judge, judged: every promise refuses small histories in which it is broken, and says by what.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod causes;
mod clients;
mod coverage;
mod escrow;
mod facts;
mod goods;
mod money;
mod parked;
mod past;
mod runs;
mod saga;
mod table;
