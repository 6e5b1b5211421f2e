//! The auditor: reads every topic as any consumer could, and judges what stands there by the promises.
//!
//! It knows the contract and the promises and nothing of the services or the machine, so that it cannot share their
//! errors. It joins no group and writes nothing.
//!
//! - [`Reader`] reads every partition of every topic, read-committed, from the beginning to ends taken at one moment.
//! - [`Auditor`] keeps the history, closes it over causes, finds out whether the shop has settled, and judges it.
//! - [`Report`] is what came out: a line a promise with the worst offender's story, and a summary.
//! - [`run`] is the whole command, once or for ever, for the program `auditor` and for `orderctl audit`.
#![forbid(unsafe_code)]

mod admin;
mod auditor;
mod causes;
mod clock;
mod failure;
mod flags;
mod log;
mod metrics;
mod open;
mod outside;
mod report;
mod run;
mod story;
mod tail;
mod text;

pub use auditor::Auditor;
pub use failure::{CODES, Failure};
pub use flags::{Connection, Flags, Output, duration};
pub use log::{Cluster, Reader, Shard};
pub use outside::ledger;
pub use report::{Behind, Promise, Read, Report, Summary, UnderWay, Worst};
pub use run::{Ending, run};
pub use story::{Line, Story};
