//! `Report`: what an audit found, as it is printed. Its JSON is stable: fields are added, never renamed or removed.

use std::collections::BTreeMap;

use events_schema::Key;
use invariants::{Breach, History, Verdict};
use serde::Serialize;

use crate::story::{Story, stories};

/// Every promise that was judged, and what was read for it.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// One for each promise, S1 to S19, then L1 to L5.
    pub promises: Vec<Promise>,
    /// All of it.
    pub summary: Summary,
}

/// One promise, judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Promise {
    /// Its number, like `S4`.
    pub promise: &'static str,
    /// What it says.
    pub says: &'static str,
    /// How many things were judged by it.
    pub checked: u64,
    /// How many of them broke it.
    pub breaches: u64,
    /// Who broke it most often, or first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst: Option<Worst>,
}

/// The worst offender.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Worst {
    /// The order, SKU or customer.
    pub subject: String,
    /// How often it broke the promise.
    pub breaches: u64,
    /// What is wrong, the first time.
    pub what: String,
    /// The events that show it, like `PaymentCaptured payments-2@17`.
    pub events: Vec<String>,
    /// All that was said of it.
    pub story: Story,
}

/// An audit in few words.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Promises that hold.
    pub held: usize,
    /// Promises that are broken.
    pub broken: Vec<&'static str>,
    /// Promises for which there was nothing to judge, or no evidence.
    pub not_judged: Vec<&'static str>,
    /// Whether the promises about the end were judged.
    pub settled: bool,
    /// What is still under way.
    pub under_way: UnderWay,
    /// What was read.
    pub read: Read,
    /// Movements on the provider's ledger; none if there was no ledger.
    pub movements: Option<u64>,
    /// Answers to clients; none if there were no answers.
    pub answers: Option<u64>,
    /// What views showed; none if nobody told.
    pub sightings: Option<u64>,
    /// Seconds it took to read what had come.
    pub read_seconds: f64,
    /// Seconds it took to judge it all.
    pub judge_seconds: f64,
}

/// What keeps the shop from having settled.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UnderWay {
    /// Services that have not taken all there is.
    pub behind: Vec<Behind>,
    /// Partitions with an open transaction.
    pub hanging: Vec<String>,
    /// How many orders have not ended, or have money on its way; 0 while somebody is behind.
    pub open: usize,
    /// One of them.
    pub for_one: Option<String>,
}

/// A service that has not taken all there is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Behind {
    /// Its name.
    pub service: &'static str,
    /// In how many partitions.
    pub partitions: usize,
    /// The one with the most to take, like `orders-3`.
    pub most: String,
    /// The next offset it will take there; none if it never committed one.
    pub at: Option<i64>,
    /// The last record there.
    pub last: i64,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Read {
    /// Partitions of all topics.
    pub partitions: usize,
    /// Offsets passed, markers of transactions included.
    pub offsets: i64,
    /// Of so many up to the ends that were asked for.
    pub of_offsets: i64,
    /// Records, those beyond the ends included that were needed as causes.
    pub records: u64,
    /// Records that are events.
    pub events: u64,
    /// Records that are none.
    pub unreadable: u64,
    /// Partitions whose oldest records had been deleted: what they caused is judged without them.
    pub cut: Vec<String>,
}

impl Report {
    /// The verdicts with the stories of the worst offenders; times and witnesses are for the caller to add.
    pub(crate) fn of(verdicts: &[Verdict], history: &History, read: Read) -> Report {
        let worst: Vec<Option<(Key, u64, &Breach)>> = verdicts.iter().map(worst_of).collect();
        let mut shows: BTreeMap<Key, Vec<String>> = BTreeMap::new();
        for (subject, _, breach) in worst.iter().flatten() {
            shows.entry(*subject).or_default().extend(breach.events.iter().cloned());
        }
        let stories = if shows.is_empty() { BTreeMap::new() } else { stories(history, &shows) };
        let promise = |(verdict, worst): (&Verdict, &Option<(Key, u64, &Breach)>)| Promise {
            promise: verdict.promise,
            says: verdict.says,
            checked: verdict.checked,
            breaches: verdict.breaches.len() as u64,
            worst: worst.map(|(subject, breaches, breach)| Worst {
                subject: subject.to_string(),
                breaches,
                what: breach.what.clone(),
                events: breach.events.clone(),
                story: stories.get(&subject).cloned().unwrap_or_default(),
            }),
        };
        let promises: Vec<Promise> = verdicts.iter().zip(&worst).map(promise).collect();
        let summary = Summary::of(&promises, read);
        Report { promises, summary }
    }

    /// Whether no promise is broken.
    pub fn holds(&self) -> bool {
        self.summary.broken.is_empty()
    }
}

/// Who broke it most often; of several the first. With how often, and the first breach.
fn worst_of(verdict: &Verdict) -> Option<(Key, u64, &Breach)> {
    let mut counts: BTreeMap<Key, u64> = BTreeMap::new();
    for breach in &verdict.breaches {
        *counts.entry(breach.subject).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    let first = verdict.breaches.iter().find(|breach| counts.get(&breach.subject) == Some(&most))?;
    Some((first.subject, most, first))
}

impl Summary {
    fn of(promises: &[Promise], read: Read) -> Summary {
        let named = |wanted: &dyn Fn(&Promise) -> bool| {
            promises.iter().filter(|one| wanted(one)).map(|one| one.promise).collect::<Vec<_>>()
        };
        Summary {
            held: named(&|one| one.checked > 0 && one.breaches == 0).len(),
            broken: named(&|one| one.breaches > 0),
            not_judged: ALL.into_iter().filter(|name| is_not_judged(name, promises)).collect(),
            settled: false,
            under_way: UnderWay::default(),
            read,
            movements: None,
            answers: None,
            sightings: None,
            read_seconds: 0.0,
            judge_seconds: 0.0,
        }
    }
}

/// Every promise by its number, so that one without a verdict is not forgotten.
const ALL: [&str; 24] = [
    "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "S13", "S14", "S15", "S16",
    "S17", "S18", "S19", "L1", "L2", "L3", "L4", "L5",
];

fn is_not_judged(name: &str, promises: &[Promise]) -> bool {
    let judged = |one: &Promise| one.promise == name && (one.checked > 0 || one.breaches > 0);
    !promises.iter().any(judged)
}
