//! The same saga on Kafka Streams: built by Maven from `verification/bench/streams`, in processes of its own.

use std::{fs, path::Path, path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{client::Ground, process::Process};

/// Its applications, named after the services they stand for.
const APPLICATIONS: [&str; 3] = ["order", "inventory", "payment"];

/// How Kafka Streams is set.
#[derive(Clone, Copy)]
pub struct Tuning {
    /// What it is called in tables.
    pub name: &'static str,
    /// Settings besides `exactly_once_v2`, one thread and lz4.
    settings: &'static [&'static str],
}

/// As it comes: it commits every 100 ms.
pub const DEFAULT: Tuning = Tuning { name: "streams", settings: &[] };
/// For the sake of latency.
pub const OFTEN: Tuning =
    Tuning { name: "streams, commit every 10 ms", settings: &["commit.interval.ms=10"] };

/// The program, built.
pub struct Streams {
    folder: PathBuf,
    heap: String,
    store: String,
    together: bool,
}

impl Streams {
    /// Builds it; `heap` is the most a Java process may allocate, `store` is `memory` or `rocksdb`, and `together` means
    /// one process for all three applications.
    pub fn build(heap: &str, store: &str, together: bool) -> Result<Streams> {
        let folder = rig::workspace().join("target/streams");
        let source = rig::workspace().join("verification/bench/streams/pom.xml");
        let mut maven = Command::new("mvn");
        maven.args(["-q", "-B", "package", "-f"]).arg(source).arg(format!("-Doutcome={}", folder.display()));
        let done =
            maven.output().context("Maven (mvn) does not start; it builds the Kafka Streams program")?;
        let complaint = String::from_utf8_lossy(&done.stdout);
        ensure!(done.status.success(), "the Kafka Streams program could not be built: {complaint}");
        Ok(Streams { folder, heap: heap.to_owned(), store: store.to_owned(), together })
    }

    /// Starts it, with empty stores.
    pub fn start(&self, tuning: Tuning, ground: &Ground, folder: &Path) -> Result<Vec<Process>> {
        let state = folder.join("streams-state");
        if state.exists() {
            fs::remove_dir_all(&state).context("the state of an earlier round")?;
        }
        let processes = if self.together {
            vec![APPLICATIONS.join(",")]
        } else {
            APPLICATIONS.map(str::to_owned).to_vec()
        };
        let start = |applications: &String| {
            let mut java = Command::new("java");
            java.arg(format!("-Xmx{}", self.heap)).arg("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
            java.arg("-cp").arg(format!("{0}/streams.jar:{0}/libs/*", self.folder.display()));
            java.args(["orders.streams.Saga", &ground.brokers, &ground.prefix]).arg(&state);
            java.args([&self.store, applications]).args(tuning.settings);
            let name = format!("streams-{applications}");
            Process::start(&name, java, &folder.join(format!("{name}.log")))
        };
        processes.iter().map(start).collect()
    }
}
