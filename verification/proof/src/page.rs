//! The page.

use std::fmt::{Display, Formatter, Result};

use crate::{
    chaos::Run, corner, corner::Explored, planted, planted::Hunted, promises::Judged, simulator::Simulated,
};

/// Everything that was found.
pub struct Page {
    pub revision: String,
    pub machine: String,
    pub simulator: Simulated,
    pub planted: Vec<Hunted>,
    pub corner: Vec<Explored>,
    pub chaos: Vec<Run>,
}

impl Display for Page {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let command = "cargo run --release -p proof -- --chaos target/chaos/RUN/report.json";
        writeln!(
            f,
            "# The proof\n\nWritten by `{command}`; every number is from a run. Revision {}; {}. What each promise says: \
             [PROMISES](PROMISES.md).\n",
            self.revision, self.machine
        )?;
        writeln!(
            f,
            "## Promises\n\nHow many things were judged by each promise; none was broken in these runs. A dash: this tier \
             cannot tell, or had nothing to judge. The simulator judges each history more than once: settled, and \
             again after a restart.\n\n{}",
            Judged { simulated: &self.simulator, chaos: &self.chaos }
        )?;
        writeln!(
            f,
            "## Simulator\n\nThe real services and the real machine on a log in memory, in virtual time: \
             `cargo run --release -p simulator -- --seeds {}`.\n\n{}",
            self.simulator.seeds, self.simulator
        )?;
        writeln!(
            f,
            "## Planted mistakes\n\nA judge that has never refused anything proves nothing: \
             `cargo run --release -p simulator --features planted --bin planted`.\n\n{}",
            planted::All(&self.planted)
        )?;
        writeln!(
            f,
            "## Exhaustive corner\n\nEvery interleaving of a few orders, decided by the real code: \
             `cargo run --release -p corner`. A property holds in every state; a sight is something rare that was seen to \
             happen.\n\n{}",
            corner::All(&self.corner)
        )?;
        writeln!(
            f,
            "## Chaos\n\nReal processes, real brokers, a proxy on the wire, a payment provider with a ledger of its own, \
             and an auditor that shares no code with the services: `cargo run --release -p chaos -- --smoke`."
        )?;
        if self.chaos.is_empty() {
            writeln!(f, "\nNo run was given.")?;
        }
        self.chaos.iter().try_for_each(|run| write!(f, "\n### {}\n\n{run}", run.name()))
    }
}
