//! The brokers of a run, and their topics.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::{
    broker::{Broker, Doors},
    ports::Ports,
    programs::Programs,
};

/// All brokers of a run.
pub struct Cluster {
    /// By number, from 1.
    pub brokers: Vec<Broker>,
    /// Partitions of every topic.
    pub partitions: u16,
}

impl Cluster {
    /// Starts so many brokers in a folder of this run; every topic is to have so many partitions.
    pub fn start(folder: &Path, many: u8, partitions: u16, ports: &mut Ports) -> Result<Cluster> {
        let libs = rig::workspace().join("target/kafka/libs");
        ensure!(libs.is_dir(), "the broker's jars are not there; fetch them: scripts/kafka up, then down");
        let mut doors = Vec::new();
        for _ in 0..many {
            let [direct, behind, front, controller] =
                [ports.free()?, ports.free()?, ports.free()?, ports.free()?];
            doors.push(Doors { direct, behind, front, controller });
        }
        // Any 16 bytes in base 64 name a cluster; each run has a folder, and so a cluster, of its own.
        let cluster = "Y2hhb3MtY2x1c3Rlci0wMQ";
        let brokers: Result<Vec<Broker>> =
            (0..doors.len()).map(|at| Broker::prepare(folder, &libs, at, &doors, cluster)).collect();
        let mut cluster = Cluster { brokers: brokers?, partitions };
        cluster.brokers.iter_mut().try_for_each(Broker::start)?;
        cluster.brokers.iter_mut().try_for_each(Broker::await_up)?;
        Ok(cluster)
    }

    /// Creates the topics, three copies of each where there are three brokers.
    pub fn create_topics(&self, programs: &Programs) -> Result<()> {
        let (partitions, copies) = (self.partitions.to_string(), self.brokers.len().min(3).to_string());
        let args = ["init", "--partitions", &partitions, "--replication", &copies];
        programs.operate(&self.direct(), &args).map(drop)
    }

    /// Where this program and its tools find the brokers.
    pub fn direct(&self) -> String {
        self.addresses(|doors| doors.direct)
    }

    /// Where services find them: through the proxy.
    pub fn proxied(&self) -> String {
        self.addresses(|doors| doors.front)
    }

    fn addresses(&self, port: fn(&Doors) -> u16) -> String {
        let all: Vec<String> =
            self.brokers.iter().map(|broker| format!("127.0.0.1:{}", port(&broker.doors))).collect();
        all.join(",")
    }
}
