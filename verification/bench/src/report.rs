//! What each command prints and keeps, and the page made of it all.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, Result};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    compare::{self, Found},
    crowd::Back,
    flags::{self, Output},
    mix::Mix,
    model, restart,
    round::{Bench, Figures},
    scale, table, turns,
};
use rig::wait;

/// What people have to say about the figures: what limits, what was tried.
const NOTES: &str = include_str!("notes.md");

/// Where the last run of a command is kept for the page.
fn kept(name: &str) -> PathBuf {
    rig::workspace().join(format!("target/bench/{name}.json"))
}

fn keep<T: Serialize>(name: &str, found: &T) -> Result<()> {
    fs::create_dir_all(rig::workspace().join("target/bench"))?;
    fs::write(kept(name), serde_json::to_string_pretty(found)?).with_context(|| format!("{name} is not kept"))
}

fn recall<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_str(&fs::read_to_string(kept(name)).ok()?).ok()
}

fn print<T: Serialize>(output: Output, found: &T, text: &str) -> Result<()> {
    match output {
        Output::Json => println!("{}", serde_json::to_string_pretty(found)?),
        Output::Text => println!("{text}"),
    }
    Ok(())
}

/// `compare`.
pub fn run_compare(flags: &flags::Compare) -> Result<()> {
    let since = wait::now();
    let bench = Bench::open()?;
    let began = wait::now();
    let found = compare::run(&bench, flags)?;
    print(flags.common.output, &found, &compare_text(&found))?;
    if flags.mix.iter().any(|mix| *mix != Mix::Happy) {
        keep("mixes", &found)?;
    }
    let (all, after) = (since.elapsed().as_secs(), began.elapsed().as_secs());
    eprintln!("{all} s in all, {after} s without building");
    match flags.report {
        true => fs::write(rig::workspace().join("docs/PERFORMANCE.md"), page(&found))
            .context("docs/PERFORMANCE.md"),
        false => Ok(()),
    }
}

/// `latency`.
pub fn run_latency(flags: &flags::Latency) -> Result<()> {
    let bench = Bench::open()?;
    let found = compare::times(&bench, flags)?;
    print(flags.common.output, &found, &table::latencies(&found))
}

/// `restart`.
pub fn run_restart(flags: &flags::Restart) -> Result<()> {
    let bench = Bench::open()?;
    compare::warn_of_load();
    let found = restart::run(&bench, flags)?;
    let mut all: BTreeMap<u64, restart::Found> = recall("restart").unwrap_or_default();
    all.insert(found.orders, found.clone());
    keep("restart", &all)?;
    print(flags.common.output, &found, &restart_text(&found))
}

/// `scale`.
pub fn run_scale(flags: &flags::Scale) -> Result<()> {
    let bench = Bench::open()?;
    compare::warn_of_load();
    let found = scale::run(&bench, flags)?;
    // What other parts found when they ran last stays.
    let mut all: scale::Found = recall("scale").unwrap_or_default();
    all.extend(found.clone());
    keep("scale", &all)?;
    print(flags.common.output, &found, &scale_text(&found))
}

fn scale_text(found: &scale::Found) -> String {
    let rounds: Vec<Figures> = found.values().flatten().cloned().collect();
    format!("{}\n{}", table::rounds(&rounds), table::aims(&scale::aims(found)))
}

/// `streams`.
pub fn run_streams(flags: &flags::Streams) -> Result<()> {
    let bench = Bench::open()?;
    let found = turns::run(&bench, flags)?;
    keep("streams", &found)?;
    print(flags.common.output, &found, &streams_text(&found))
}

fn streams_text(found: &turns::Found) -> String {
    format!(
        "At revision {}; Kafka Streams 4.3.1, exactly_once_v2, {}.\n\n{}\n{}\n{}",
        found.revision,
        found.how,
        table::rounds(&found.rounds),
        table::latencies(&found.latencies),
        table::aims(&found.aims())
    )
}

fn compare_text(found: &Found) -> String {
    let mut text = format!("{}\n{}", table::rounds(&found.rounds), table::ratios(&found.ratios));
    if !found.latencies.is_empty() {
        text += &format!(
            "\nMilliseconds from the instant an order was meant to come:\n\n{}",
            table::latencies(&found.latencies)
        );
    }
    text + "\n" + &table::aims(&found.aims)
}

fn restart_text(found: &restart::Found) -> String {
    let row = |what: &str, value: String| vec![what.to_owned(), value];
    let list = |pairs: &[(String, f64)]| {
        let each: Vec<String> =
            pairs.iter().map(|(service, value)| format!("{service} {value:.1}")).collect();
        each.join(", ")
    };
    let folded: Vec<String> = found
        .folded_per_second
        .iter()
        .map(|(service, speed)| format!("{service} {}", table::thousands(*speed)))
        .collect();
    let back = |pairs: &[(String, Back)], of: fn(&Back) -> f64| {
        let pairs: Vec<_> = pairs.iter().map(|(service, back)| (service.clone(), of(back))).collect();
        list(&pairs)
    };
    let rows = [
        row("", String::new()),
        row("orders that have ended", table::thousands(found.orders as f64)),
        row("ready on an empty log, s", format!("{:.2}", found.empty_ready)),
        row("ready with them on the log, s", format!("{:.2}", found.ready)),
        row("facts folded a second, each service alone", folded.join(", ")),
        row("the same, all three at once", table::thousands(found.folded_at_once)),
        row("memory on an empty log, MB", list(&found.empty_rss_mb)),
        row("memory with them on the log, MB", list(&found.rss_mb)),
        row("bytes per ended order, all services", format!("{:.0}", found.bytes_per_ended)),
        row(
            "killed and started again at once, s until the first order ends",
            back(&found.killed, |back| back.first),
        ),
        row("and until orders end on every partition", back(&found.killed, |back| back.everywhere)),
        row(
            "killed and taken over by a neighbour, s until orders end on every partition",
            back(&found.taken_over, |back| back.everywhere),
        ),
        row("load", format!("{:.1}", found.load)),
    ];
    format!("{}\n{}", table::table(&rows), table::aims(&restart::aims(found)))
}

/// The page, from this run and from what the other commands kept.
fn page(found: &Found) -> String {
    let mut text = format!(
        "# Performance\n\nWritten by `cargo run --release -p bench -- compare --report`, at revision {} on {}. Other work \
         on the machine shows in the column *load*: read the ratios, not the numbers.\n\n{}\n",
        found.revision,
        found.machine,
        compare_text(found)
    );
    if let Some(found) = recall::<Found>("mixes") {
        let text_of = compare_text(&found);
        text += &format!(
            "\n## Other mixes\n\n`bench compare --mix …`, at revision {}:\n\n{text_of}",
            found.revision
        );
    }
    if let Some(all) = recall::<BTreeMap<u64, restart::Found>>("restart") {
        text += "\n## Restart\n";
        for (orders, found) in all {
            text += &format!("\n`bench restart --orders {orders}`:\n\n{}", restart_text(&found));
        }
    }
    if let Some(found) = recall::<scale::Found>("scale") {
        text += &format!("\n## Scale\n\n`bench scale`:\n\n{}", scale_text(&found));
    }
    if let Some(found) = recall::<turns::Found>("streams") {
        text += &format!("\n## Beside Kafka Streams\n\n`bench streams`: {}", streams_text(&found));
    }
    text + "\n" + &model::text(&found.rounds) + "\n" + NOTES
}
