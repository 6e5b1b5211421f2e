//! Ports of this machine for what is started and started again.

use std::net::TcpListener;

use anyhow::{Result, bail};

/// Below the range from which the system takes ports for outgoing connections: else one of those could sit on a
/// broker's port while the broker is down.
const FIRST: u16 = 21_000;
const LAST: u16 = 31_000;

/// Finds free ports, each once.
pub struct Ports(u16);

impl Ports {
    /// Two runs at once begin to look at different places.
    pub fn new() -> Ports {
        let slots = u32::from((LAST - FIRST) / 100);
        Ports(FIRST + 100 * u16::try_from(std::process::id() % slots).unwrap_or_default())
    }

    /// The next free one.
    pub fn free(&mut self) -> Result<u16> {
        while self.0 < LAST {
            self.0 += 1;
            if TcpListener::bind(("127.0.0.1", self.0)).is_ok() {
                return Ok(self.0);
            }
        }
        bail!("no free port below {LAST}")
    }
}
