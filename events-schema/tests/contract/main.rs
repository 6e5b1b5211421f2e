//! The contract, checked: what stands on the wire, how generously it is read, and what never happens.

mod agreement;
mod desk;
mod generosity;
mod golden;
mod ids;
mod invented;
mod partitions;
mod readable;
mod secrets;
mod times;
