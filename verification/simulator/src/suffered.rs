//! What a shop suffered that its log does not show: evidence for the coverage, and for the tally.

use std::collections::BTreeMap;

use invariants::Mishaps;

use crate::{Shop, Trouble};

/// The points at which a process can die, by the name of the hit.
const POINTS: [&str; 4] =
    ["died between two turns", "died while writing", "died before the commit", "died after the commit"];

impl Shop {
    /// What hit processes and the provider, by name.
    pub(crate) fn hits(&self) -> BTreeMap<&'static str, u64> {
        let mut hits: BTreeMap<&'static str, u64> = BTreeMap::new();
        for process in &self.processes {
            for (what, times) in &process.mishaps().lock().hits {
                *hits.entry(what).or_default() += times;
            }
        }
        let provider = self.provider.borrow();
        let told = [
            ("provider answered twice", provider.twice),
            ("provider contradicted itself", provider.contradicted),
            ("provider silent after capturing", provider.late),
            ("provider lost a call or an answer", provider.lost),
        ];
        hits.extend(told.into_iter().filter(|(_, times)| *times > 0));
        hits
    }

    /// What only the runner knows of.
    pub(crate) fn evidence(&self) -> Mishaps {
        let hits = self.hits();
        let of = |what: &str| hits.get(what).copied().unwrap_or_default();
        let provider = self.provider.borrow();
        Mishaps {
            crashes: POINTS.iter().map(|point| ((*point).to_owned(), of(point))).collect(),
            doubtful_applied: of("commit in doubt, applied"),
            doubtful_lost: of("commit in doubt, not applied"),
            take_overs: of("expired in a turn") + of("replaced in a turn"),
            fenced: self.fenced,
            offsets_lost: self.struck.get(&Trouble::ForgottenPositions).copied().unwrap_or_default(),
            answered_twice: provider.twice,
            contradicted: provider.contradicted,
            late: provider.late,
            ..Mishaps::default()
        }
    }
}
