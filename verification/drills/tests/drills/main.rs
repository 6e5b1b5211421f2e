//! Drills: real service processes on a real Kafka, put through what happens to them in a bad week; afterwards the
//! promises are judged from the log alone.
//!
//! `ORDERS_TEST_BROKERS=localhost:9092 cargo test -p drills -- --test-threads=1`. One at a time, because each drill
//! measures and loads the machine. `ORDERCTL` names the program to drill; without it the one beside these tests is
//! built. What the processes say is kept in `target/drills/<drill>/`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod shop;

mod crowds;
mod fates;
mod flood;
mod kcat;
mod kills;
mod offsets;
mod poison;
mod starts;
mod zombies;
