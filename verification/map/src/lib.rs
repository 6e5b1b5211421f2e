//! The map of the choreography, drawn from the code: who says what, who hears it, what comes of it, how it is undone.
//!
//! Rows and facts are the services' own; what causes what is seen in simulated histories. [`faults`] are what a map may
//! show that must not be.
#![forbid(unsafe_code)]

mod cycles;
pub mod faults;
mod flowchart;
pub mod metrics;
mod page;
pub mod roles;
mod rows;
mod seen;
mod sequence;
mod stories;

use std::collections::BTreeSet;

use events_schema::{
    Source,
    schema::{self, Described},
};

pub use page::COMMAND;
pub use rows::{Row, facts, rows};
pub use seen::{Name, Seen};
pub use stories::{Story, stories};

/// The storms the map is drawn from. More of them show nothing new.
pub const STORMS: u64 = 100;

/// The map. Shown, it is `docs/CHOREOGRAPHY.md`.
pub struct Map {
    /// Every event of the contract.
    pub events: Vec<Described>,
    /// Who reacts to what.
    pub rows: Vec<Row>,
    /// Who may say what.
    pub facts: BTreeSet<(Source, Name)>,
    /// What was seen to cause what.
    pub seen: Seen,
    /// The stories it tells.
    pub stories: Vec<Story>,
}

impl Map {
    /// Draws it, from so many storms.
    ///
    /// # Errors
    /// What the simulator says if a history breaks a promise or does not come to rest.
    pub fn draw(storms: u64) -> Result<Map, String> {
        let stories = stories()?;
        let mut seen = Seen::in_storms(0..storms)?;
        stories.iter().for_each(|story| seen.look(&story.history));
        Ok(Map { events: schema::all(), rows: rows(), facts: facts(), seen, stories })
    }
}
