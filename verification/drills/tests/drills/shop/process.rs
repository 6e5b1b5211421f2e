//! One service process: started, stopped, killed, paused; never left behind.

use std::{
    collections::BTreeSet,
    fs::{File, OpenOptions},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::wait::{eventually, so};

/// How long a process may take to start, to take tasks over, or to end.
pub const SOON: Duration = Duration::from_secs(30);

/// A running process and what it says.
pub struct Process {
    child: Child,
    log: PathBuf,
    /// Where this run begins in the log, which a restarted process carries on.
    begin: u64,
}

impl Process {
    /// Starts it; what it says goes to the end of `log`.
    pub fn start(mut command: Command, log: PathBuf) -> Process {
        let file = OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let begin = file.metadata().unwrap().len();
        let both: [File; 2] = [file.try_clone().unwrap(), file];
        let [out, err] = both.map(Stdio::from);
        let child = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().unwrap();
        Process { child, log, begin }
    }

    /// What it said in this run.
    pub fn said(&self) -> String {
        let all = std::fs::read(&self.log).unwrap();
        String::from_utf8_lossy(&all[usize::try_from(self.begin).unwrap()..]).into_owned()
    }

    /// The last lines of the log, of earlier runs, too.
    pub fn tail(&self) -> String {
        let all = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = all.lines().filter(|line| !line.contains(r#""message":"said""#)).collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }

    /// Log entries with this message.
    pub fn entries(&self, message: &str) -> Vec<Value> {
        let said = self.said();
        let lines = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|entry| entry["message"] == message).collect()
    }

    /// Waits until it has tasks and has restored them.
    #[track_caller]
    pub fn await_ready(&mut self) {
        eventually("ready process", SOON, || {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "{ended:?} while it was awaited\n{}", self.tail());
            so(!self.entries("ready").is_empty(), || self.tail())
        });
    }

    /// The tasks it has, by what it says of its leases.
    pub fn tasks(&self) -> BTreeSet<u64> {
        let mut tasks = BTreeSet::new();
        for change in self.entries("leases changed") {
            let of =
                |name: &str| -> Vec<u64> { serde_json::from_str(change[name].as_str().unwrap()).unwrap() };
            let lost = of("lost");
            tasks.retain(|task| !lost.contains(task));
            tasks.extend(of("gained"));
        }
        tasks
    }

    /// The exit code, once it has ended by itself.
    pub fn exit_code(&mut self) -> Option<i32> {
        self.child.try_wait().unwrap().map(|status| status.code().unwrap_or(-1))
    }

    /// Waits for its end.
    #[track_caller]
    pub fn await_end(&mut self) -> i32 {
        eventually("end of a process", SOON, || self.exit_code().ok_or_else(|| self.tail()))
    }

    /// Asks it to end, and waits until it has.
    #[track_caller]
    pub fn stop(&mut self) {
        self.signal(Signal::TERM);
        let code = self.await_end();
        assert_eq!(code, 0, "a process that was asked to end\n{}", self.tail());
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Stops it in its tracks.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
