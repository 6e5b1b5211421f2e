//! The command line, and what size of a run it asks for.

use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{fleet::INSTANCES, plan::Kind, provider};

/// Break the shop in every way there is, and show that it keeps its promises.
#[derive(Parser)]
#[command(version, max_term_width = 100, args_conflicts_with_subcommands = true)]
#[command(after_help = "Needs Java 17 and the broker's jars (scripts/kafka up fetches them). \
    ORDERCTL and AUDITOR name programs to use instead of building them.\n\
    Exit codes: 0 every promise held and every fault left evidence; 1 not so; 2 usage")]
pub struct Line {
    /// Another role of this program
    #[command(subcommand)]
    pub role: Option<Role>,
    /// The run
    #[command(flatten)]
    pub run: Run,
}

/// What this program starts of itself.
#[derive(Subcommand)]
pub enum Role {
    /// The payment provider's side
    #[command(hide = true)]
    Provider(provider::Flags),
}

/// What run is wanted.
#[derive(Args)]
pub struct Run {
    /// 20,000 orders, 20 kills and every other fault: five minutes. The default
    #[arg(long, conflicts_with_all = ["night", "minutes"])]
    smoke: bool,
    /// 90 minutes
    #[arg(long, conflicts_with = "minutes")]
    night: bool,
    /// Go on for so many minutes
    #[arg(long, value_name = "M")]
    minutes: Option<u64>,
    /// At least so many orders
    #[arg(long, value_name = "N")]
    orders: Option<usize>,
    /// Brokers; one alone is not killed
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u8).range(1..=3))]
    brokers: Option<u8>,
    /// Orders a second, arriving by chance
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..=2_000))]
    rate: Option<u32>,
    /// What order the faults come in, whom they hit, what is ordered; not the timing
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only this kind of fault
    #[arg(long, value_enum, value_name = "KIND")]
    only: Option<Kind>,
    /// At least so many kills; with --only, so many faults
    #[arg(long, value_name = "N")]
    kills: Option<usize>,
    /// Instead of faults: 1 to 6 instances of each service and back, a rolling restart, and a roll-out of a next version
    /// that adds a field
    #[arg(long, conflicts_with_all = ["smoke", "night", "minutes", "orders", "only", "kills"])]
    scale: bool,
    /// With --scale: write its figures into docs/OPERATIONS.md once it has passed
    #[arg(long, requires = "scale")]
    pub write: bool,
    /// How to print the report
    #[arg(long, short = 'o', value_enum, default_value_t = Output::Text)]
    pub output: Output,
}

/// How to print the report.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// A table.
    Text,
    /// One JSON document.
    Json,
}

/// The size of a run.
#[derive(Clone, Debug)]
pub struct Size {
    /// How long faults go on at least.
    pub span: Duration,
    /// How many orders are placed at least.
    pub orders: usize,
    /// How many kills there are at least.
    pub kills: usize,
    /// How many brokers there are.
    pub brokers: u8,
    /// Orders a second.
    pub rate: u32,
    /// The longest rest between two faults.
    pub rest: Duration,
    /// The seed.
    pub seed: u64,
    /// Only this kind of fault.
    pub only: Option<Kind>,
    /// Partitions of every topic.
    pub partitions: u16,
    /// Instances of each service at the start.
    pub instances: u8,
    /// Not faults, but instances that come and go.
    pub scale: bool,
}

impl Run {
    /// What this comes to.
    pub fn size(&self) -> Size {
        if self.scale { self.drill() } else { self.storm() }
    }

    fn drill(&self) -> Size {
        Size {
            span: Duration::ZERO,
            orders: 1_000,
            kills: 0,
            brokers: self.brokers.unwrap_or(3),
            rate: self.rate.unwrap_or(60),
            rest: Duration::ZERO,
            seed: self.seed,
            only: None,
            partitions: 12,
            instances: 1,
            scale: true,
        }
    }

    fn storm(&self) -> Size {
        let minutes = self.minutes.or(self.night.then_some(90)).unwrap_or(0);
        let short = minutes == 0;
        let kills = self.kills.unwrap_or(if short { 20 } else { minutes as usize * 2 });
        let default = if short { 20_000 } else { minutes as usize * 60 * 60 };
        let orders = self.orders.unwrap_or(if self.only.is_some() { 1_000 } else { default });
        let even = if short { 120 } else { (orders as u64 * 11 / 10 / (minutes * 60)).max(20) };
        Size {
            span: Duration::from_secs(minutes * 60),
            orders,
            kills,
            brokers: self.brokers.unwrap_or(3),
            rate: self.rate.unwrap_or(even as u32),
            rest: Duration::from_millis(if short { 400 } else { 6_000 }),
            seed: self.seed,
            only: self.only,
            partitions: 4,
            instances: INSTANCES,
            scale: false,
        }
    }
}
