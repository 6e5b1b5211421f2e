//! The contract, checked: what stands on the wire, how generously it is read, and what never happens.

mod agreement;
mod desk;
mod flow;
mod generosity;
mod golden;
mod ids;
mod invented;
mod partitions;
mod readable;
mod released;
mod secrets;
mod times;
