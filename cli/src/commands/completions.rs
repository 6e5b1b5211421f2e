//! `completions`: a script that teaches a shell our commands.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{args::Cli, exit::Failure, session::Session};

/// Flags of `completions`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    // Into memory first: the generator panics where its output is closed.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "orderctl", &mut script);
    Ok(session.out.raw().write_all(&script)?)
}
