//! What an audit is told. The words are those of `orderctl` and of the services.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

/// Where the log is.
#[derive(Args, Clone, Debug)]
pub struct Connection {
    /// Brokers to ask first, comma-separated
    #[arg(
        long,
        short = 'b',
        env = "ORDERS_BROKERS",
        default_value = "localhost:9092",
        value_name = "HOST:PORT,…"
    )]
    pub brokers: String,
    /// What the names of topics and groups begin with
    #[arg(long, env = "ORDERS_PREFIX", default_value = "", value_name = "PREFIX")]
    pub prefix: String,
    /// How long to wait for a broker: seconds, or like 500ms, 1m30s
    #[arg(long, env = "ORDERS_TIMEOUT", default_value = "30s", value_name = "DURATION", value_parser = duration)]
    pub timeout: Duration,
    /// A setting of the Kafka client (librdkafka), repeatable; @FILE is what stands in a file
    #[arg(short = 'X', value_name = "KEY=VALUE", value_parser = property)]
    pub properties: Vec<(String, String)>,
}

/// How to audit.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// Read to the present end, judge, and end: what is done unless --follow is given
    #[arg(long, conflicts_with = "follow")]
    pub once: bool,
    /// Go on reading, and judge again when something new came, until told to stop
    #[arg(long)]
    pub follow: bool,
    /// With --follow: judge at most this often, and never more than a tenth of the time
    #[arg(long, default_value = "5s", value_name = "DURATION", value_parser = duration)]
    pub every: Duration,
    /// The payment provider's own ledger, one movement a line (NDJSON)
    #[arg(long, value_name = "FILE|URL")]
    pub ledger: Option<String>,
    /// What clients were answered, one answer a line (NDJSON)
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// What views showed of orders, one sighting a line, in the order of showing (NDJSON)
    #[arg(long, value_name = "FILE")]
    pub views: Option<PathBuf>,
    /// Wait up to so long until nothing is under way any more; what is still open then is held against the promises
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub settle_within: Option<Duration>,
    /// Address of /healthz and /metrics
    #[arg(long, env = "ORDERS_ADMIN", value_name = "HOST:PORT")]
    pub admin: Option<SocketAddr>,
}

/// How to print.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Output {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line: one for each promise, and a summary.
    Json,
}

/// Reads a span of time: plain seconds, or jiff's friendly form.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no duration: give seconds, or something like 500ms, 30s, 1m30s, 24h");
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|_| wrong());
    }
    let span: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(span).map_err(|_| wrong())
}

fn property(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("give KEY=VALUE, like security.protocol=ssl")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_seconds_or_humane() {
        let read = ["5", "0.5", "500ms", "1m30s"].map(|text| duration(text).unwrap().as_millis());
        assert_eq!(read, [5_000, 500, 500, 90_000]);
        assert!(duration("soon").unwrap_err().contains("like 500ms"));
    }
}
