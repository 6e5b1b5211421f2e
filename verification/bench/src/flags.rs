//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{floor, mix::Mix, scale::Part};

/// Measure the saga beside the log beneath it.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
#[command(after_help = "Needs Java 17 and, the first time, Maven: the broker is started from its jars.\n\
    Exit codes: 0 measured, and every promise held, whether aims were met or missed; 1 not so; 2 usage")]
pub struct Line {
    /// What to measure
    #[command(subcommand)]
    pub role: Role,
}

/// What to measure.
#[derive(Subcommand)]
pub enum Role {
    /// Floor and saga by turns: throughput, cost and latency, as ratios
    Compare(Compare),
    /// Latency alone: at a rate, and one order at a time
    Latency(Latency),
    /// What a kill costs: the service started again at once, or a neighbour that takes over
    Restart(Restart),
    /// More partitions, more threads, a longer log
    Scale(Scale),
    /// The same saga on Kafka Streams, by turns with ours and the floor
    Streams(Streams),
    /// One stage of the floor
    #[command(hide = true)]
    Stage(floor::Flags),
}

/// What all measurements are told.
#[derive(Args)]
pub struct Common {
    /// What to measure on: one Apache Kafka broker, started for this run and wiped after it
    #[arg(long, value_enum, default_value_t = On::Kafka)]
    pub broker: On,
    /// Measure the services with these flags, too, by turns with those without; repeatable. A first word @FOLDER
    /// names another build of the services
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub with: Vec<String>,
    /// How to print
    #[arg(long, short = 'o', value_enum, default_value_t = Output::Text)]
    pub output: Output,
}

impl Common {
    /// The flags of each kind of saga: none, then those that were given.
    pub fn variants(&self) -> Vec<Vec<String>> {
        let split = |flags: &String| flags.split_whitespace().map(str::to_owned).collect();
        [Vec::new()].into_iter().chain(self.with.iter().map(split)).collect()
    }
}

/// What to measure on.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum On {
    /// Apache Kafka, from its jars.
    Kafka,
}

/// How to print.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Tables in markdown.
    Text,
    /// One JSON document.
    Json,
}

/// Flags of `compare`.
#[derive(Args)]
pub struct Compare {
    /// Orders in each round
    #[arg(long, default_value_t = 200_000, value_name = "N", value_parser = clap::value_parser!(u32).range(100..))]
    pub orders: u32,
    /// Rounds of floor and saga; fewer if the time is up
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// What is ordered; repeatable
    #[arg(long, value_enum, value_name = "MIX", default_value = "happy")]
    pub mix: Vec<Mix>,
    /// Begin no further round after so many seconds
    #[arg(long, default_value_t = 200, value_name = "S")]
    pub within: u64,
    /// Orders a second for the latency; 0: do not measure it
    #[arg(long, default_value_t = 1_000, value_name = "R")]
    pub rate: u32,
    /// Write docs/PERFORMANCE.md from this run, and from what `restart`, `scale`, `streams` and a run with other mixes
    /// kept before it
    #[arg(long)]
    pub report: bool,
    #[command(flatten)]
    pub common: Common,
}

/// Flags of `latency`.
#[derive(Args)]
pub struct Latency {
    /// Orders a second
    #[arg(long, default_value_t = 1_000, value_name = "R", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate: u32,
    /// For so many seconds
    #[arg(long = "for", default_value_t = 15, value_name = "S")]
    pub span: u64,
    /// Times floor and saga are measured by turns
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    #[command(flatten)]
    pub common: Common,
}

/// Flags of `restart`.
#[derive(Args)]
pub struct Restart {
    /// Orders that have ended before, on the log
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    pub orders: u32,
    #[command(flatten)]
    pub common: Common,
}

/// Flags of `scale`.
#[derive(Args)]
pub struct Scale {
    /// Only this part; repeatable. The page is made of what each part found last
    #[arg(long, value_enum, default_values_t = [Part::Partitions, Part::Threads, Part::Processes, Part::Log], value_name = "PART")]
    pub part: Vec<Part>,
    /// Orders in each round
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = clap::value_parser!(u32).range(100..))]
    pub orders: u32,
    /// Partitions to try
    #[arg(long, value_delimiter = ',', default_value = "1,4,16,64", value_name = "P,…")]
    pub partitions: Vec<u16>,
    /// Threads of each service to try, on four partitions
    #[arg(long, value_delimiter = ',', default_value = "1,2", value_name = "T,…")]
    pub threads: Vec<u16>,
    /// Orders on the log to try
    #[arg(long, value_delimiter = ',', default_value = "100000,300000,1000000", value_name = "N,…")]
    pub lengths: Vec<u32>,
    #[command(flatten)]
    pub common: Common,
}

/// Flags of `streams`.
#[derive(Args)]
pub struct Streams {
    /// Orders in each round, cold and then warm
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = clap::value_parser!(u32).range(100..))]
    pub orders: u32,
    /// Rounds of floor, saga and Kafka Streams; fewer if the time is up
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Begin no further round after so many seconds
    #[arg(long, default_value_t = 120, value_name = "S")]
    pub within: u64,
    /// Orders a second for the latency; 0: do not measure it
    #[arg(long, default_value_t = 1_000, value_name = "R")]
    pub rate: u32,
    /// The most that a Java process may allocate
    #[arg(long, default_value = "256m", value_name = "SIZE")]
    pub heap: String,
    /// Where Kafka Streams keeps its state, beside the changelog
    #[arg(long, value_enum, default_value_t = Store::Memory)]
    pub store: Store,
    /// One Java process for the three applications, instead of one each
    #[arg(long)]
    pub together: bool,
    #[command(flatten)]
    pub common: Common,
}

/// Where Kafka Streams keeps its state.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Store {
    /// In memory, like our services.
    Memory,
    /// In RocksDB, its default.
    Rocksdb,
}

impl Store {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Store::Memory => "memory",
            Store::Rocksdb => "rocksdb",
        }
    }
}
