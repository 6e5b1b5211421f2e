//! The machine: hosts a service's `react → decide → evolve` on a log, exactly once. It knows no business word.
//!
//! A service is pure functions ([`Service`]); the log is a pair of ports ([`Source`], [`Sink`]) with two adapters,
//! `memory` and `kafka`; [`Worker::turn`] is the one loop body that runs everywhere: simulator, tests and production.

mod aside;
mod consume;
mod deadlines;
mod decision;
mod finish;
mod held;
pub mod host;
mod hosted;
pub mod kafka;
mod lag;
mod marks;
pub mod memory;
mod metrics;
mod moment;
mod parking;
#[cfg(feature = "planted")]
pub mod planted;
#[cfg(not(feature = "planted"))]
mod planted;
mod ports;
mod positions;
mod remembered;
mod replay;
mod restore;
mod resume;
mod service;
mod spans;
mod speaker;
mod table;
mod wake;
mod worker;

pub use decision::Decision;
pub use metrics::{
    MACHINE, Metrics,
    figure::{Amount, Count, Figure, Labels, Level, Shape, labels},
};
pub use ports::{
    Answered, Bounds, Budget, Clock, Failed, Fatal, Input, Leases, Never, NoOutside, Outgoing, Outside,
    Position, Receipt, Sink, Source,
};
pub use remembered::{Limits as RememberedLimits, Remembered};
pub use replay::Replay;
pub use service::{Consumes, Duty, On, Remembers, Row, Service, State, Task, To};
pub use spans::{Operation, Span, Tracer, Trigger};
pub use table::Table;
pub use worker::{Pace, Ports, Turned, Worker};
