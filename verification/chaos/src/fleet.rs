//! The services' processes: two instances each, with names that stay; whoever falls is started again, and noted.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;
use serde::Serialize;

use crate::{process::Process, programs::Programs};

/// The services.
pub const SERVICES: [&str; 3] = ["inventory", "order", "payment"];
/// Instances of each at rest.
pub const INSTANCES: u8 = 2;

/// How long a process may be silent before others take its tasks over.
pub const SESSION: Duration = Duration::from_millis(3_000);
/// How long a transaction may be open.
pub const TRANSACTION: Duration = Duration::from_millis(5_000);

/// So often in a row a process may end by itself without having been ready: more is a crash loop.
const FALLS: u32 = 3;

/// Every change of leases is logged, but not every fact.
const LOG: &str = "info,choreography::worker=warn,choreography::worker[{lost}]=info";

/// One place for a process: its service and instance.
pub type Seat = (&'static str, u8);

/// A process that ended by itself.
#[derive(Clone, Debug, Serialize)]
pub struct Fall {
    /// Which one.
    pub process: String,
    /// How it ended.
    pub ended: String,
    /// Its last words.
    pub said: String,
    /// What was going on.
    pub during: String,
    /// Seconds into the run.
    pub at: f64,
}

/// The processes of all services.
pub struct Fleet {
    program: PathBuf,
    /// Seats of another version, and its program.
    others: BTreeMap<Seat, PathBuf>,
    brokers: String,
    provider: String,
    folder: PathBuf,
    seats: BTreeMap<Seat, Process>,
    in_a_row: BTreeMap<Seat, u32>,
    /// Whoever ended by itself.
    pub falls: Vec<Fall>,
}

impl Fleet {
    /// Nobody runs yet.
    pub fn new(programs: &Programs, brokers: String, provider: String, folder: &Path) -> Fleet {
        Fleet {
            program: programs.orderctl.clone(),
            others: BTreeMap::new(),
            brokers,
            provider,
            folder: folder.to_owned(),
            seats: BTreeMap::new(),
            in_a_row: BTreeMap::new(),
            falls: Vec::new(),
        }
    }

    /// Starts a process, or starts it again under its old name.
    pub fn start(&mut self, (service, instance): Seat) -> Result<()> {
        let mut command = Command::new(self.others.get(&(service, instance)).unwrap_or(&self.program));
        command.env_clear().args(["run", service, "--instance", &instance.to_string()]);
        command.args(["--brokers", &self.brokers, "--log-format", "json", "--log", LOG]);
        command.args(["--session-timeout-ms", &SESSION.as_millis().to_string()]);
        command.args(["--transaction-timeout-ms", &TRANSACTION.as_millis().to_string()]);
        command.args(["--provider-url", &self.provider, "--provider-timeout-ms", "1500"]);
        let log = self.folder.join(format!("{service}-{instance}.log"));
        self.seats.insert((service, instance), Process::start(command, &log)?);
        Ok(())
    }

    /// From its next start on a seat runs this program; `None`: the one that all began with.
    pub fn exchange(&mut self, seat: Seat, program: Option<&Path>) {
        match program {
            Some(program) => drop(self.others.insert(seat, program.to_owned())),
            None => drop(self.others.remove(&seat)),
        }
    }

    /// The seats of a service that are taken.
    pub fn seats(&self, service: &str) -> Vec<Seat> {
        self.seats.keys().filter(|(of, _)| *of == service).copied().collect()
    }

    /// The process on a seat.
    pub fn process(&mut self, seat: Seat) -> Result<&mut Process> {
        self.seats.get_mut(&seat).with_context(|| format!("{}-{} does not run", seat.0, seat.1))
    }

    /// Whether it is ready, or why not.
    pub fn ready(&mut self, seat: Seat) -> Result<(), String> {
        let process = self.process(seat).map_err(|error| error.to_string())?;
        match process.entries("ready").is_empty() {
            true => Err(format!("{}-{} is not ready: {}", seat.0, seat.1, process.tail(2))),
            false => Ok(()),
        }
    }

    /// Kills it; returns its number.
    pub fn kill(&mut self, seat: Seat) -> Result<u32> {
        let process = self.process(seat)?;
        let pid = process.pid();
        process.kill()?;
        Ok(pid)
    }

    /// Asks it to end.
    pub fn ask_to_end(&mut self, seat: Seat) -> Result<()> {
        self.process(seat)?.signal(Signal::TERM)
    }

    /// Whether it has ended well since it was asked, which frees its seat.
    pub fn has_ended(&mut self, seat: Seat) -> Result<Result<(), String>> {
        match self.process(seat)?.ended() {
            None => Ok(Err(format!("{}-{} goes on", seat.0, seat.1))),
            Some(status) => {
                ensure!(
                    status.success(),
                    "{seat:?} was asked to end: {status}\n{}",
                    self.process(seat)?.tail(10)
                );
                self.seats.remove(&seat);
                Ok(Ok(()))
            }
        }
    }

    /// Starts again whoever ended by itself, as any platform would. `busy` are those somebody else looks after.
    pub fn mend(&mut self, busy: &[Seat], during: &str, at: f64) -> Result<()> {
        let seats: Vec<Seat> = self.seats.keys().filter(|seat| !busy.contains(seat)).copied().collect();
        for seat in seats {
            let process = self.process(seat)?;
            let Some(status) = process.ended() else { continue };
            let was_ready = !process.entries("ready").is_empty();
            let (ended, said, process) =
                (status.to_string(), process.tail(1), format!("{}-{}", seat.0, seat.1));
            self.falls.push(Fall { process, ended, said, during: during.to_owned(), at });
            let row = self.in_a_row.entry(seat).or_default();
            *row = if was_ready { 1 } else { *row + 1 };
            if *row > FALLS {
                bail!("a crash loop (L3): {:?}", self.falls.last());
            }
            self.start(seat)?;
        }
        Ok(())
    }

    /// The end of everybody's log.
    pub fn tails(&self, lines: usize) -> String {
        let each = |((service, instance), process): (&Seat, &Process)| {
            format!("--- {service}-{instance}\n{}\n", process.tail(lines))
        };
        self.seats.iter().map(each).collect()
    }
}
