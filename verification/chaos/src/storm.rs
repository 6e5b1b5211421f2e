//! One run: open the shop, break it again and again under load, let it settle, have it audited, tell what was.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result, ensure};
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{
    audit, faults,
    flags::{Output, Run, Size},
    lags, page,
    plan::{Kind, Plan},
    report::Report,
    scale, settle,
    shop::{SOON, Shop},
};
use rig::wait;

/// Runs; true if the run counts and every promise held.
pub fn run(flags: &Run) -> Result<bool> {
    let size = flags.size();
    wait::end_on_signals()?;
    let folder = rig::workspace().join(format!("target/chaos/{}-{}", wait::time().as_millis(), size.seed));
    fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    eprintln!("chaos: seed {}, kept in {}", size.seed, folder.display());
    let mut report = Report::new(&size);
    let mut shop = Shop::open(&size, &folder).context("the shop does not open")?;
    let played = play(&mut shop, &size, &mut report);
    if let Err(error) = played {
        report.failure = Some(format!("{error:#}"));
        autopsy(&shop, &folder);
    }
    report.passed = report.failure.is_none();
    report.falls = shop.fleet.falls.clone();
    report.write(&folder)?;
    match flags.output {
        Output::Text => println!("{report}"),
        Output::Json => println!("{}", serde_json::to_string(&report)?),
    }
    if report.passed {
        if flags.write {
            page::write(&report)?;
        }
        drop(shop);
        // The evidence stays; gigabytes of a log that was judged need not.
        (1..=size.brokers).for_each(|id| drop(fs::remove_dir_all(folder.join(format!("broker-{id}/log")))));
    }
    Ok(report.passed)
}

fn play(shop: &mut Shop, size: &Size, report: &mut Report) -> Result<()> {
    let mut planned = BTreeMap::new();
    let begun = wait::now();
    shop.open_doors(size)?;
    let stormed = match size.scale {
        true => drill(shop, report),
        false => storm(shop, size, &mut planned),
    };
    report.storm = begun.elapsed().as_secs_f64();
    report.count(&planned, &shop.hits);
    stormed?;
    report.orders_after_last_fault = await_load(shop)?;
    let placing = begun.elapsed().as_secs_f64();
    let (pen, settled) = settle::settle(shop)?;
    report.settled = settled.as_secs_f64();
    report.steps.iter_mut().for_each(|step| step.measure(&shop.tally));
    report.orders = shop.tally.placed();
    report.rate = report.orders as f64 / placing;
    report.latencies = shop.tally.latencies().map(|latency| latency.as_secs_f64());
    report.provider = audit::misbehaviour(&shop.folder)?;
    ensure!(
        pen.acknowledged() >= report.orders as u64,
        "only {} events were acknowledged",
        pen.acknowledged()
    );
    shop.doing = "the audit".to_owned();
    audit::audit(shop, report)?;
    check_sizes(size, report)
}

/// Nothing is broken: instances come and go.
fn drill(shop: &mut Shop, report: &mut Report) -> Result<()> {
    await_first(shop)?;
    scale::drill(shop, &mut report.steps)
}

fn await_first(shop: &mut Shop) -> Result<()> {
    shop.until("the first orders", SOON, |shop| match shop.tally.ended() {
        ended if ended > 50 => Ok(()),
        ended => Err(format!("{ended} have ended")),
    })
}

/// Fault after fault, until all that must come has come, and for as long and as many orders as were wanted.
fn storm(shop: &mut Shop, size: &Size, planned: &mut BTreeMap<Kind, usize>) -> Result<()> {
    let mut plan = Plan::new(size.seed, size.kills, size.brokers, size.only);
    let mut rests = StdRng::seed_from_u64(!size.seed);
    let begun = wait::now();
    await_first(shop)?;
    loop {
        let kills: usize = shop.hits.iter().map(|hit| hit.kills()).sum();
        let many = if size.only.is_some() { shop.hits.len() } else { kills };
        let enough = plan.is_done() && many >= size.kills && shop.tally.placed() >= size.orders;
        if enough && begun.elapsed() >= size.span {
            return Ok(());
        }
        let (kind, whom) = plan.draw();
        *planned.entry(kind).or_default() += 1;
        faults::play(shop, kind, whom)?;
        let rest = size.rest.mul_f64(rests.random());
        let since = wait::now();
        shop.doing = "at rest".to_owned();
        shop.until(
            "a rest",
            SOON,
            |_| if since.elapsed() >= rest { Ok(()) } else { Err("too short".into()) },
        )?;
    }
}

/// The load goes on behind the last fault.
fn await_load(shop: &mut Shop) -> Result<usize> {
    let before = shop.tally.placed();
    shop.until("load behind the last fault", SOON, |shop| match shop.tally.placed() - before {
        placed if placed >= 100 => Ok(placed),
        placed => Err(format!("{placed} orders were placed since")),
    })
}

fn check_sizes(size: &Size, report: &Report) -> Result<()> {
    ensure!(report.orders >= size.orders, "{} orders are fewer than {}", report.orders, size.orders);
    let enough = size.only.is_some() || report.kills >= size.kills;
    ensure!(enough, "{} kills are fewer than {}", report.kills, size.kills);
    Ok(())
}

/// What whoever looks into a failed run wants to see first; everything else is in the folder.
fn autopsy(shop: &Shop, folder: &Path) {
    eprintln!("\nThe run failed; logs and data are kept in {}", folder.display());
    match lags::all(&shop.cluster) {
        Ok(lags) => {
            for lag in lags.iter().filter(|lag| lag.next < lag.end) {
                eprintln!("  {}: next {}, stable {}, end {}", lag.name, lag.next, lag.stable, lag.end);
            }
        }
        Err(why) => eprintln!("  positions are unknown: {why}"),
    }
    for order in shop.tally.open(1) {
        let story = shop.programs.operate(&shop.cluster.direct(), &["trace", order.as_str()]);
        eprintln!(
            "  the oldest open order, {order}:\n{}",
            story.unwrap_or_else(|error| format!("{error:#}"))
        );
    }
    eprintln!("{}", shop.fleet.tails(15));
}
