//! One child process: started, stopped, killed, paused; never left behind while this program can still act.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// A running process and what it says.
pub struct Process {
    child: Child,
    log: PathBuf,
    /// Where this run begins in the log, which a restarted process carries on.
    begin: u64,
}

impl Process {
    /// Starts it in a process group of its own, so that Ctrl-C ends this program first, which then ends its children.
    pub fn start(mut command: Command, log: &Path) -> Result<Process> {
        let file = OpenOptions::new().create(true).append(true).open(log)?;
        let begin = file.metadata()?.len();
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).process_group(0);
        let child = command.spawn().with_context(|| format!("{command:?} does not start"))?;
        Ok(Process { child, log: log.to_owned(), begin })
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it said in this run.
    pub fn said(&self) -> String {
        self.said_since(self.begin)
    }

    /// What it said from this point of its log on.
    pub fn said_since(&self, point: u64) -> String {
        let mut bytes = Vec::new();
        if let Ok(mut file) = File::open(&self.log) {
            let _ = file.seek(SeekFrom::Start(point));
            let _ = file.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// How long its log is now: a point to look from.
    pub fn point(&self) -> u64 {
        self.log.metadata().map(|meta| meta.len()).unwrap_or_default()
    }

    /// Log entries of this run with this message.
    pub fn entries(&self, message: &str) -> Vec<Value> {
        entries(&self.said(), message)
    }

    /// The last lines of the log.
    pub fn tail(&self, lines: usize) -> String {
        let said = self.said_since(self.point().saturating_sub(200 * lines as u64));
        let all: Vec<&str> = said.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// How it ended, once it has ended by itself.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// `kill -9`, seen through to the end.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        kill_process(Pid::from_child(&self.child), signal).context("a signal cannot be sent")
    }

    /// Whether the system shows it as stopped.
    pub fn is_stopped(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
    }
}

/// Whether there is no process of this number any more.
pub fn is_gone(pid: u32) -> bool {
    !Path::new(&format!("/proc/{pid}")).exists()
}

/// Entries with this message among lines of JSON.
pub fn entries(said: &str, message: &str) -> Vec<Value> {
    let lines = said.lines().filter(|line| line.contains(message));
    let read = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    read.filter(|entry| entry["message"] == message).collect()
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
