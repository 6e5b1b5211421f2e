//! The hunt: seed after seed until a planted mistake is caught, and by what.

use std::{
    panic::catch_unwind,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use events_schema::OwnedRecord;
use serde::Serialize;

use super::{Mistake, Wrong, plant};

/// A mistake that was caught.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Caught {
    /// How many seeds it took.
    pub seeds: u64,
    /// The seed that told.
    pub seed: u64,
    /// The promise it broke.
    pub promise: String,
    /// What was wrong.
    pub what: String,
}

/// Hunts a mistake from this seed on, through so many seeds at most. `None`: it was not caught.
pub fn hunt(mistake: Mistake, from: u64, most: u64) -> Option<Caught> {
    (0..most).find_map(|n| {
        let what = told_by(mistake, from + n)?;
        Some(Caught { seeds: n + 1, seed: from + n, promise: promise_in(&what), what })
    })
}

/// How a mistake fared in several hunts.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Hunted {
    /// Its name.
    pub mistake: &'static str,
    /// Where it is planted.
    pub place: &'static str,
    /// The promises that were broken, one per hunt that caught it, in order of the starts.
    pub promises: Vec<String>,
    /// How many seeds it took, in order of the starts; `null` where it was not caught.
    pub seeds: Vec<Option<u64>>,
    /// The median; `null` if not even half of the hunts caught it.
    pub median: Option<u64>,
    /// The most; `null` if one hunt did not catch it.
    pub worst: Option<u64>,
    /// What was wrong, as the first hunt that caught it was told.
    pub what: String,
}

/// Hunts every mistake from each of these seeds on, on as many threads as there are processors.
pub fn hunt_all(mistakes: &[Mistake], starts: &[u64], most: u64) -> Vec<Hunted> {
    let all: Vec<(Mistake, u64)> =
        mistakes.iter().flat_map(|mistake| starts.iter().map(|start| (*mistake, *start))).collect();
    let caught = Mutex::new(vec![None; all.len()]);
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((at, (mistake, start))) = take(&next, &all) {
                    let one = hunt(mistake, start, most);
                    caught.lock().unwrap_or_else(PoisonError::into_inner)[at] = one;
                }
            });
        }
    });
    let caught = caught.into_inner().unwrap_or_else(PoisonError::into_inner);
    let each = caught.chunks(starts.len().max(1));
    mistakes.iter().zip(each).map(|(mistake, of)| Hunted::of(*mistake, of)).collect()
}

fn take<T: Copy>(next: &AtomicUsize, all: &[T]) -> Option<(usize, T)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    all.get(at).map(|one| (at, *one))
}

impl Hunted {
    fn of(mistake: Mistake, caught: &[Option<Caught>]) -> Hunted {
        let seeds: Vec<Option<u64>> = caught.iter().map(|one| one.as_ref().map(|one| one.seeds)).collect();
        let mut sorted: Vec<u64> = seeds.iter().map(|seeds| seeds.unwrap_or(u64::MAX)).collect();
        sorted.sort_unstable();
        let known = |at: usize| sorted.get(at).copied().filter(|seeds| *seeds < u64::MAX);
        let found = || caught.iter().flatten();
        Hunted {
            mistake: mistake.name(),
            place: mistake.place(),
            promises: found().map(|one| one.promise.clone()).collect(),
            median: known(sorted.len() / 2),
            worst: known(sorted.len().saturating_sub(1)),
            what: found().next().map(|one| one.what.clone()).unwrap_or_default(),
            seeds,
        }
    }
}

/// What is wrong with the history of a seed when the mistake is made, and only then.
fn told_by(mistake: Mistake, seed: u64) -> Option<String> {
    let wrong = Wrong { mistake: Some(mistake), ..Wrong::default() };
    let what = match history(wrong, seed, 0) {
        Err(what) => what,
        Ok(_) if !mistake.is_unrepeatable() => return None,
        Ok(first) if history(wrong, seed, 1).as_ref() == Ok(&first) => return None,
        Ok(_) => "S14: the same seed is not the same history".to_owned(),
    };
    history(Wrong::default(), seed, 0).is_ok().then_some(what)
}

fn history(wrong: Wrong, seed: u64, run: u32) -> Result<Vec<OwnedRecord>, String> {
    plant(wrong, run);
    let ran = catch_unwind(|| crate::run(seed).map(|shop| shop.records()).map_err(|broken| broken.what));
    plant(Wrong::default(), 0);
    ran.unwrap_or_else(|_| Err("panic: the process ended by a panic".to_owned()))
}

/// The promise a message names first; what ends a process names none.
fn promise_in(what: &str) -> String {
    let word: String = what.chars().take_while(char::is_ascii_alphanumeric).collect();
    let is_promise = word.len() > 1
        && word.starts_with(['S', 'L'])
        && word[1..].starts_with(|digit: char| digit.is_ascii_digit());
    if is_promise { word } else { "a process ended".to_owned() }
}
