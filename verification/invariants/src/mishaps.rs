//! `Mishaps`: what happened in a run that its log does not show.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How often each thing happened that only the runner knows of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mishaps {
    /// Crashes by the point they hit (C9). All points there are, those never hit with 0.
    pub crashes: BTreeMap<String, u64>,
    /// Commits in doubt that had been applied (C10).
    pub doubtful_applied: u64,
    /// Commits in doubt that had not (C11).
    pub doubtful_lost: u64,
    /// Take-overs in the middle of a batch (C12).
    pub take_overs: u64,
    /// Zombies that were fenced (C13).
    pub fenced: u64,
    /// Committed offsets that were lost, so that positions came from the log (C17).
    pub offsets_lost: u64,
    /// Deadlines that beat an answer, beyond those the log shows (C6).
    pub deadline_first: u64,
    /// Answers that beat a deadline, beyond those the log shows (C7).
    pub answer_first: u64,
    /// Answers the provider gave twice (C8).
    pub answered_twice: u64,
    /// Answers that contradicted an earlier one, beyond those the log shows (C8).
    pub contradicted: u64,
    /// Questions that timed out though the money was taken (C8).
    pub late: u64,
}

impl std::ops::AddAssign<&Mishaps> for Mishaps {
    fn add_assign(&mut self, other: &Mishaps) {
        for (point, count) in &other.crashes {
            *self.crashes.entry(point.clone()).or_default() += count;
        }
        self.doubtful_applied += other.doubtful_applied;
        self.doubtful_lost += other.doubtful_lost;
        self.take_overs += other.take_overs;
        self.fenced += other.fenced;
        self.offsets_lost += other.offsets_lost;
        self.deadline_first += other.deadline_first;
        self.answer_first += other.answer_first;
        self.answered_twice += other.answered_twice;
        self.contradicted += other.contradicted;
        self.late += other.late;
    }
}
