//! The command: many seeds on all cores, or one seed with its story.

mod report;

use std::{
    collections::BTreeSet,
    io::{IsTerminal, stderr},
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use simulator::{Batch, Broken, Plan, Shop, Trouble, run_plan, shrink, story_with_places};

use report::Report;

/// Runs the shop through storms in virtual time and judges every promise; each seed is one history
///
/// Exits with 0 if all promises held and all that must happen did, with 1 if not.
#[derive(Parser)]
#[command(name = "simulator", version)]
struct Args {
    /// How many seeds to run
    #[arg(long, default_value_t = 1_000, conflicts_with = "seed")]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 0, conflicts_with = "seed")]
    from: u64,
    /// On how many threads [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1_024))]
    jobs: Option<u64>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,
    /// Run this one seed and tell what became of its orders
    #[arg(long)]
    seed: Option<u64>,
    /// Of that seed, place only the orders of these numbers
    #[arg(long, value_delimiter = ',', requires = "seed")]
    only: Option<Vec<u32>>,
    /// Of that seed, leave these kinds of trouble out
    #[arg(long, value_delimiter = ',', requires = "seed")]
    without: Vec<Trouble>,
    /// Of that seed, end the storm after this step
    #[arg(long, requires = "seed")]
    until: Option<u32>,
    /// Of that seed, tell the story of this order or product
    #[arg(long, requires = "seed")]
    story: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Json,
}

fn main() -> ExitCode {
    let args = Args::parse();
    // A panic of the simulated program is a broken seed, and is told with its story.
    std::panic::set_hook(Box::new(|_| {}));
    match args.seed {
        Some(seed) => one(seed, &args),
        None => many(&args),
    }
}

fn many(args: &Args) -> ExitCode {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.map_or(cores, |jobs| usize::try_from(jobs).unwrap_or(cores));
    let batch = Batch { from: args.from, seeds: args.seeds, jobs };
    let bar = bar(args.seeds);
    let done = AtomicU64::new(0);
    let ran = batch.run(&|| bar.set_position(done.fetch_add(1, Ordering::Relaxed) + 1));
    bar.finish_and_clear();
    let report = Report::of(&batch, &ran);
    match args.output {
        Output::Text => print!("{report}"),
        Output::Json => println!("{}", serde_json::to_string_pretty(&report).unwrap_or_default()),
    }
    if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Nothing is drawn where nobody looks.
fn bar(seeds: u64) -> ProgressBar {
    let target = if stderr().is_terminal() {
        ProgressDrawTarget::stderr_with_hz(5)
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} seeds, {per_sec}, {eta} left");
    let bar = ProgressBar::with_draw_target(Some(seeds), target);
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

fn one(seed: u64, args: &Args) -> ExitCode {
    let mut plan = Plan::of(seed).without(&args.without.iter().copied().collect::<BTreeSet<_>>());
    plan.only = args.only.as_ref().map(|only| only.iter().copied().collect());
    plan.until = args.until.unwrap_or(plan.until);
    match run_plan(plan.clone()) {
        Ok(shop) => {
            tell(&shop, args.story.as_deref());
            ExitCode::SUCCESS
        }
        Err(broken) => {
            print!("{}", shrunk(&plan, &broken));
            ExitCode::FAILURE
        }
    }
}

fn tell(shop: &Shop, story: Option<&str>) {
    let history = shop.history();
    match story.and_then(|name| name.parse().ok()) {
        Some(subject) => print!("{}", story_with_places(&history, subject)),
        None => history.fates().iter().for_each(|(order, fate)| println!("{order:<12} {fate:?}")),
    }
    println!("{} events, every promise held", history.len());
}

/// A broken seed, and the least that breaks it.
fn shrunk(plan: &Plan, broken: &Broken) -> String {
    let (least, still) = shrink(plan, broken);
    format!("{broken}\nthe least that breaks it: simulator {}\n{still}\n", least.command())
}
