//! Whether anything listens at an address: told apart within milliseconds, where the Kafka client only times out.

use std::{
    io,
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

/// Connects to one `host:port` and hangs up. The error says in few words why it could not.
pub fn knock(address: &str, patience: Duration) -> Result<(), String> {
    let sockets = address.to_socket_addrs().map_err(|error| not_resolved(&error))?;
    let mut reason = "no address".to_owned();
    for socket in sockets {
        match TcpStream::connect_timeout(&socket, patience) {
            Ok(_) => return Ok(()),
            Err(error) => reason = in_few_words(&error),
        }
    }
    Err(reason)
}

/// The first of the comma-separated brokers that listens; else each one's reason.
pub fn any_listens(brokers: &str, patience: Duration) -> Result<(), Vec<(String, String)>> {
    let mut reasons = Vec::new();
    for broker in brokers.split(',').map(str::trim).filter(|broker| !broker.is_empty()) {
        let address = with_port(broker);
        match knock(&address, patience) {
            Ok(()) => return Ok(()),
            Err(reason) => reasons.push((address, reason)),
        }
    }
    Err(reasons)
}

/// A broker's address with Kafka's port if it names none, without a leading `PLAINTEXT://`.
pub fn with_port(broker: &str) -> String {
    let address = broker.rsplit_once("://").map_or(broker, |(_, address)| address);
    let has_port = address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port { address.to_owned() } else { format!("{address}:9092") }
}

fn not_resolved(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::InvalidInput => "not HOST:PORT".to_owned(),
        _ => "no such host".to_owned(),
    }
}

fn in_few_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "no answer".to_owned(),
        _ => error.to_string().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_nobody_listens_on_refuses() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let told = any_listens(&format!("127.0.0.1:{port}"), Duration::from_secs(2)).unwrap_err();
        assert_eq!(told, [(format!("127.0.0.1:{port}"), "connection refused".to_owned())]);
    }

    #[test]
    fn one_listening_broker_of_several_is_enough() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let brokers = format!("127.0.0.1:1, {}", listener.local_addr().unwrap());
        assert_eq!(any_listens(&brokers, Duration::from_secs(2)), Ok(()));
    }

    #[test]
    fn an_address_gets_kafkas_port_when_it_has_none() {
        let full = ["kafka", "kafka:19092", "PLAINTEXT://kafka:1"].map(with_port);
        assert_eq!(full, ["kafka:9092", "kafka:19092", "kafka:1"]);
    }
}
