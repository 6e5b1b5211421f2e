//! The operator: looks at what is parked and decides, with orderctl as anybody would.

use anyhow::Result;
use serde::Deserialize;

use crate::shop::Shop;

/// A parked record as `orderctl parked list` tells it.
#[derive(Clone, Debug, Deserialize)]
pub struct Parked {
    /// Who parked it.
    pub service: String,
    /// Whom it blocks.
    pub subject: String,
}

/// What is parked: what waits, or all there ever was.
pub fn parked(shop: &Shop, all: bool) -> Result<Vec<Parked>> {
    let mut args = vec!["parked", "list", "--output", "json"];
    args.extend(all.then_some("--all"));
    Ok(serde_json::from_str(&shop.programs.operate(&shop.cluster.direct(), &args)?)?)
}

/// Resumes or discards the oldest parked record of a subject.
pub fn decide(shop: &Shop, what: &str, parked: &Parked) -> Result<()> {
    let Parked { service, subject, .. } = parked;
    let args = ["parked", what, subject, "--service", service, "--reason", "a drill"];
    shop.programs.operate(&shop.cluster.direct(), &args).map(drop)
}
