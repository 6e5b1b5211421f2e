//! Every door through which bytes come into the system, as one function each that must bear any bytes.
//!
//! [`DOORS`] names them. The stable smoke in `tests/` enters each with samples, damaged samples and noise; the targets of
//! `targets/` hand the same functions to a coverage-guided fuzzer (`verification/fuzz/run`). What once broke one stands
//! in `negative/<door>/<name>` and is entered by every test run.
#![forbid(unsafe_code)]

mod bound;
mod command_line;
mod configuration;
mod doors;
mod frame;
mod histories;
mod lane;
mod lines;
mod live;
mod provider;
mod record;
mod restore;
mod said;
mod samples;
mod stage;
mod text;

pub use command_line::{cli_arguments, ndjson_orders};
pub use configuration::configuration;
pub use doors::{DOORS, Door};
pub use frame::Frame;
pub use histories::{inventory_history, orders_history, payments_history};
pub use lines::evidence_lines;
pub use live::{parked_record, positions_header, topic_record};
pub use provider::provider_answers;
pub use record::event_record;
pub use restore::restore_damaged_log;
pub use samples::{Sample, samples};
pub use text::event_text;
