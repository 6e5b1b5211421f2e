//! What every run on a real machine needs: waiting within bounds, and the words for what ran and where.

mod ground;
pub mod wait;

pub use ground::{changes, machine, revision, workspace};
