//! The wire between services and brokers, as a proxy that can be slow, cut every connection, and hold back calls that
//! end transactions. Our own and not toxiproxy, because that one knows bytes only: it cannot keep one API's answers
//! and let the others pass.

mod connection;
mod late;
mod wire;

use std::{
    collections::BTreeSet,
    net::Ipv4Addr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use tokio::{net::TcpListener, sync::watch};

use self::late::Late;
pub use self::late::{Held, Mode};

/// What all connections share.
pub struct Wire {
    latency: AtomicU64,
    cut: watch::Sender<u64>,
    late: Late,
    connections: Mutex<Connections>,
    /// Connections that were reset by us.
    reset: AtomicU64,
    /// Bytes that were late by us.
    delayed: AtomicU64,
}

/// Connections by the order in which they were made, from 0.
#[derive(Default)]
struct Connections {
    accepted: u64,
    open: BTreeSet<u64>,
}

impl Connections {
    fn begin(&mut self) -> u64 {
        let number = self.accepted;
        self.accepted += 1;
        self.open.insert(number);
        number
    }
}

/// What the proxy did so far.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// Connections there ever were.
    pub accepted: u64,
    /// The oldest connection there is, as many as `accepted` was when it came.
    pub oldest: Option<u64>,
    /// Connections reset by us.
    pub reset: u64,
    /// Bytes delayed by us.
    pub delayed: u64,
}

impl Wire {
    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The proxy, on a thread of its own; it ends with the program.
pub struct Proxy(Arc<Wire>);

impl Proxy {
    /// Listens at each `front` and connects to the port behind it, on this machine.
    pub fn open(routes: Vec<(u16, u16)>) -> Result<Proxy> {
        let wire = Arc::new(Wire {
            latency: AtomicU64::new(0),
            cut: watch::Sender::new(0),
            late: Late::default(),
            connections: Mutex::default(),
            reset: AtomicU64::new(0),
            delayed: AtomicU64::new(0),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut listeners = Vec::new();
        for (front, behind) in routes {
            let bound = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, front)));
            listeners.push((bound.with_context(|| format!("port {front}"))?, behind));
        }
        let shared = wire.clone();
        std::thread::Builder::new().name("proxy".to_owned()).spawn(move || {
            for (listener, behind) in listeners {
                runtime.spawn(accept(listener, behind, shared.clone()));
            }
            runtime.block_on(std::future::pending::<()>());
        })?;
        Ok(Proxy(wire))
    }

    /// Everything is so late from now on, both ways; zero: as fast as it can be.
    pub fn set_latency(&self, latency: Duration) {
        self.0.latency.store(u64::try_from(latency.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Resets every connection there is.
    pub fn cut(&self) {
        self.0.cut.send_modify(|cuts| *cuts += 1);
    }

    /// Holds back the next EndTxn of so many transactional ids, one of each.
    pub fn hold(&self, mode: Mode, many: usize) {
        self.0.late.arm(mode, many);
    }

    /// Holds back no more; returns what was held since it was asked to.
    pub fn let_go(&self) -> Vec<Held> {
        self.0.late.disarm()
    }

    /// What is held, or was, since it was asked to.
    pub fn held(&self) -> Vec<Held> {
        self.0.late.held()
    }

    /// What it did so far.
    pub fn counts(&self) -> Counts {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Connections { accepted, open } = &*self.0.connections();
        let oldest = open.first().copied();
        Counts { accepted: *accepted, oldest, reset: of(&self.0.reset), delayed: of(&self.0.delayed) }
    }
}

async fn accept(listener: TcpListener, behind: u16, wire: Arc<Wire>) {
    loop {
        // Out of descriptors, at worst: the next attempt may find one.
        let Ok((client, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        tokio::spawn(connection::serve(client, behind, wire.clone()));
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::{TcpListener, TcpStream},
    };

    use super::*;
    use crate::ports::Ports;

    const FRAME: [u8; 14] = [0, 0, 0, 10, 0, 3, 0, 9, 0, 0, 0, 7, 0xff, 0xff];

    /// Of all tests of this process: each would find the same port free.
    static PORTS: std::sync::Mutex<Option<Ports>> = std::sync::Mutex::new(None);

    /// A broker that gives every frame back, behind a proxy.
    fn echo() -> (Proxy, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let behind = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                std::thread::spawn(move || {
                    let mut frame = FRAME;
                    while stream.read_exact(&mut frame).is_ok() && stream.write_all(&frame).is_ok() {}
                });
            }
        });
        let front = PORTS.lock().unwrap().get_or_insert_with(Ports::new).free().unwrap();
        (Proxy::open(vec![(front, behind)]).unwrap(), front)
    }

    fn ask(stream: &mut TcpStream) -> std::io::Result<[u8; 14]> {
        let mut frame = [0; 14];
        stream.write_all(&FRAME)?;
        stream.read_exact(&mut frame)?;
        Ok(frame)
    }

    #[test]
    fn frames_pass_unchanged_and_a_slow_wire_is_slow_both_ways() {
        let (proxy, front) = echo();
        let mut stream = TcpStream::connect(("127.0.0.1", front)).unwrap();
        assert_eq!(ask(&mut stream).unwrap(), FRAME);
        assert_eq!(proxy.counts().delayed, 0);
        proxy.set_latency(Duration::from_millis(40));
        let since = rig::wait::now();
        assert_eq!(ask(&mut stream).unwrap(), FRAME);
        assert!(since.elapsed() >= Duration::from_millis(80));
        assert_eq!(proxy.counts().delayed, 2 * FRAME.len() as u64);
    }

    #[test]
    fn a_cut_ends_every_connection_and_the_next_one_works() {
        let (proxy, front) = echo();
        let mut streams = [(); 3].map(|()| TcpStream::connect(("127.0.0.1", front)).unwrap());
        assert!(streams.iter_mut().all(|stream| ask(stream).is_ok()));
        proxy.cut();
        assert!(streams.iter_mut().all(|stream| ask(stream).is_err()));
        // A client may see its end before the proxy has counted it.
        let since = rig::wait::now();
        while proxy.counts().reset < 3 && since.elapsed() < Duration::from_secs(10) {
            std::thread::yield_now();
        }
        assert_eq!(proxy.counts().reset, 3);
        assert_eq!(ask(&mut TcpStream::connect(("127.0.0.1", front)).unwrap()).unwrap(), FRAME);
    }
}
