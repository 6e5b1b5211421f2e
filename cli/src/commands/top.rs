//! `top`: what happens now: rates, latencies, lags, and what is open. Live until Ctrl-C, or once.

use std::{collections::BTreeMap, io::IsTerminal, time::Duration};

use events_schema::{Source, Timestamp};

use super::{
    doctor::groups::lag,
    gather::{SAGA, Stretch, roll},
};
use crate::{
    clock,
    exit::Failure,
    fold::roll::Roll,
    log::{Cluster, Polled, Reader, Shard},
    render::top::{Lag, Page, document, lines},
    session::Session,
    settings::duration,
};

/// Flags of `top`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Rates and latencies are those of the last so long
    #[arg(long, default_value = "60s", value_name = "DURATION", value_parser = duration)]
    window: Duration,
    /// Look for open orders so far back
    #[arg(long, default_value = "1h", value_name = "DURATION", value_parser = duration)]
    since: Duration,
    /// The time between two looks
    #[arg(long, default_value = "1s", value_name = "DURATION", value_parser = duration)]
    every: Duration,
    /// Look once; so it does too where the output is no terminal and no JSON was asked for
    #[arg(long)]
    once: bool,
}

/// Looks, and looks again.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let mut starts = cluster.ends(&cluster.shards(&SAGA)?)?;
    let (mut roll, read) = roll(&cluster, Stretch::last(args.since.max(args.window)))?;
    starts.extend(read.iter().map(|range| (range.shard, range.to)));
    if args.once || !(session.out.is_json() || std::io::stdout().is_terminal()) {
        return look(&roll, args, &cluster, session);
    }
    let reader = cluster.reader(&starts)?;
    loop {
        if !session.out.is_json() {
            // Home, and what stood there goes: the page is drawn anew in its place.
            session.out.line("\x1b[H\x1b[2J")?;
        }
        look(&roll, args, &cluster, session)?;
        session.out.flush()?;
        listen(&mut roll, args.every, &reader, session)?;
        roll.forget(clock::now() - args.since.max(args.window));
    }
}

fn look(roll: &Roll, args: &Args, cluster: &Cluster, session: &mut Session) -> Result<(), Failure> {
    let now = clock::now();
    let page =
        Page { at: now, window: args.window, pulse: roll.pulse(now - args.window), lags: lags(cluster)? };
    if session.out.is_json() {
        return match args.once {
            true => session.out.document(&document(&page)),
            false => session.out.object(&document(&page)),
        };
    }
    lines(&page).iter().try_for_each(|line| session.out.line(line))
}

fn lags(cluster: &Cluster) -> Result<Vec<Lag>, Failure> {
    let of = |service: Source| {
        let mut partitions: BTreeMap<u16, i64> = BTreeMap::new();
        let lags: BTreeMap<Shard, i64> = lag(cluster, service)?;
        lags.into_iter()
            .for_each(|((_, partition), records)| *partitions.entry(partition).or_default() += records);
        Ok(Lag { service, partitions })
    };
    Source::SERVICES.into_iter().map(of).collect()
}

/// Folds what comes for a while.
fn listen(roll: &mut Roll, span: Duration, reader: &Reader<'_>, session: &Session) -> Result<(), Failure> {
    let since = clock::instant();
    while since.elapsed() < span {
        session.interrupt.check()?;
        let left = span.saturating_sub(since.elapsed()).min(Duration::from_millis(100));
        while reader.poll(left, &mut |record| roll.hear(record, Timestamp::default()))? == Polled::Record {
            if since.elapsed() >= span {
                break;
            }
        }
    }
    Ok(())
}
