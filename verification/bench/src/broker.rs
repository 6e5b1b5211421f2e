//! The broker of a run: started by `scripts/kafka` in a folder of the run, ended and wiped with it.

use std::{
    fs,
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

/// One Apache Kafka broker; dropped, it is ended.
pub struct Broker {
    /// Where it listens.
    pub address: String,
    /// Its process.
    pub pid: u32,
    folder: PathBuf,
}

impl Broker {
    /// Starts it on a free port, with data in `folder`. The jars are fetched the first time.
    pub fn start(folder: &Path) -> Result<Broker> {
        let folder = folder.join("kafka");
        let mut broker = Broker { address: String::new(), pid: 0, folder };
        let said = broker.script(&["up", "--port", &free_port()?.to_string()])?;
        broker.address = said.trim().to_owned();
        let pid = fs::read_to_string(broker.folder.join("pid")).context("the broker has no pid file")?;
        broker.pid = pid.trim().parse().context("the broker's pid file")?;
        Ok(broker)
    }

    fn script(&self, args: &[&str]) -> Result<String> {
        let mut script = Command::new(rig::workspace().join("scripts/kafka"));
        script.args(args).arg("--dir").arg(&self.folder).stdin(Stdio::null()).process_group(0);
        let complaints = fs::File::create(self.folder.with_extension("log"))?;
        let done = script.stderr(complaints).output().context("scripts/kafka does not start")?;
        let said = fs::read_to_string(self.folder.with_extension("log")).unwrap_or_default();
        ensure!(done.status.success(), "scripts/kafka {}: {said}", args[0]);
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// How many bytes the broker has written for this topic: its log files, all partitions.
    pub fn bytes(&self, topic: &str, partitions: u16) -> u64 {
        (0..partitions).map(|partition| bytes_of(&self.folder.join(format!("log/{topic}-{partition}")))).sum()
    }
}

fn bytes_of(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let logs = entries.flatten().filter(|entry| entry.path().extension().is_some_and(|end| end == "log"));
    logs.filter_map(|entry| entry.metadata().ok()).map(|meta| meta.len()).sum()
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Err(error) = self.script(&["down", "--wipe"]) {
            eprintln!("bench: the broker was not ended: {error:#}");
        }
    }
}

/// A port with its neighbour, which is the controller's, below the range of outgoing connections.
fn free_port() -> Result<u16> {
    let first = 21_000 + u16::try_from(std::process::id() % 90).unwrap_or_default() * 100;
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    (first..31_000).step_by(2).find(|port| free(*port) && free(port + 1)).context("no free port")
}
