//! The report of a batch: for people as a table, for programs as JSON.

use std::fmt;

use serde::Serialize;
use simulator::{Batch, Fates, Plan, Ran, Struck, Sums, shrink};

/// Everything a batch showed.
#[derive(Serialize)]
pub(crate) struct Report {
    revision: String,
    from: u64,
    seeds: u64,
    repeated: u64,
    orders: u64,
    events: u64,
    jobs: usize,
    seconds: f64,
    seeds_per_second: f64,
    seeds_per_second_per_core: f64,
    faults: Vec<Named>,
    kinds: Vec<Named>,
    coverage: Vec<Met>,
    missing: Vec<String>,
    promises: Vec<Judged>,
    fates: Fates,
    books: Sums,
    violations: Vec<Violation>,
}

#[derive(Serialize)]
struct Named {
    name: String,
    #[serde(flatten)]
    struck: Struck,
}

/// One condition that must occur.
#[derive(Serialize)]
struct Met {
    c: String,
    what: String,
    times: u64,
}

#[derive(Serialize)]
struct Judged {
    promise: &'static str,
    checked: u64,
    broken: u64,
}

/// A broken seed, and the least that breaks it.
#[derive(Serialize)]
struct Violation {
    seed: u64,
    promise: String,
    what: String,
    story: String,
    again: String,
    shrunk: String,
}

impl Report {
    pub(crate) fn of(batch: &Batch, ran: &Ran) -> Report {
        let (tally, seconds) = (&ran.tally, ran.took.as_secs_f64());
        let named = |of: &std::collections::BTreeMap<String, Struck>| {
            of.iter().map(|(name, struck)| Named { name: name.clone(), struck: *struck }).collect()
        };
        let violations: Vec<Violation> = ran.broken.iter().map(violation).collect();
        let broken = |promise: &str| violations.iter().filter(|one| one.promise == promise).count() as u64;
        let per_second = tally.seeds as f64 / seconds.max(f64::EPSILON);
        Report {
            revision: rig::revision(),
            from: batch.from,
            seeds: tally.seeds,
            repeated: tally.repeated,
            orders: tally.orders,
            events: tally.events,
            jobs: batch.jobs,
            seconds,
            seeds_per_second: per_second,
            seeds_per_second_per_core: per_second / batch.jobs.max(1) as f64,
            faults: named(&tally.faults),
            kinds: named(&tally.kinds),
            coverage: tally
                .coverage
                .counts()
                .map(|(c, what, times)| Met { c, what: what.to_owned(), times })
                .collect(),
            missing: tally.coverage.missing(),
            promises: tally
                .promises
                .iter()
                .map(|(promise, checked)| Judged { promise, checked: *checked, broken: broken(promise) })
                .collect(),
            fates: tally.fates,
            books: tally.books,
            violations,
        }
    }

    /// Whether every promise held and everything happened that must.
    pub(crate) fn holds(&self) -> bool {
        // A handful of seeds cannot show every rarity.
        self.violations.is_empty() && (self.missing.is_empty() || self.seeds < 2_000)
    }
}

fn violation(broken: &simulator::Broken) -> Violation {
    let (least, still) = shrink(&Plan::of(broken.seed), broken);
    Violation {
        seed: broken.seed,
        promise: broken.promise().to_owned(),
        what: broken.what.clone(),
        story: broken.story.clone(),
        again: format!("simulator {}", least.command()),
        shrunk: format!("{}\n{}", still.what, still.story),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<40} {:>10} {:>12}", "fault", "seeds", "times")?;
        for Named { name, struck } in self.faults.iter().chain(&self.kinds) {
            writeln!(f, "{name:<40} {:>10} {:>12}", struck.seeds, struck.times)?;
        }
        writeln!(f, "\n{:<5} {:<50} {:>10}", "must", "happen", "times")?;
        for Met { c, what, times } in &self.coverage {
            writeln!(f, "{c:<5} {what:<50} {times:>10}")?;
        }
        writeln!(f, "\n{:<8} {:>14} {:>8}", "promise", "checked", "broken")?;
        for Judged { promise, checked, broken } in &self.promises {
            writeln!(f, "{promise:<8} {checked:>14} {broken:>8}")?;
        }
        let Report { orders, events, seconds, jobs, .. } = self;
        writeln!(
            f,
            "\n{} seeds, {} of them twice, {orders} orders, {events} events in {seconds:.1} s on {jobs} threads: \
             {:.0} seeds/s, {:.0} on each",
            self.seeds, self.repeated, self.seeds_per_second, self.seeds_per_second_per_core
        )?;
        for missing in &self.missing {
            writeln!(f, "never happened: {missing}")?;
        }
        for one in &self.violations {
            let Violation { seed, what, story, again, shrunk, .. } = one;
            writeln!(f, "\nrevision {}, seed {seed}: {what}\n{story}", self.revision)?;
            writeln!(f, "the least that breaks it: {again}\n{shrunk}")?;
        }
        Ok(())
    }
}
