//! `tail`: records as they come, until Ctrl-C or, if asked, to the present end.

use std::{collections::BTreeMap, time::Duration};

use events_schema::{Key, Record, Timestamp, Topic, open};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    exit::Failure,
    fold::{timeline::concerns, told::Told},
    log::{Begin, Range, Shard},
    render::{brief::brief, moment},
    session::Session,
};

/// Flags of `tail`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Each partition is shown in its order; between partitions there is none. Aborted and open
transactions are not shown. JSON: one object a line. Ctrl-C ends it with 130."
)]
pub struct Args {
    /// Topics, without prefix; all but stock-transfers when left out
    #[arg(value_parser = topic)]
    topics: Vec<Topic>,
    /// Begin with the oldest records, not with the next
    #[arg(long)]
    from_beginning: bool,
    /// End with what is there now
    #[arg(long)]
    until_end: bool,
    /// Only records about this order, SKU or customer
    #[arg(long, value_name = "KEY")]
    key: Option<Key>,
    /// End after so many records
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

fn topic(name: &str) -> Result<Topic, String> {
    let names: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
    Topic::from_name(name).ok_or_else(|| format!("no such topic; there are {}", names.join(", ")))
}

#[derive(Serialize)]
struct Line {
    topic: &'static str,
    partition: u16,
    offset: i64,
    appended: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    /// The event as it stands, when it is JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<Box<RawValue>>,
    /// The value as text, when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// Follows the topics.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let mut topics = args.topics.clone();
    if topics.is_empty() {
        topics.extend(Topic::ALL.into_iter().filter(|topic| *topic != Topic::StockTransfers));
    }
    let shards = cluster.shards(&topics)?;
    let ranges = cluster.ranges(&shards, Begin::Oldest)?;
    let mut starts = cluster.ends(&shards)?;
    if args.from_beginning {
        starts.extend(ranges.iter().map(|range| (range.shard, range.from)));
    }
    let mut open: BTreeMap<Shard, i64> = ranges.iter().filter(|_| args.from_beginning).map(end).collect();
    let reader = cluster.reader(&starts)?;
    let mut left = args.limit.unwrap_or(u64::MAX);
    while left > 0 && !(args.until_end && open.is_empty()) {
        session.interrupt.check()?;
        let mut shown = Ok(false);
        let mut passed = None;
        let polled = reader.poll(Duration::from_millis(100), &mut |record| {
            let shard = (record.place.topic, record.place.partition);
            let beyond = args.until_end && open.get(&shard).is_none_or(|end| record.place.offset >= *end);
            let wanted = args.key.is_none_or(|key| concerns(record, &key));
            if wanted && !beyond {
                shown = show(record, session).map(|()| true);
            }
            passed = Some((shard, record.place.offset + 1));
        })?;
        left -= u64::from(shown?);
        if let Some((shard, offset)) = passed
            && open.get(&shard).is_some_and(|end| offset >= *end)
        {
            open.remove(&shard);
        }
        if polled != crate::log::Polled::Record {
            reader.close_passed(&mut open)?;
            session.out.flush()?;
        }
    }
    Ok(())
}

fn end(range: &Range) -> (Shard, i64) {
    (range.shard, range.to)
}

fn show(record: &Record<'_>, session: &mut Session) -> Result<(), Failure> {
    if session.out.is_json() {
        return session.out.object(&line(record));
    }
    let opened = open(record).ok();
    let kind = opened.as_ref().map_or("(unreadable)", |opened| opened.kind.as_ref());
    let time = opened.as_ref().map_or(record.appended, |opened| opened.time);
    let subject = opened
        .as_ref()
        .map_or_else(|| key_text(record).unwrap_or_default(), |opened| opened.subject.to_string());
    let facts = Told::read(record).ok().flatten().map(|heard| brief(&heard.data)).unwrap_or_default();
    let place = record.place.to_string();
    let text = format!("{}  {place:<20}  {kind:<26}  {subject}  {facts}", moment(time));
    session.out.line(text.trim_end())
}

/// JSON as it stands, or without the line breaks that somebody typed.
fn on_one_line(text: &str) -> Option<Box<RawValue>> {
    if text.contains('\n') {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        return serde_json::value::to_raw_value(&value).ok();
    }
    serde_json::from_str(text).ok()
}

fn key_text(record: &Record<'_>) -> Option<String> {
    record.key.map(|key| String::from_utf8_lossy(key).into_owned())
}

fn line(record: &Record<'_>) -> Line {
    let event = record.value.and_then(|value| std::str::from_utf8(value).ok()).and_then(on_one_line);
    let mut headers = BTreeMap::new();
    record.headers.each(&mut |name, value| {
        headers.insert(name.to_owned(), String::from_utf8_lossy(value).into_owned());
    });
    Line {
        topic: record.place.topic.name(),
        partition: record.place.partition,
        offset: record.place.offset,
        appended: record.appended,
        key: key_text(record),
        headers,
        text: record
            .value
            .filter(|_| event.is_none())
            .map(|value| String::from_utf8_lossy(value).into_owned()),
        event,
    }
}
