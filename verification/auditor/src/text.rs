//! A report on a page: lines for people, or one JSON object a line.

use std::io::Write;

use serde::Serialize;

use crate::{
    Failure, Output, Report,
    report::{Behind, Promise, Summary, UnderWay, Worst},
};

#[derive(Serialize)]
struct Last<'a> {
    summary: &'a Summary,
}

/// Writes the promises of a report that `wanted` takes, and its summary.
pub(crate) fn write(
    report: &Report,
    wanted: &dyn Fn(&Promise) -> bool,
    output: Output,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    for promise in report.promises.iter().filter(|promise| wanted(promise)) {
        match output {
            Output::Json => json(promise, out)?,
            Output::Text => page(promise, out)?,
        }
    }
    match output {
        Output::Json => json(&Last { summary: &report.summary }, out)?,
        Output::Text => close(&report.summary, out)?,
    }
    Ok(out.flush()?)
}

fn json(value: &impl Serialize, out: &mut dyn Write) -> Result<(), Failure> {
    serde_json::to_writer(&mut *out, value)?;
    Ok(writeln!(out)?)
}

fn page(promise: &Promise, out: &mut dyn Write) -> Result<(), Failure> {
    let Promise { promise, says, checked, breaches, worst } = promise;
    let state = match (checked, breaches) {
        (0, 0) => "not judged".to_owned(),
        (_, 0) => format!("holds {checked}"),
        _ => format!("BROKEN {breaches} of {checked}"),
    };
    writeln!(out, "{promise:<4} {state:<22} {says}")?;
    worst.as_ref().map_or(Ok(()), |worst| tell(worst, out))
}

fn tell(worst: &Worst, out: &mut dyn Write) -> Result<(), Failure> {
    let Worst { subject, breaches, what, events, story } = worst;
    writeln!(out, "     {subject}, {breaches} times: {what} [{}]", events.join(", "))?;
    if story.left_out > 0 {
        writeln!(out, "       … {} events before", story.left_out)?;
    }
    let width = story.lines.iter().map(|line| line.place.len()).max().unwrap_or(0);
    for line in &story.lines {
        let place = &line.place;
        let cause = line.cause.as_ref().map_or_else(String::new, |cause| format!(", after {cause}"));
        writeln!(out, "       {}  {place:<width$}  {:<20} {}{cause}", line.time, line.event, line.id)?;
    }
    Ok(())
}

fn close(summary: &Summary, out: &mut dyn Write) -> Result<(), Failure> {
    let read = &summary.read;
    let percent =
        if read.of_offsets == 0 { 100.0 } else { 100.0 * read.offsets as f64 / read.of_offsets as f64 };
    writeln!(
        out,
        "\nread: {} partitions, {} of {} offsets ({percent:.0} %), {} events, {} unreadable records",
        read.partitions, read.offsets, read.of_offsets, read.events, read.unreadable
    )?;
    if !read.cut.is_empty() {
        writeln!(out, "cut: the oldest records of {} are gone", read.cut.join(", "))?;
    }
    witness(summary, out)?;
    write_settled(summary, out)?;
    let broken = match summary.broken.as_slice() {
        [] => "none broken".to_owned(),
        some => format!("BROKEN: {}", some.join(", ")),
    };
    let not_judged = summary.not_judged.join(", ");
    writeln!(out, "promises: {} hold, {broken}; not judged: {not_judged}", summary.held)?;
    Ok(())
}

fn witness(summary: &Summary, out: &mut dyn Write) -> Result<(), Failure> {
    let count = |of: Option<u64>| of.map_or_else(|| "not given".to_owned(), |lines| format!("{lines} lines"));
    let (ledger, answers, views) =
        (count(summary.movements), count(summary.answers), count(summary.sightings));
    let (read, judged) = (summary.read_seconds, summary.judge_seconds);
    writeln!(out, "ledger: {ledger}; answers: {answers}; views: {views}")?;
    Ok(writeln!(out, "read in {read:.1} s, judged in {judged:.1} s")?)
}

fn write_settled(summary: &Summary, out: &mut dyn Write) -> Result<(), Failure> {
    let why = summary.under_way.told();
    match (summary.settled, why.as_slice()) {
        (true, []) => writeln!(out, "settled: every service has taken every record, nothing is under way")?,
        (true, why) => writeln!(out, "should have settled: {}", why.join("; "))?,
        (false, why) => {
            writeln!(out, "not settled, the promises about the end are not judged: {}", why.join("; "))?;
        }
    }
    Ok(())
}

impl UnderWay {
    /// What is under way, a line each.
    pub(crate) fn told(&self) -> Vec<String> {
        let mut told: Vec<String> = self.behind.iter().map(ToString::to_string).collect();
        if let Some(first) = self.hanging.first() {
            told.push(format!("transactions are open in {} partitions, {first} for one", self.hanging.len()));
        }
        if let Some(one) = &self.for_one {
            told.push(format!("{} orders are open, {one} for one", self.open));
        }
        told
    }
}

impl std::fmt::Display for Behind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Behind { service, partitions, most, at, last } = self;
        let at = at.map_or_else(|| "nowhere yet".to_owned(), |at| format!("at {at}"));
        write!(
            f,
            "{service} is behind in {partitions} partitions; in {most} it is {at}, the last record is {last}"
        )
    }
}
