//! What a command is given: the settings, the page it prints on, and the person's Ctrl-C.

use std::io::Write;

use crate::{
    exit::Failure, interrupt::Interrupt, log::Cluster, render::printer::Printer, settings::Settings,
};

/// One run of the program.
pub struct Session {
    /// What was asked for.
    pub settings: Settings,
    /// The client's settings as they were given: a value may still be `@FILE`.
    pub given: Vec<(String, String)>,
    /// Standard output.
    pub out: Printer,
    /// Ctrl-C.
    pub interrupt: Interrupt,
}

impl Session {
    /// The cluster, once it has answered.
    pub fn reach(&self) -> Result<Cluster, Failure> {
        Cluster::reach(&self.settings)
    }

    /// A remark for people beside the data, on stderr.
    pub fn note(&self, remark: impl std::fmt::Display) {
        // Where stderr is gone, nobody wants the remark.
        let _ = writeln!(anstream::stderr(), "{remark}");
    }
}
