//! A door to the embedded broker on a port that people know: copies bytes, understands none.

use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
};

/// Listens on `door` and passes every connection on to `broker`, until the process ends.
pub fn open(door: &str, broker: &str) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(door)?;
    let address = listener.local_addr()?;
    let broker = broker.to_owned();
    thread::Builder::new().name("door".to_owned()).spawn(move || {
        for visitor in listener.incoming().flatten() {
            if let Ok(inside) = TcpStream::connect(&broker) {
                pass(&visitor, &inside);
            }
        }
    })?;
    Ok(address)
}

/// One thread a direction; each ends with its connection.
fn pass(visitor: &TcpStream, inside: &TcpStream) {
    for (from, to) in [(visitor, inside), (inside, visitor)] {
        if let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) {
            thread::spawn(move || {
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(std::net::Shutdown::Write);
            });
        }
    }
}
