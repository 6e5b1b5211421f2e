//! How much a task holds beside its state: what must go down to what is open, whatever has been through it.

use crate::{Service, Worker};

impl<S: Service> Worker<S> {
    /// How many entries a task holds: open calls, deadlines, marks of open subjects, parked inputs. For tests and checks.
    pub fn held(&self, partition: u16) -> Option<usize> {
        let hosted = self.tasks.get(&partition)?;
        let duties = hosted.asks.len() + hosted.deadlines.len() + hosted.marks.open_count();
        Some(duties + hosted.parking.inputs())
    }
}
