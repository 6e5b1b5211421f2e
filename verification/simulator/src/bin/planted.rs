//! Plants every known mistake, one at a time, and prints after how many seeds it was caught, and by which promise.

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use simulator::planted::{Hunted, Mistake, hunt_all};

/// Plants every known mistake and counts the seeds until it is caught
#[derive(Parser)]
struct Args {
    /// How to print
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,
    /// How many hunts of each mistake, each from other seeds on
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    hunts: u64,
    /// At most so many seeds in a hunt
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// Only mistakes with this in their name
    #[arg(long)]
    only: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Json,
}

/// The first seeds of two hunts are so far apart.
const APART: u64 = 1_000_000;

fn main() -> ExitCode {
    let args = Args::parse();
    let wanted = |mistake: &Mistake| args.only.as_ref().is_none_or(|only| mistake.name().contains(only));
    let mistakes: Vec<Mistake> = Mistake::ALL.into_iter().filter(wanted).collect();
    let starts: Vec<u64> = (0..args.hunts).map(|hunt| hunt * APART).collect();
    // A planted mistake may end a process by a panic: that is one way to be caught, and needs no words here.
    std::panic::set_hook(Box::new(|_| {}));
    let hunted = hunt_all(&mistakes, &starts, args.seeds);
    let _ = std::panic::take_hook();
    match args.output {
        Output::Json => println!("{}", serde_json::to_string_pretty(&hunted).unwrap_or_default()),
        Output::Text => print(&hunted),
    }
    let all = !hunted.is_empty() && hunted.iter().all(|one| one.worst.is_some());
    if all { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print(hunted: &[Hunted]) {
    println!("{:<55} {:<26} {:>6} {:>6}  caught by", "mistake", "planted in", "median", "worst");
    let number = |seeds: Option<u64>| seeds.map_or_else(|| "never".to_owned(), |seeds| seeds.to_string());
    for Hunted { mistake, place, promises, median, worst, .. } in hunted {
        let mut by = promises.clone();
        by.sort();
        by.dedup();
        let (median, worst) = (number(*median), number(*worst));
        println!("{mistake:<55} {place:<26} {median:>6} {worst:>6}  {}", by.join(" "));
    }
    let caught = hunted.iter().filter(|one| one.worst.is_some()).count();
    println!("{caught} of {} mistakes caught in every hunt", hunted.len());
}
