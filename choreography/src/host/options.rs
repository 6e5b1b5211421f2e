//! `Options`: what every service process is told, by flags, `ORDERS_*` variables, or defaults.

use std::{net::SocketAddr, time::Duration};

use clap::Args;

use crate::{Pace, Service, kafka::Settings};

use super::LogFormat;

/// Flags of a service process. A wrong value ends the start with one line.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Kafka bootstrap servers.
    #[arg(long, env = "ORDERS_BROKERS", default_value = "localhost:9092", global = true)]
    pub brokers: String,
    /// Prefix of topics, groups and transactional ids, for several shops on one cluster.
    #[arg(long, env = "ORDERS_PREFIX", default_value = "", global = true)]
    pub prefix: String,
    /// Name of this instance, stable over restarts and unique among the instances of a service.
    #[arg(long, env = "ORDERS_INSTANCE", default_value = "0")]
    pub instance: String,
    /// Worker threads; each is a member of the group with tasks of its own.
    #[arg(long, env = "ORDERS_WORKERS", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub workers: u16,
    /// Address of /livez, /readyz and /metrics.
    #[arg(long, env = "ORDERS_ADMIN", value_name = "HOST:PORT")]
    pub admin: Option<SocketAddr>,
    /// Session time-out in milliseconds: after so long without a sign of life others take over.
    #[arg(long, env = "ORDERS_SESSION_TIMEOUT_MS", default_value_t = 10_000)]
    pub session_timeout_ms: u64,
    /// Transaction time-out in milliseconds: a dead instance holds readers back for at most so long.
    #[arg(long, env = "ORDERS_TRANSACTION_TIMEOUT_MS", default_value_t = 10_000)]
    pub transaction_timeout_ms: u64,
    /// At most so many records in one transaction.
    #[arg(long, env = "ORDERS_BATCH_MAX", default_value_t = 4_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub batch_max: u32,
    /// Collect for at most so many milliseconds before a commit.
    #[arg(long, env = "ORDERS_COMMIT_MS", default_value_t = 20)]
    pub commit_ms: u64,
    /// A setting of librdkafka, as name=value; may be repeated.
    #[arg(long = "client", env = "ORDERS_CLIENT", value_name = "NAME=VALUE", value_delimiter = ',', value_parser = setting)]
    pub client: Vec<(String, String)>,
    /// What is logged: a level, or directives such as warn,choreography=debug.
    #[arg(long, env = "ORDERS_LOG", default_value = "info")]
    pub log: String,
    /// How it is logged.
    #[arg(long, env = "ORDERS_LOG_FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,
}

impl Options {
    /// The settings of the Kafka adapter for one service.
    pub fn settings<S: Service>(&self) -> Settings {
        Settings {
            prefix: self.prefix.clone(),
            instance: self.instance.clone(),
            overrides: self.client.clone(),
            session_timeout: Duration::from_millis(self.session_timeout_ms),
            transaction_timeout: Duration::from_millis(self.transaction_timeout_ms),
            ..Settings::new(&self.brokers, S::SOURCE.name(), S::EMITS)
        }
    }

    /// How workers pace themselves.
    pub fn pace(&self) -> Pace {
        Pace { records: self.batch_max as usize, span: Duration::from_millis(self.commit_ms), ..Pace::default() }
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text:?} is not name=value"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
