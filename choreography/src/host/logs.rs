//! Logs: text on a terminal, one JSON object a line otherwise; always on stderr.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// Sends the process's log to stderr. `filter` is a level or a `tracing` directive, like `info` or `warn,order=debug`.
pub fn init(format: LogFormat, filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)?;
    let terminal = std::io::stderr().is_terminal();
    let registry = tracing_subscriber::registry().with(filter);
    if format == LogFormat::Text || (format == LogFormat::Auto && terminal) {
        registry
            .with(fmt::layer().with_writer(std::io::stderr).with_ansi(terminal).with_target(false))
            .try_init()?;
    } else {
        registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).try_init()?;
    }
    // A panic in a decision is parked, not fatal: it is told like everything else.
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    Ok(())
}
