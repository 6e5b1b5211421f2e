//! What every service process is told, by flags, `ORDERS_*` variables, or defaults.

use std::{net::SocketAddr, time::Duration};

use clap::Args;

use super::LogFormat;
use crate::{Pace, Service, kafka::Settings};

/// Where the log is.
#[derive(Args, Clone, Debug)]
pub struct Connection {
    /// Kafka bootstrap servers.
    #[arg(
        long,
        short = 'b',
        env = "ORDERS_BROKERS",
        default_value = "localhost:9092",
        value_name = "HOST:PORT,…"
    )]
    pub brokers: String,
    /// What the names of topics, groups and transactional ids begin with.
    #[arg(long, env = "ORDERS_PREFIX", default_value = "")]
    pub prefix: String,
    /// A setting of the Kafka client (librdkafka), repeatable; @FILE is what stands in a file.
    #[arg(short = 'X', value_name = "KEY=VALUE", value_parser = property)]
    pub properties: Vec<(String, String)>,
}

/// How a service is hosted. A wrong value ends the start with one line.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Name of this instance, stable over restarts and unique among the instances of a service.
    #[arg(long, env = "ORDERS_INSTANCE", default_value = "0")]
    pub instance: String,
    /// Worker threads of each service; each is a member of its group with tasks of its own.
    #[arg(long, env = "ORDERS_WORKERS", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub workers: u16,
    /// Address of /livez, /readyz and /metrics; without it there are none. They ask for no password: give one that only
    /// those can reach who may read them, like 127.0.0.1:9600.
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
    /// Whether logs are text or JSON.
    #[arg(long, env = "ORDERS_LOG_FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,
}

impl Options {
    /// The settings of the Kafka adapter for one service.
    pub fn settings<S: Service>(&self, connection: &Connection) -> Settings {
        Settings {
            prefix: connection.prefix.clone(),
            overrides: connection.properties.clone(),
            instance: self.instance.clone(),
            session_timeout: Duration::from_millis(self.session_timeout_ms),
            transaction_timeout: Duration::from_millis(self.transaction_timeout_ms),
            ..Settings::new(&connection.brokers, S::SOURCE.name(), S::EMITS)
        }
    }

    /// How workers pace themselves.
    pub fn pace(&self) -> Pace {
        Pace {
            records: self.batch_max as usize,
            span: Duration::from_millis(self.commit_ms),
            ..Pace::default()
        }
    }
}

fn property(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("give KEY=VALUE, like security.protocol=ssl")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
