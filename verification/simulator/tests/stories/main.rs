//! Stories: what exactly is said of an order, event by event, told of the real services.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod bugs;
mod goods;
mod money;
mod parking;
mod shop;
