//! One Apache Kafka broker from its jars: started, killed, started again on what it wrote.

use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use crate::process::Process;
use rig::wait;

/// How long a broker may take to come up beside everything else on this machine.
const START: Duration = Duration::from_secs(90);

/// Where one broker listens.
#[derive(Clone, Copy, Debug)]
pub struct Doors {
    /// For this program and its tools.
    pub direct: u16,
    /// For the proxy.
    pub behind: u16,
    /// The proxy's own port, which the broker names to whoever comes through the proxy.
    pub front: u16,
    /// For the other brokers' controllers.
    pub controller: u16,
}

/// One broker.
pub struct Broker {
    /// Its number, from 1.
    pub id: usize,
    /// Where it listens.
    pub doors: Doors,
    folder: PathBuf,
    libs: PathBuf,
    process: Option<Process>,
}

impl Broker {
    /// Writes its settings and prepares its folder. `all` are the doors of all brokers.
    pub fn prepare(folder: &Path, libs: &Path, at: usize, all: &[Doors], cluster: &str) -> Result<Broker> {
        let (id, doors) = (at + 1, all[at]);
        let folder = folder.join(format!("broker-{id}"));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("server.properties"), settings(&folder, id, all))?;
        fs::write(folder.join("log4j2.properties"), LOGGING)?;
        let broker = Broker { id, doors, folder, libs: libs.to_owned(), process: None };
        let mut format = broker.java("128m", "kafka.tools.StorageTool");
        format.args(["format", "-t", cluster, "-c"]).arg(broker.folder.join("server.properties"));
        let done = format.output().context("java does not start")?;
        ensure!(done.status.success(), "format: {}", String::from_utf8_lossy(&done.stderr));
        Ok(broker)
    }

    fn java(&self, heap: &str, class: &str) -> Command {
        let mut java = Command::new("java");
        let logging = self.folder.join("log4j2.properties");
        java.arg(format!("-Xmx{heap}")).arg("-XX:+UseSerialGC").arg("-XX:TieredStopAtLevel=1");
        java.arg(format!("-Dlog4j2.configurationFile={}", logging.display()));
        java.arg("-cp").arg(format!("{}/*", self.libs.display())).arg(class);
        java
    }

    /// Starts it; [`Broker::await_up`] waits.
    pub fn start(&mut self) -> Result<()> {
        let mut java = self.java("384m", "kafka.Kafka");
        java.arg(self.folder.join("server.properties"));
        self.process = Some(Process::start(java, &self.folder.join("kafka.log"))?);
        Ok(())
    }

    /// Waits until it serves.
    pub fn await_up(&mut self) -> Result<()> {
        let (id, port) = (self.id, self.doors.direct);
        wait::until("a broker", START, || {
            let process = self.process.as_mut().context("not started")?;
            if let Some(ended) = process.ended() {
                bail!("broker {id} ended with {ended}\n{}", process.tail(5));
            }
            let up = process.said().contains("Kafka Server started");
            let answers = up && TcpStream::connect(("127.0.0.1", port)).is_ok();
            let why = || format!("broker {id} does not serve\n{}", process.tail(3));
            Ok(if answers { Ok(()) } else { Err(why()) })
        })
    }

    /// Its process's number.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Process::pid)
    }

    /// `kill -9`.
    pub fn kill(&mut self) -> Result<()> {
        match &mut self.process {
            Some(process) => process.kill(),
            None => Ok(()),
        }
    }
}

fn settings(folder: &Path, id: usize, all: &[Doors]) -> String {
    let Doors { direct, behind, front, controller } = all[id - 1];
    let voters: Vec<String> =
        (1..).zip(all).map(|(id, doors)| format!("{id}@127.0.0.1:{}", doors.controller)).collect();
    let (copies, least) = (all.len().min(3), if all.len() >= 3 { 2 } else { 1 });
    format!(
        "process.roles=broker,controller
node.id={id}
controller.quorum.voters={voters}
listeners=DIRECT://127.0.0.1:{direct},PROXIED://127.0.0.1:{behind},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=DIRECT://127.0.0.1:{direct},PROXIED://127.0.0.1:{front}
controller.listener.names=CONTROLLER
inter.broker.listener.name=DIRECT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,DIRECT:PLAINTEXT,PROXIED:PLAINTEXT
log.dirs={log}
auto.create.topics.enable=false
min.insync.replicas={least}
offsets.topic.replication.factor={copies}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={least}
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={least}
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
log.cleaner.backoff.ms=5000
num.network.threads=2
num.io.threads=4
",
        voters = voters.join(","),
        log = folder.join("log").display(),
    )
}

const LOGGING: &str = "appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{ISO8601} %p %m (%c{1})%n
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=info
logger.transactions.name=kafka.coordinator.transaction
logger.transactions.level=info
logger.groups.name=org.apache.kafka.coordinator.group
logger.groups.level=info
";
