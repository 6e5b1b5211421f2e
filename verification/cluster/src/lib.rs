//! The manifests under `k8s/`, alarms and dashboards, held against rules of our own and against the code; what can be
//! made is made here.
#![forbid(unsafe_code)]

pub mod agreement;
pub mod alerts;
pub mod dashboards;
pub mod made;
pub mod manifest;
pub mod network;
pub mod pods;
pub mod queries;
pub mod scale;
pub mod schemas;
mod shown;
pub mod source;
pub mod strimzi;

use std::path::Path;

use manifest::Manifest;
use source::Code;

/// The repository's root.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// Everything that is wrong with what was rendered.
pub fn complaints(all: &[Manifest], code: &Code) -> Vec<String> {
    let mut found = pods::complaints(all);
    found.extend(network::complaints(all));
    found.extend(scale::complaints(all));
    found.extend(agreement::complaints(all, code));
    found
}
