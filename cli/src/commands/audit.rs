//! `audit`: the auditor as a command. What it does is `auditor`'s; this only says where and how.

use auditor::{Connection, Ending};
use choreography::host::LogFormat;

use crate::{exit::Failure, session::Session, settings::Output};

/// Flags of `audit`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Ends with 6 when a promise is broken, with 5 when it has not settled within --settle-within."
)]
pub struct Args {
    #[command(flatten)]
    flags: auditor::Flags,
    /// Whether logs are text or JSON
    #[arg(long, env = "ORDERS_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

impl Args {
    /// Whether logs are text or JSON.
    pub fn log_format(&self) -> LogFormat {
        self.log_format
    }
}

/// Reads everything and judges it.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    // Says better than the auditor why no broker answers.
    session.reach()?;
    let settings = &session.settings;
    let at = Connection {
        brokers: settings.brokers.clone(),
        prefix: settings.prefix.clone(),
        timeout: settings.timeout,
        // As they were given: it reads files itself, again and again, since they may rotate.
        properties: session.given.clone(),
    };
    let output = match settings.output {
        Output::Text => auditor::Output::Text,
        Output::Json => auditor::Output::Json,
    };
    let interrupt = session.interrupt.clone();
    let stopped = || interrupt.check().is_err();
    match auditor::run(&at, &args.flags, output, session.out.raw(), &stopped)? {
        Ending::Held => Ok(()),
        Ending::Broken => Err(Failure::Broken("a promise is broken, see above".to_owned())),
        Ending::NotSettled => {
            Err(Failure::NotEnded("not settled within --settle-within, see above".to_owned()))
        }
    }
}

impl From<auditor::Failure> for Failure {
    fn from(failure: auditor::Failure) -> Failure {
        use auditor::Failure as Its;
        match failure {
            Its::Usage(line) => Failure::Usage(line),
            Its::Unreachable(line) => Failure::Unreachable(line),
            Its::Ours(line) => Failure::Ours(line),
            Its::Layout(line) => Failure::Layout(line),
            Its::Interrupted => Failure::Interrupted,
            Its::PipeClosed => Failure::PipeClosed,
        }
    }
}
