//! What was found where every interleaving was tried.

use std::fmt::{Display, Formatter, Result};

use serde::Deserialize;

use crate::table::{Table, count};

/// One configuration, explored to its end.
#[derive(Deserialize)]
pub struct Explored {
    configuration: String,
    states: u64,
    steps: u64,
    depth: u64,
    seconds: f64,
    /// The properties that hold in every state.
    pub held: Vec<String>,
    seen: Vec<String>,
}

/// All of them.
pub struct All<'a>(pub &'a [Explored]);

impl Display for All<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let mut table = Table::of(&[
            "configuration",
            "-different states",
            "-steps",
            "-depth",
            "-s",
            "-properties",
            "-sights",
        ]);
        for of in self.0 {
            table.row([
                of.configuration.clone(),
                count(of.states),
                count(of.steps),
                of.depth.to_string(),
                format!("{:.1}", of.seconds),
                of.held.len().to_string(),
                of.seen.len().to_string(),
            ]);
        }
        let states = self.0.iter().map(|of| of.states).sum();
        writeln!(f, "{table}\n{} different states in all.", count(states))
    }
}
