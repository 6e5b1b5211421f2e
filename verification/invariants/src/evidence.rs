//! `Evidence`: everything a judgement may be based on. Only the history must be there.

use events_schema::{EventId, Topic};

use crate::{
    Answer, Derivation, Folded, History, Memory, Movement, Pace, Poison, Reading, Rerun, Sighting, Starts,
};

/// What is known of a run. A promise for which nothing is given is not judged, and has no verdict.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// All committed records.
    pub history: &'a History,
    /// Nothing is under way any more and all is read, so that the promises about the end are due too. While it is not,
    /// the history must be causally closed: it holds the cause of each of its events.
    pub settled: bool,
    /// Topics that were not read from their first record, or not at all: causes there are not missed.
    pub unread: &'a [Topic],
    /// The payment provider's own ledger (S4, S5).
    pub ledger: Option<&'a [Movement]>,
    /// What clients were told (S13).
    pub answers: &'a [Answer],
    /// What views showed, in the order of showing (S18).
    pub sightings: &'a [Sighting],
    /// Facts decided again from the log (S14).
    pub derivations: &'a [Derivation],
    /// Runs that were made twice (S14).
    pub reruns: &'a [Rerun],
    /// States in memory beside the fold of the log (S15).
    pub folds: &'a [Folded],
    /// Ids of records of aborted transactions (S16).
    pub aborted: &'a [EventId],
    /// How long an order may take, and what time it is (L1).
    pub pace: Option<Pace>,
    /// How far each reader is (L2).
    pub readings: &'a [Reading],
    /// Transactions that are open though nobody writes (L2); `None`: nobody looked.
    pub hanging: Option<&'a [String]>,
    /// How often processes had to be started (L3).
    pub starts: &'a [Starts],
    /// What was poisoned (L4); `None`: it is not known.
    pub poisoned: Option<&'a [Poison]>,
    /// What processes took in memory (L5).
    pub memories: &'a [Memory],
}

impl<'a> Evidence<'a> {
    /// The history alone, not settled.
    pub fn of(history: &'a History) -> Evidence<'a> {
        Evidence {
            history,
            settled: false,
            unread: &[],
            ledger: None,
            answers: &[],
            sightings: &[],
            derivations: &[],
            reruns: &[],
            folds: &[],
            aborted: &[],
            pace: None,
            readings: &[],
            hanging: None,
            starts: &[],
            poisoned: None,
            memories: &[],
        }
    }

    /// The same, settled or not.
    pub fn settled(self, settled: bool) -> Evidence<'a> {
        Evidence { settled, ..self }
    }
}
