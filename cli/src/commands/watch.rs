//! `watch`: an order's events as they come, until it has come to rest.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use events_schema::{Key, OwnedRecord, Place, Timestamp, Topic};
use serde::Serialize;

use super::find::{find, home_shards};
use crate::{
    exit::Failure,
    fold::{
        order::Reason,
        timeline::{Step, Timeline, concerns},
    },
    log::{Cluster, Polled, Shard},
    render::{moment, span, timeline::event},
    session::Session,
};

/// Flags of `watch`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Ends like place --wait: with 0 when it completed, 3 rejected, 4 cancelled; but only once nothing is
owed any more. An order that is not there yet is waited for. Ctrl-C ends it with 130."
)]
pub struct Args {
    /// The order's id
    order: Key,
}

/// The last line, as JSON.
#[derive(Serialize)]
struct Rest<'a> {
    order_id: Key,
    status: &'static str,
    #[serde(skip_serializing_if = "<[Reason]>::is_empty")]
    reasons: &'a [Reason],
    /// From the first event to the last.
    milliseconds: f64,
}

/// Shows what there is, then what comes.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let starts = starts(&cluster, &args.order)?;
    let mut records = find(&cluster, &args.order, false)?.records;
    if records.is_empty() {
        session.note(format_args!("{}: nothing is said of it yet", args.order));
    }
    let mut shown = BTreeSet::new();
    let mut timeline = show_new(args.order, &records, &mut shown, session)?;
    let reader = cluster.reader(&starts)?;
    while !timeline.story.is_settled() {
        session.out.flush()?;
        session.interrupt.check()?;
        let mut new: Option<OwnedRecord> = None;
        let polled = reader.poll(Duration::from_millis(100), &mut |record| {
            new = concerns(record, &args.order).then(|| OwnedRecord::from(record));
        })?;
        let known = |new: &OwnedRecord| records.iter().any(|record| record.place == new.place);
        if polled == Polled::Record
            && let Some(new) = new.filter(|new| !known(new))
        {
            records.push(new);
            timeline = show_new(args.order, &records, &mut shown, session)?;
        }
    }
    verdict(&timeline, session)
}

/// Where the partitions of the order end before it is sought: what comes later may be read twice, but is not missed.
fn starts(cluster: &Cluster, order: &Key) -> Result<BTreeMap<Shard, i64>, Failure> {
    let mut shards = cluster.shards(&[Topic::Checkout])?;
    shards.extend(home_shards(cluster, order)?);
    cluster.ends(&shards)
}

fn show_new(
    order: Key,
    records: &[OwnedRecord],
    shown: &mut BTreeSet<Place>,
    session: &mut Session,
) -> Result<Timeline, Failure> {
    let timeline = Timeline::of(order, records, Timestamp::MAX);
    for step in &timeline.steps {
        if shown.insert(step.place) {
            match session.out.is_json() {
                true => session.out.object(&event(&timeline, step))?,
                false => session.out.line(line(&timeline, step))?,
            }
        }
    }
    Ok(timeline)
}

fn line(timeline: &Timeline, step: &Step) -> String {
    let after = timeline
        .cause_of(step)
        .map_or_else(String::new, |cause| format!("+{}", span(cause.time.until(step.time))));
    let (by, event, brief) = (&step.source, &step.event, &step.brief);
    format!("{}  {by:<9}  {event:<26}  {after:>10}  {brief}", moment(step.time)).trim_end().to_owned()
}

fn verdict(timeline: &Timeline, session: &mut Session) -> Result<(), Failure> {
    let story = &timeline.story;
    let (order, status) = (timeline.order, story.status());
    let reasons = story.order.as_ref().map_or(&[] as &[Reason], |order| &order.reasons);
    let last = timeline.steps.iter().map(|step| step.time).max().unwrap_or_default();
    let took = timeline.start().until(last);
    if session.out.is_json() {
        let milliseconds = took.as_micros() as f64 / 1_000.0;
        session.out.object(&Rest { order_id: order, status, reasons, milliseconds })?;
    }
    let why: Vec<String> = reasons.iter().map(Reason::to_string).chain(story.given_up.clone()).collect();
    match status {
        "completed" if session.out.is_json() => Ok(()),
        "completed" => session.out.line(format_args!("{order}: completed in {}", span(took))),
        "cancelled" => Err(Failure::Cancelled(format!("{order}: cancelled, {}", why.join("; ")))),
        _ => Err(Failure::Rejected(format!("{order}: {status}, {}", why.join("; ")))),
    }
}
