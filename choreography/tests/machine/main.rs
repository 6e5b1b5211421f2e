//! The machine on the memory log, with a toy service: every promise a service may rely on, as a sentence.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod effects;
mod exactly_once;
mod figures;
mod misuse;
mod parking;
mod schedules;
mod stage;
mod toy;
mod traces;
