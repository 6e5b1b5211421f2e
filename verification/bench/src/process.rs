//! One child process, and what the system says it uses; never left behind while this program can still act.

use std::{
    fs::{self, File},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};

use rig::wait;

/// How long a process may take to end once it was asked.
const LEAVE: Duration = Duration::from_secs(30);

/// A running process; dropped, it is killed.
pub struct Process {
    /// What it is called in errors.
    pub name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts it in a process group of its own, so that Ctrl-C ends this program first, which then ends its children.
    pub fn start(name: &str, mut command: Command, log: &Path) -> Result<Process> {
        let file = File::create(log)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).process_group(0);
        let child = command.spawn().with_context(|| format!("{name} does not start"))?;
        Ok(Process { name: name.to_owned(), child, log: log.to_owned() })
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it said.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Fails if it has ended by itself.
    pub fn lives(&mut self) -> Result<()> {
        let ended = self.child.try_wait()?;
        let status = ended.map(|status| status.to_string()).unwrap_or_default();
        ensure!(ended.is_none(), "{} ended with {status}\n{}", self.name, self.tail());
        Ok(())
    }

    /// Waits until it says these words.
    pub fn await_words(&mut self, words: &str, bound: Duration) -> Result<()> {
        let what = format!("{} says {words:?}", self.name);
        wait::until(&what, bound, || {
            self.lives()?;
            Ok(if self.said().contains(words) { Ok(()) } else { Err(self.tail()) })
        })
    }

    /// Waits until it has ended by itself; returns what it said.
    pub fn see_through(mut self, bound: Duration) -> Result<String> {
        let what = format!("the end of {}", self.name);
        wait::until(&what, bound, || {
            Ok(if self.child.try_wait()?.is_some() { Ok(()) } else { Err("it goes on".to_owned()) })
        })?;
        Ok(self.said())
    }

    /// Asks all to end, then waits until they have, well; returns what they said.
    pub fn end_all(processes: Vec<Process>) -> Result<Vec<String>> {
        processes.iter().try_for_each(Process::ask_to_end)?;
        processes.into_iter().map(Process::leave).collect()
    }

    fn leave(mut self) -> Result<String> {
        let status = self.await_end()?;
        ensure!(status.success(), "{} was asked to end: {status}\n{}", self.name, self.tail());
        Ok(self.said())
    }

    /// Asks it to end.
    fn ask_to_end(&self) -> Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM).context("a signal cannot be sent")
    }

    /// `kill -9`, seen through to the end.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn await_end(&mut self) -> Result<ExitStatus> {
        let since = wait::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            ensure!(since.elapsed() < LEAVE, "{} does not end\n{}", self.name, self.tail());
            wait::pause(wait::LOOK);
        }
    }

    fn tail(&self) -> String {
        let said = self.said();
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time a process has used, in seconds, as the system counts it: in hundredths.
pub fn cpu_seconds(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // Behind the name, which may hold anything: state is the first field, user and system time the 12th and 13th.
    let fields: Vec<&str> =
        stat.rsplit_once(") ").map(|(_, rest)| rest.split(' ').collect()).unwrap_or_default();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Memory a process has in RAM, in MB.
pub fn rss_mb(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) * 1024.0 / 1e6
}

/// The system's load over the last minute.
pub fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0.0)
}
