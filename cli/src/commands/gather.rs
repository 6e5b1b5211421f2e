//! Reading the roll of all orders: what the saga's topics say since some time.

use std::time::Duration;

use events_schema::{Timestamp, Topic};

use crate::{
    clock,
    exit::Failure,
    fold::roll::Roll,
    log::{Begin, Cluster, Range},
    session::Session,
    settings::duration,
};

/// What of the log to read.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Stretch {
    /// Only what was said within this time
    #[arg(long, default_value = "24h", value_name = "DURATION", value_parser = duration)]
    since: Duration,
    /// All there ever was; reads the topics as a whole
    #[arg(long, conflicts_with = "since")]
    all: bool,
}

impl Stretch {
    /// The last so long.
    pub fn last(since: Duration) -> Stretch {
        Stretch { since, all: false }
    }

    /// From when on.
    pub fn since(&self) -> Timestamp {
        if self.all { Timestamp::default() } else { clock::now() - self.since }
    }

    /// Where to begin for that.
    pub fn begin(&self, since: Timestamp) -> Begin {
        if self.all { Begin::Oldest } else { Begin::At(since) }
    }

    /// Says what was left out, where an old order would be missed.
    pub fn tell(&self, session: &Session) {
        if !self.all {
            let since = crate::render::span(self.since);
            session.note(format_args!("of the last {since}; older ones: --since, or --all"));
        }
    }
}

/// The topics a saga is told on.
pub const SAGA: [Topic; 4] = [Topic::Checkout, Topic::Orders, Topic::Inventory, Topic::Payments];

/// The roll, and where reading stopped.
pub fn roll(cluster: &Cluster, stretch: Stretch) -> Result<(Roll, Vec<Range>), Failure> {
    let since = stretch.since();
    let ranges = cluster.ranges(&cluster.shards(&SAGA)?, stretch.begin(since))?;
    let mut roll = Roll::default();
    cluster.read(&ranges, &mut |record| roll.hear(record, since))?;
    Ok((roll, ranges))
}
