//! The onlooker: reads `orders` as any consumer could, and notes which orders have ended. It judges nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use anyhow::Result;
use events_schema::{Topic, peek_type};
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
};

use crate::{cluster::Cluster, next::FIELD, tally::Tally};

/// A reader in the background.
pub struct Onlooker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Onlooker {
    /// Reads from the first record on.
    pub fn start(cluster: &Cluster, tally: Arc<Tally>) -> Result<Onlooker> {
        let consumer = client(&cluster.direct(), "chaos-onlooker", true)?;
        let mut all = TopicPartitionList::new();
        for partition in 0..cluster.partitions {
            all.add_partition_offset(Topic::Orders.name(), partition.into(), Offset::Beginning)?;
        }
        consumer.assign(&all)?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                // Errors are a broker's absence: the client connects again by itself.
                if let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) {
                    note(&message, &tally);
                }
            }
        });
        Ok(Onlooker { stop, thread: Some(thread) })
    }
}

fn note(message: &impl Message, tally: &Tally) {
    let kind = message.payload().and_then(peek_type);
    if kind == Some("OrderConfirmed") {
        let field = format!("\"{FIELD}\"");
        let value = String::from_utf8_lossy(message.payload().unwrap_or_default());
        tally.confirm(value.contains(&field));
    }
    let ended = matches!(kind, Some("OrderRejected" | "OrderCompleted" | "OrderCancelled"));
    if let Some(order) = message.key().filter(|_| ended).and_then(|key| std::str::from_utf8(key).ok()) {
        tally.end(order);
    }
}

impl Drop for Onlooker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A consumer that never joins a group; `committed`: it sees what is committed, and open transactions end its log.
pub fn client(brokers: &str, group: &str, committed: bool) -> Result<BaseConsumer> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("group.id", group).set("enable.auto.commit", "false");
    config.set("isolation.level", if committed { "read_committed" } else { "read_uncommitted" });
    config.set("enable.partition.eof", "true").set("fetch.wait.max.ms", "50");
    config.set("reconnect.backoff.max.ms", "500").set("allow.auto.create.topics", "false");
    Ok(config.set_log_level(rdkafka::config::RDKafkaLogLevel::Critical).create()?)
}
