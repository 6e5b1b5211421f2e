//! `auditor`: judges the order system by its promises, from its topics alone.
#![forbid(unsafe_code)]

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use auditor::{CODES, Connection, Ending, Failure, Flags, Output};
use clap::Parser;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};
use tracing_subscriber::EnvFilter;

/// Read every topic and judge the promises by what stands there.
///
/// With --follow, SIGTERM and Ctrl-C end it with a last report and the code that belongs to it.
#[derive(Parser, Debug)]
#[command(name = "auditor", version, after_help = CODES, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    at: Connection,
    #[command(flatten)]
    flags: Flags,
    /// How to print what was found; JSON is stable
    #[arg(long, short = 'o', value_enum, default_value_t, value_name = "FORMAT")]
    output: Output,
    /// What to log on stderr: error, warn, info, debug, trace, or a tracing filter
    #[arg(long, env = "ORDERS_LOG", default_value = "warn", value_name = "FILTER")]
    log: String,
}

fn main() -> ExitCode {
    match start(&Cli::parse()) {
        Ok(ending) => ExitCode::from(ending.code()),
        Err(Failure::PipeClosed) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where even stderr is gone, the code alone must do.
            let _ = writeln!(std::io::stderr(), "{failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn start(cli: &Cli) -> Result<Ending, Failure> {
    init_logs(&cli.log)?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 130, stop.clone())?;
        flag::register(signal, stop.clone())?;
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    auditor::run(&cli.at, &cli.flags, cli.output, &mut out, &|| stop.load(Ordering::Relaxed))
}

fn init_logs(filter: &str) -> Result<(), Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::Usage(format!("--log {filter}: {error}"));
    let parsed = EnvFilter::try_new(filter).map_err(|error| wrong(&error))?;
    let terminal = std::io::stderr().is_terminal();
    let logs = tracing_subscriber::fmt().with_env_filter(parsed).with_writer(std::io::stderr);
    match terminal {
        true => logs.with_target(false).try_init(),
        false => logs.with_ansi(false).json().flatten_event(true).try_init(),
    }
    .map_err(|error| wrong(&error))
}
