//! Forced runs: one thing done to one event of a story, whatever else happens.

use events_schema::{Key, OwnedRecord, Place};
use invariants::Event;

use crate::Shop;

/// What is done to an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Force {
    /// Whoever is to say it dies right before its commit.
    Stop,
    /// It is delivered twice; what an outsider said is there twice.
    Twice,
    /// It is delivered last, when nothing else is left to do.
    Last,
}

impl Force {
    /// All of them.
    pub const ALL: [Force; 3] = [Force::Stop, Force::Twice, Force::Last];
}

/// What is to be done to which event, and whether it was.
pub(crate) struct Forced {
    force: Force,
    event: String,
    subject: Key,
    done: bool,
    /// So many turns more records are delivered again.
    left: u32,
}

impl Shop {
    /// From now on this is done to the first event of this name about this subject.
    pub fn force(&mut self, force: Force, event: &str, subject: Key) {
        let (event, done) = (event.to_owned(), false);
        if force == Force::Stop {
            for process in &self.processes {
                process.mishaps().lock().doomed = Some((event.clone(), subject));
            }
        }
        self.forced = Some(Forced { force, event, subject, done, left: 60 });
    }

    /// Whether it was done.
    pub fn was_forced(&self) -> bool {
        self.forced.as_ref().is_some_and(|forced| forced.done)
    }

    /// Does what is to be done once the event is there, after the turn of a process.
    pub(crate) fn see_to_it(&mut self) {
        self.end_repeats();
        let Some(Forced { force, event, subject, done: false, .. }) = &self.forced else { return };
        let force = *force;
        let done = match force {
            Force::Stop => self.doom_is_over(),
            Force::Twice | Force::Last => {
                let history = self.history();
                let wanted = |said: &&Event| said.kind == *event && said.subject == *subject;
                let mut said = history.all().filter(wanted);
                let place = said.find(|said| !is_copy(said.place)).map(|said| said.place);
                place.inspect(|place| self.treat(force, *place)).is_some()
            }
        };
        if let Some(forced) = &mut self.forced {
            forced.done = done;
        }
    }

    /// Repetitions come to an end, or nobody would ever rest.
    fn end_repeats(&mut self) {
        let Some(forced) = self.forced.as_mut().filter(|forced| forced.done && forced.left > 0) else {
            return;
        };
        forced.left -= 1;
        if forced.left == 0 && forced.force == Force::Twice {
            self.processes.iter().for_each(|process| process.mishaps().lock().repeats = 0);
        }
    }

    /// Whether somebody has died of it: nobody else is to.
    fn doom_is_over(&self) -> bool {
        let over = self.processes.iter().any(|process| process.mishaps().lock().doomed.is_none());
        if over {
            self.processes.iter().for_each(|process| process.mishaps().lock().doomed = None);
        }
        over
    }

    fn treat(&self, force: Force, place: Place) {
        let input = choreography::Input { topic: place.topic, partition: place.partition };
        match force {
            Force::Last => self.log.hold(input, place.offset),
            _ if place.topic.is_outsiders() => {
                let records = self.log.committed_records(input);
                let found = records.into_iter().find(|record| record.place == place);
                if let Some(OwnedRecord { appended, key, value, headers, .. }) = found {
                    self.log.produce(input, appended, key.as_deref(), value.as_deref(), headers);
                }
            }
            _ => self.processes.iter().for_each(|process| process.mishaps().lock().repeats = 3),
        }
    }
}

/// Transfers and parked records are copies of what is said elsewhere.
fn is_copy(place: Place) -> bool {
    place.topic.is_parked() || place.topic == events_schema::Topic::StockTransfers
}
