//! What librdkafka says of itself now and then, as far as it is shown.

use std::{collections::HashMap, time::Duration};

use serde::Deserialize;

use crate::metrics::Queued;

/// How often it speaks, in milliseconds: as often as a worker looks at the logs.
pub(super) const EVERY_MS: &str = "10000";

#[derive(Deserialize)]
struct Client {
    msg_cnt: u64,
    msg_size: u64,
    #[serde(default)]
    brokers: HashMap<String, Broker>,
}

#[derive(Deserialize)]
struct Broker {
    rtt: Window,
}

/// Over the time since it spoke last, in microseconds.
#[derive(Deserialize)]
struct Window {
    p99: u64,
}

/// Reads one report of a producer.
pub(super) fn read(json: &[u8]) -> serde_json::Result<Queued> {
    let Client { msg_cnt, msg_size, brokers } = serde_json::from_slice(json)?;
    let slowest = brokers.values().map(|broker| broker.rtt.p99).max().unwrap_or(0);
    Ok(Queued { messages: msg_cnt, bytes: msg_size, rtt: Duration::from_micros(slowest) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_broker_counts() {
        let json = br#"{"name":"p","msg_cnt":3,"msg_size":1200,"brokers":{
            "a/1":{"nodeid":1,"rtt":{"min":1,"p99":2500,"outofrange":0}},"b/2":{"rtt":{"p99":900}}}}"#;
        let read = read(json).unwrap();
        assert_eq!(read, Queued { messages: 3, bytes: 1200, rtt: Duration::from_micros(2500) });
    }
}
