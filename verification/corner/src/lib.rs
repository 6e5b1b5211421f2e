//! The exhaustive corner: small worlds of the real services, explored in every interleaving with `stateright`.
//!
//! Two models. [`escrow`]: inventory alone on two or three partitions, with transfers under way between them. [`saga`]:
//! order, inventory and payment on one partition, with a provider that may do anything a provider may.
//!
//! **What is real.** The rows of the choreography, the codec, `decide`, `evolve`, `duties`, `due` and `answered` of the
//! services. Not here: the machine. A turn is one step (consume, decide, commit), since the log makes it one.
//!
//! **What is left open.** Which record arrives next, of all that are first in their lane; whether and when the outside
//! acts. A lane is one topic partition as one service reads it, and transfers have a lane for each pair of partitions:
//! more orders than a broker would allow.
//!
//! **A crash.** Before its commit a turn has no effect, so that the record comes again: the same state. After it, order
//! and inventory have nothing that is not on the log, and every situation here is made by a fold of the log alone, so
//! that every step is one of a service that was restored a moment ago. Payment alone loses something, what is under
//! way to and from the provider: that is a step of its own. A record that is delivered twice is taken twice in a row,
//! as after a crash that lost the positions; an order that is placed twice, or a provider that repeats itself, may do so
//! at any time.
//!
//! **What is counted.** Different states as the checker tells them apart, by a hash of 64 bits (two of 3 million are taken
//! for one with a chance of one in four million). A situation of one task is decided on once, and known by its number.
//!
//! **Always** are the promises, each under its name. **In the end**: whenever nothing is under way, nobody waits and
//! every order has ended (`L1`); and every path that ends has served everybody. A path that goes in circles does not
//! end: in the configurations that count their steps it would make states without end.
#![forbid(unsafe_code)]

mod broken;
mod coverage;
pub mod escrow;
mod plans;
mod report;
pub mod saga;
mod situations;
mod tamper;
mod wire;

pub use coverage::{Seen, Sight};
pub use plans::{escrow as escrow_plans, sagas as saga_stories};
pub use report::{Explored, Found, Report, explore};
pub use tamper::Tamper;
