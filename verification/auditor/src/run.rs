//! The command: audits once, or goes on until told to stop.

use std::{
    collections::BTreeMap,
    io::Write,
    time::{Duration, Instant},
};

use events_schema::Timestamp;
use invariants::Pace;

use crate::{
    Auditor, Connection, Failure, Flags, Output, Report, admin,
    auditor::Moment,
    clock,
    metrics::Metrics,
    outside::Outside,
    report::{Promise, UnderWay},
    text,
};

/// How an audit ended that could be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// Every promise that could be judged holds.
    Held,
    /// A promise is broken.
    Broken,
    /// No promise is broken, but the shop did not settle in time.
    NotSettled,
}

impl Ending {
    /// The exit code of the program `auditor`.
    pub fn code(self) -> u8 {
        match self {
            Ending::Held => 0,
            Ending::Broken => 1,
            Ending::NotSettled => 5,
        }
    }
}

/// The pause between two readings.
const BREATH: Duration = Duration::from_millis(200);
/// Of all time, no more than one part in so many is spent on judging.
const SHARE: u32 = 10;

/// Audits as the flags say and prints what is found. `stopped`: whether somebody wants us to end.
pub fn run(
    at: &Connection,
    flags: &Flags,
    output: Output,
    out: &mut dyn Write,
    stopped: &dyn Fn() -> bool,
) -> Result<Ending, Failure> {
    let metrics = Metrics::new().map_err(|error| Failure::Ours(format!("making metrics: {error}")))?;
    if let Some(address) = flags.admin {
        admin::serve(address, metrics.clone())?;
    }
    let outside = Outside::new(flags);
    let auditor = Auditor::reach(at)?;
    let mut audit = Audit { auditor, outside, metrics, flags, stopped, begun: clock::instant() };
    match flags.follow {
        true => audit.follow(output, out),
        false => audit.once(output, out),
    }
}

struct Audit<'a> {
    auditor: Auditor,
    outside: Outside,
    metrics: Metrics,
    flags: &'a Flags,
    stopped: &'a dyn Fn() -> bool,
    /// When the reading of what is judged next began.
    begun: Instant,
}

impl Audit<'_> {
    fn once(&mut self, output: Output, out: &mut dyn Write) -> Result<Ending, Failure> {
        let mut read_since = None;
        loop {
            let moment = self.read()?;
            if (self.stopped)() {
                return Err(Failure::Interrupted);
            }
            let since: Instant = *read_since.get_or_insert_with(clock::instant);
            let bound = self.flags.settle_within;
            let waited = bound.is_none_or(|bound| since.elapsed() >= bound);
            if !moment.is_settled() && !waited {
                clock::pause(BREATH);
                continue;
            }
            // Whoever sets a bound means that what is not done by then will never be.
            let overdue = bound.is_some() && moment.is_quiet();
            let report = self.judge(&moment, overdue, None)?;
            if moment.is_settled() && !report.summary.settled && !waited {
                continue;
            }
            text::write(&report, &|_| true, output, out)?;
            return Ok(match (report.holds(), bound.is_some() && !report.summary.settled) {
                (false, _) => Ending::Broken,
                (true, true) => Ending::NotSettled,
                (true, false) => Ending::Held,
            });
        }
    }

    fn follow(&mut self, output: Output, out: &mut dyn Write) -> Result<Ending, Failure> {
        let mut shown: BTreeMap<&'static str, (u64, bool)> = BTreeMap::new();
        let mut last: Option<Report> = None;
        loop {
            let moment = match self.read() {
                // A broker that went away comes back; until then there is nothing to judge.
                Err(Failure::Unreachable(line)) => {
                    tracing::warn!("{line}");
                    None
                }
                moment => Some(moment?),
            };
            let stop = (self.stopped)();
            if let Some(moment) = moment.filter(|moment| stop || self.is_news(moment, last.as_ref())) {
                let report = self.judge(&moment, false, self.pace())?;
                let state = |one: &Promise| (one.breaches, one.checked > 0);
                text::write(
                    &report,
                    &|one| stop || shown.get(one.promise) != Some(&state(one)),
                    output,
                    out,
                )?;
                shown = report.promises.iter().map(|one| (one.promise, state(one))).collect();
                last = Some(report);
            }
            if stop {
                let held = last.ok_or(Failure::Interrupted)?.holds();
                return Ok(if held { Ending::Held } else { Ending::Broken });
            }
            self.rest(last.as_ref());
        }
    }

    fn is_news(&self, moment: &Moment, last: Option<&Report>) -> bool {
        last.is_none_or(|last| {
            let answers = self.outside.answers().map(|all| all.len() as u64);
            let settled = last.summary.under_way == UnderWay::default();
            last.summary.read.records != self.auditor.records()
                || last.summary.answers != answers
                || last.summary.sightings != self.outside.views().map(|all| all.len() as u64)
                || settled != moment.is_settled()
        })
    }

    /// Waits until it is time for the next reading, or to end.
    fn rest(&self, last: Option<&Report>) {
        let judging = last.map_or(0.0, |report| report.summary.judge_seconds);
        let rest = self.flags.every.max(Duration::from_secs_f64(judging) * (SHARE - 1));
        let since = clock::instant();
        while since.elapsed() < rest && !(self.stopped)() {
            clock::pause(BREATH.min(rest));
        }
    }

    /// With a bound, an order may be open for so long.
    fn pace(&self) -> Option<Pace> {
        let now = Timestamp((clock::seconds() * 1e6) as i64);
        self.flags.settle_within.map(|bound| Pace { now, bound })
    }

    /// Reads what has come.
    fn read(&mut self) -> Result<Moment, Failure> {
        self.begun = clock::instant();
        self.outside.read()?;
        let stopped = self.stopped;
        let moment = self.auditor.read(&mut || !stopped())?;
        self.metrics.read(self.auditor.records(), self.auditor.lag()?);
        Ok(moment)
    }

    /// Judges what was read. When all has settled the ledger is read once more; what moved meanwhile may be on it and not
    /// on the log, so that the end is only judged when nothing did.
    fn judge(&mut self, moment: &Moment, overdue: bool, pace: Option<Pace>) -> Result<Report, Failure> {
        let read_seconds = self.begun.elapsed().as_secs_f64();
        let mut settled = moment.is_settled() || overdue;
        if settled {
            self.outside.read_ledger()?;
            settled = self.outside.ledger(true).is_none() || self.auditor.is_still(moment)?;
        }
        let since = clock::instant();
        let mut report = self.auditor.judge(moment, &self.outside, settled, pace);
        let summary = &mut report.summary;
        summary.judge_seconds = since.elapsed().as_secs_f64();
        summary.read_seconds = read_seconds;
        summary.settled = settled;
        summary.movements = self.outside.ledger(settled).map(|all| all.len() as u64);
        summary.answers = self.outside.answers().map(|all| all.len() as u64);
        summary.sightings = self.outside.views().map(|all| all.len() as u64);
        summary.under_way = UnderWay {
            behind: moment.behind.clone(),
            hanging: moment.hanging.clone(),
            open: moment.open.len(),
            for_one: moment.open.first().map(ToString::to_string),
        };
        self.metrics.judged(&report);
        Ok(report)
    }
}
