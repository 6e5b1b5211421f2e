//! What every command takes: where the log is, how to print, how long to wait.

use std::time::Duration;

use choreography::kafka::topics::Target;
use clap::{Args, ValueEnum};

/// Flags that stand before or after any command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Everywhere")]
pub struct Settings {
    /// Brokers to ask first, comma-separated
    #[arg(
        long,
        short = 'b',
        global = true,
        env = "ORDERS_BROKERS",
        default_value = "localhost:9092",
        value_name = "HOST:PORT,…"
    )]
    pub brokers: String,
    /// Whether somebody said where the brokers are; set after parsing.
    #[arg(skip)]
    pub brokers_named: bool,
    /// What the names of topics, groups and transactional ids begin with
    #[arg(long, global = true, env = "ORDERS_PREFIX", default_value = "", value_name = "PREFIX", value_parser = prefix)]
    pub prefix: String,
    /// How to print what was found; JSON is stable
    #[arg(long, short = 'o', global = true, value_enum, default_value_t = Output::Text, value_name = "FORMAT")]
    pub output: Output,
    /// How long to wait for a broker or, with --wait, for an ending: seconds, or like 500ms, 1m30s
    #[arg(long, global = true, env = "ORDERS_TIMEOUT", default_value = "30s", value_name = "DURATION", value_parser = duration)]
    pub timeout: Duration,
    /// What to log on stderr: error, warn, info, debug, trace, or a tracing filter [default: warn; run: info]
    #[arg(long, global = true, env = "ORDERS_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// A setting of the Kafka client (librdkafka), repeatable; @FILE is what stands in a file
    #[arg(short = 'X', global = true, value_name = "KEY=VALUE", value_parser = property)]
    pub properties: Vec<(String, String)>,
}

impl Settings {
    /// Where the topics are, and how to talk to the brokers.
    pub fn target(&self) -> Target<'_> {
        let Settings { brokers, prefix, properties, timeout, .. } = self;
        Target { brokers, prefix, properties, timeout: *timeout }
    }
}

/// How to print.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Output {
    /// Aligned columns for people.
    Text,
    /// One JSON document, or one object a line where there is no end.
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

fn prefix(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    match text.len() <= 100 && text.chars().all(fits) {
        true => Ok(text.to_owned()),
        false => Err("a prefix has at most 100 of A-Z a-z 0-9 . _ -".to_owned()),
    }
}

fn property(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("give KEY=VALUE, like security.protocol=ssl")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_seconds_or_humane() {
        let read = ["5", "0.5", "500ms", "1m30s", "2h"].map(|text| duration(text).unwrap().as_millis());
        assert_eq!(read, [5_000, 500, 500, 90_000, 7_200_000]);
    }

    #[test]
    fn a_duration_that_is_none_is_told_with_examples() {
        for text in ["soon", "-3", "-3s", ""] {
            assert!(duration(text).unwrap_err().contains("like 500ms"), "{text}");
        }
    }

    #[test]
    fn a_prefix_must_be_able_to_begin_a_topic() {
        assert_eq!(prefix("test-1.").unwrap(), "test-1.");
        assert!(prefix("a b").is_err() && prefix("ä").is_err());
    }
}
