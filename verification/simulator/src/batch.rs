//! A batch: many seeds on all cores, until one is broken.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tracing::subscriber::NoSubscriber;

use crate::{Broken, Plan, Shop, Tally, run_plan};

/// One seed of so many is run twice.
const TWICE: u64 = 100;

/// Which seeds to run, and how.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// The first seed.
    pub from: u64,
    /// How many.
    pub seeds: u64,
    /// On how many threads.
    pub jobs: usize,
}

/// What a batch came to.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// What happened in the histories that hold.
    pub tally: Tally,
    /// The broken seeds: the batch ends with the first, others may have been under way.
    pub broken: Vec<Broken>,
    /// How long it took.
    pub took: Duration,
}

impl Batch {
    /// So many seeds from a first one on, on all cores.
    pub fn of(from: u64, seeds: u64) -> Batch {
        Batch { from, seeds, jobs: thread::available_parallelism().map_or(1, usize::from) }
    }

    /// Runs the seeds; `each` is called after each one.
    pub fn run(self, each: &(dyn Fn() + Sync)) -> Ran {
        #[expect(
            clippy::disallowed_methods,
            reason = "how long a batch takes is measured, and decides nothing"
        )]
        let start = Instant::now();
        let (next, stop) = (AtomicU64::new(self.from), AtomicBool::new(false));
        let ran = Mutex::new(Ran::default());
        thread::scope(|scope| {
            for _ in 0..self.jobs.max(1) {
                scope.spawn(|| {
                    // What simulated services log is of no use to whoever hosts a batch.
                    let _silent = tracing::subscriber::set_default(NoSubscriber::default());
                    let (mut tally, mut broken) = (Tally::default(), Vec::new());
                    while !stop.load(Ordering::Relaxed) {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= self.from.saturating_add(self.seeds) {
                            break;
                        }
                        if let Err(wrong) = run_into(seed, &mut tally) {
                            stop.store(true, Ordering::Relaxed);
                            broken.push(wrong);
                        }
                        each();
                    }
                    let mut ran = ran.lock().unwrap_or_else(PoisonError::into_inner);
                    ran.tally.merge(&tally);
                    ran.broken.append(&mut broken);
                });
            }
        });
        let mut ran = ran.into_inner().unwrap_or_else(PoisonError::into_inner);
        ran.broken.sort_by_key(|broken| broken.seed);
        ran.took = start.elapsed();
        ran
    }
}

/// Runs one seed and adds it to a tally; one in a hundred is run again and must be the same, byte for byte.
fn run_into(seed: u64, tally: &mut Tally) -> Result<(), Broken> {
    let shop = run_caught(Plan::of(seed))?;
    tally.add(&shop);
    if seed.is_multiple_of(TWICE) {
        let again = run_caught(Plan::of(seed))?;
        tally.repeated += 1;
        if digest(&shop) != digest(&again) {
            let what = "S14: the same schedule gave other bytes".to_owned();
            return Err(Broken { seed, what, story: String::new() });
        }
    }
    Ok(())
}

/// Runs a plan; a panic of the simulated program breaks the seed as any broken promise does.
pub(crate) fn run_caught(plan: Plan) -> Result<Shop, Broken> {
    let seed = plan.seed;
    catch_unwind(AssertUnwindSafe(|| run_plan(plan))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
        Err(Broken { seed, what: format!("panic: {text}"), story: String::new() })
    })
}

/// A digest of everything that was committed.
fn digest(shop: &Shop) -> u64 {
    let mut digest = DefaultHasher::new();
    for record in shop.records() {
        (record.place, &record.key, &record.value, &record.headers).hash(&mut digest);
    }
    digest.finish()
}
