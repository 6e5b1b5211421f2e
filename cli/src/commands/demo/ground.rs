//! The broker a demo stands on: one in this process, or a real one under a prefix of its own.

use std::{net::SocketAddr, time::Duration};

use choreography::kafka::{Embedded, topics};
use events_schema::Topic;

use super::forward;
use crate::{clock, exit::Failure, log::Cluster, session::Session, settings::Settings};

const PARTITIONS: u16 = 4;
/// Where people look for the embedded broker.
const DOOR: &str = "127.0.0.1:19092";

/// The broker, and how to reach it.
pub struct Ground {
    /// Settings that lead every client there.
    pub settings: Settings,
    embedded: Option<Embedded>,
    door: Option<SocketAddr>,
}

impl Ground {
    /// Starts the embedded broker, or creates the topics on the one that was named.
    pub fn lay(session: &Session) -> Result<Ground, Failure> {
        if session.settings.brokers_named {
            return Ground::on_a_real_one(session);
        }
        let embedded = Embedded::start(PARTITIONS)?;
        let mut settings = session.settings.clone();
        settings.brokers = embedded.brokers().to_owned();
        settings.prefix = String::new();
        settings.properties.extend(embedded.client_settings());
        // The port is a convenience: when somebody has it, the real one is told.
        let door = forward::open(DOOR, embedded.brokers()).ok();
        Ok(Ground { settings, embedded: Some(embedded), door })
    }

    fn on_a_real_one(session: &Session) -> Result<Ground, Failure> {
        session.reach()?;
        let mut settings = session.settings.clone();
        if settings.prefix.is_empty() {
            settings.prefix = format!("demo-{}-", clock::now().as_millis() % 100_000_000);
        }
        topics::create(settings.target(), PARTITIONS, 1)?;
        Ok(Ground { settings, embedded: None, door: None })
    }

    /// The cluster, once every partition has a leader.
    pub fn cluster(&self) -> Result<Cluster, Failure> {
        let since = clock::instant();
        loop {
            let cluster = Cluster::reach(&self.settings)?;
            match cluster.shards(&Topic::ALL).and_then(|shards| cluster.ends(&shards)) {
                Ok(_) => return Ok(cluster),
                Err(failure) if since.elapsed() > self.settings.timeout => return Err(failure),
                Err(_) => clock::pause(Duration::from_millis(20)),
            }
        }
    }

    /// What it is, for the first line.
    pub fn describe(&self) -> String {
        match &self.embedded {
            Some(_) => format!("embedded broker {}", self.address()),
            None => format!("Kafka at {}, topics {}*", self.settings.brokers, self.settings.prefix),
        }
    }

    fn address(&self) -> String {
        self.door.map_or_else(|| self.settings.brokers.clone(), |door| door.to_string())
    }

    /// Lines to paste into another terminal.
    pub fn invite(&self, session: &mut Session) -> Result<(), Failure> {
        let (at, prefix) = (self.address(), &self.settings.prefix);
        let named = if prefix.is_empty() { String::new() } else { format!(" --prefix {prefix}") };
        session.out.line(format_args!(
            "\nStill running. Look for yourself, in another terminal:\n  \
             kcat -b {at} -C -t {prefix}orders -q -f '%k %s\\n'\n  \
             orderctl -b {at}{named} list\n  \
             orderctl -b {at}{named} parked list\n  \
             orderctl -b {at}{named} place --sku mug --quantity 1 --token tok_declined --wait"
        ))?;
        if self.embedded.is_some() {
            session.out.line(
                "Embedded means: in memory, the last 5 MiB a partition, no isolation. The real thing: README, \"On Kafka\".",
            )?;
        }
        session.out.line("Ctrl-C ends it.")?;
        session.out.flush()
    }
}
