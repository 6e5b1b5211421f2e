//! The house rules, as functions from what stands in the repository to what is wrong with it: `cargo test -p tidy`.
//!
//! Each rule is shown to bite by a unit test on a small bad example. `tests/house.rs` applies all to this repository.
#![forbid(unsafe_code)]

mod breach;
mod features;
mod functions;
mod imports;
mod names;
mod pieces;
mod schemas;
mod source;
mod tongue;
mod workspace;

pub use breach::Breach;
pub use features::{costly_features, planted_features};
pub use functions::long_functions;
pub use imports::{Imports, forbidden_imports};
pub use names::{forbidden_paths, forbidden_words};
pub use schemas::orphans;
pub use source::Source;
pub use tongue::{long_files, missing_headlines, promises_to_self, unsafe_code, unwraps};
pub use workspace::Workspace;
