//! `Hosted`: one task of a service, as a worker holds it: state, positions, and what its facts oblige to.

use std::collections::VecDeque;

use events_schema::{
    EventId, Fact, Heard, Key, OwnedRecord, Record, Timestamp, TraceParent,
    parking::{EventDiscarded, ParkingFact},
};

use crate::{
    Duty, Failed, Input, Outgoing, Service, Sink, State, Task,
    deadlines::{Asks, Deadlines},
    marks::{Holder, Marks},
    parking::Parking,
    planted::{self, Mistake},
    positions::{CONSUMED, Positions},
};

/// The largest fact, in bytes: a topic takes 1 MiB a record by default, key and headers included. Checked when it is
/// said, because the record that caused it must be known then.
const FACT_MAX: usize = 1_000_000;

/// A task and everything that is a fold of its log.
pub(crate) struct Hosted<S: Service> {
    pub(crate) task: Task,
    pub(crate) state: S::State,
    pub(crate) positions: Positions,
    pub(crate) parking: Parking,
    pub(crate) deadlines: Deadlines,
    pub(crate) asks: Asks<S::Request>,
    pub(crate) marks: Marks,
    /// Operators' requests for this task: each is carried out in a turn of its own.
    pub(crate) requests: VecDeque<OwnedRecord>,
    /// Whether the open transaction has something of this task that must be committed at once.
    pub(crate) touched: bool,
    /// What the inputs held when a deadline came: it fires once all of that was consumed.
    pub(crate) drain: Option<Drain>,
    /// When its positions were last committed.
    pub(crate) committed: Timestamp,
    /// Whether balances may be brought forward: once per look at the own log's end.
    pub(crate) recount: bool,
    last: LastFact,
    /// What facts said in the open transaction oblige to, taken up once that is committed.
    pub(crate) duties: Vec<(Key, Origin, Duty<S::Request>)>,
    /// Subjects whose parked records changed in the open transaction.
    pins: Vec<(Key, EventId)>,
    header: String,
    /// Whether the open transaction's last fact carries the header.
    headed: bool,
}

/// The fact a duty comes from, and the trace it was said in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Origin {
    pub(crate) fact: EventId,
    /// Apart, because there is none where nobody traces.
    pub(crate) trace: Option<Box<TraceParent>>,
}

impl Origin {
    /// A fact of no trace.
    pub(crate) fn untraced(fact: EventId) -> Origin {
        Origin { fact, trace: None }
    }

    fn of<E>(heard: &Heard<E>) -> Origin {
        Origin { fact: heard.id, trace: heard.traceparent.map(Box::new) }
    }
}

/// Deadlines up to `asof` may fire when every input has passed its end.
pub(crate) struct Drain {
    pub(crate) asof: Timestamp,
    pub(crate) ends: Vec<(Input, i64)>,
}

/// The newest own fact, held back until it is known whether it is the transaction's last, which carries the header.
struct LastFact {
    subject: Option<Key>,
    time: Timestamp,
    value: Vec<u8>,
}

impl<S: Service> Hosted<S> {
    pub(crate) fn new(service: &S, task: Task, from: i64) -> Hosted<S> {
        Hosted {
            task,
            state: service.begin(task),
            positions: Positions::default(),
            parking: Parking::default(),
            deadlines: Deadlines::default(),
            asks: Asks::default(),
            marks: Marks::new(service.window(), from),
            requests: VecDeque::new(),
            touched: false,
            drain: None,
            committed: Timestamp(0),
            recount: false,
            last: LastFact { subject: None, time: Timestamp(0), value: Vec::new() },
            duties: Vec::new(),
            pins: Vec::new(),
            header: String::new(),
            headed: false,
        }
    }

    /// When the next deadline comes that may fire.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.next(|subject| self.parking.blocks(subject))
    }

    /// The partition of its own topic.
    pub(crate) fn own(&self) -> Input {
        Input { topic: S::EMITS, partition: self.task.partition }
    }

    /// Appends an own fact, one fact late: the last one of the transaction carries the positions.
    pub(crate) fn append_own(
        &mut self,
        subject: Key,
        now: Timestamp,
        value: &mut Vec<u8>,
        sink: &mut dyn Sink,
    ) -> Result<(), Failed> {
        if value.len() > FACT_MAX {
            return Err(Failed::TooLarge(format!("a fact of {} bytes about {subject}", value.len())));
        }
        self.flush_last(sink, false)?;
        self.last.subject = Some(subject);
        self.last.time = now;
        std::mem::swap(&mut self.last.value, value);
        self.touched = true;
        Ok(())
    }

    /// Appends what was held back; with the `consumed` header if the transaction is about to end.
    pub(crate) fn flush_last(&mut self, sink: &mut dyn Sink, ends: bool) -> Result<(), Failed> {
        let Some(subject) = self.last.subject.take() else { return Ok(()) };
        self.header.clear();
        if ends {
            self.positions.write_header(&mut self.header);
            self.headed = true;
        }
        let header = [(CONSUMED, self.header.as_bytes())];
        sink.append(Outgoing {
            to: self.own(),
            time: self.last.time,
            key: Some(subject.as_bytes()),
            value: Some(&self.last.value),
            headers: if self.header.is_empty() { &[] } else { &header },
        })
    }

    /// A duty of a fact said in the open transaction; it is taken up once that is committed.
    pub(crate) fn owe(&mut self, subject: Key, origin: Origin, duty: Duty<S::Request>) {
        self.duties.push((subject, origin, duty));
    }

    /// The duty owed last is not owed after all.
    pub(crate) fn owe_not(&mut self) {
        self.duties.pop();
    }

    /// Folds a parking fact said in the open transaction.
    pub(crate) fn park(&mut self, subject: Key, origin: Origin, fact: &ParkingFact) {
        self.parking.fold(subject, fact);
        self.pins.push((subject, origin.fact));
        if gives_up_deadline(fact) {
            self.owe(subject, origin, Duty::Sleep);
        }
    }

    /// The open transaction is committed: takes up its duties; `ask` hears of each new call to the outside.
    pub(crate) fn commit(&mut self, now: Timestamp, mut ask: impl FnMut(Key, EventId, &S::Request)) {
        self.marks.pass(now);
        self.state.commit();
        self.parking.commit();
        self.positions.commit(std::mem::take(&mut self.headed));
        self.touched = false;
        // Taken out and put back: thousands are owed in a turn, and the room for them is kept.
        let mut duties = std::mem::take(&mut self.duties);
        for (subject, origin, duty) in duties.drain(..) {
            if let Duty::Ask(request) = &duty {
                ask(subject, origin.fact, request);
            }
            self.take_up(subject, origin, duty);
        }
        self.duties = duties;
        for (subject, fact) in std::mem::take(&mut self.pins) {
            self.pin_parked(subject, fact);
        }
    }

    /// The turn wrote nothing: what was read stands.
    pub(crate) fn settle(&mut self) {
        self.state.commit();
        self.positions.settle();
    }

    /// The open transaction is aborted: back to the end of the last good turn.
    pub(crate) fn roll_back(&mut self) {
        match planted::makes(Mistake::AbortWithoutUndo) {
            true => self.state.commit(),
            false => self.state.roll_back(),
        }
        self.parking.roll_back();
        self.positions.roll_back();
        self.requests.clear();
        self.last.subject = None;
        self.duties.clear();
        self.pins.clear();
        self.touched = false;
        self.drain = None;
        self.headed = false;
    }

    fn take_up(&mut self, subject: Key, origin: Origin, duty: Duty<S::Request>) {
        let fact = origin.fact;
        match duty {
            Duty::Wake(at) => self.deadlines.wake(subject, at, origin),
            Duty::Sleep => self.deadlines.sleep(&subject),
            Duty::Ask(request) => self.asks.ask(subject, origin, request),
            Duty::Answered => self.asks.answered(&subject),
            Duty::Copy(..) => {}
            Duty::Open => self.marks.open(Holder::Open(subject), fact),
            Duty::Keep => self.marks.keep(subject, fact),
            Duty::Over => self.marks.over(Holder::Open(subject)),
            Duty::Counted => self.marks.counted(subject, fact),
        }
    }

    /// A subject is pinned as long as something is parked for it.
    fn pin_parked(&mut self, subject: Key, fact: EventId) {
        if self.parking.blocks(&subject) {
            self.marks.open(Holder::Parked(subject), fact);
        } else {
            self.marks.over(Holder::Parked(subject));
        }
    }

    /// Folds one record of the own log on restore. What cannot be read was never ours: it is stepped over, loudly.
    pub(crate) fn recall(&mut self, record: &Record<'_>) {
        let kind = match events_schema::kind(record) {
            Ok(kind) => kind,
            Err(error) => {
                return tracing::error!(place = %record.place, %error, "stepped over a record that is no fact");
            }
        };
        self.marks.advance(record.place.offset, record.appended);
        self.marks.pass(record.appended);
        match ParkingFact::read(&kind, record) {
            Ok(Some(heard)) => {
                self.parking.fold(heard.subject, &heard.data);
                if gives_up_deadline(&heard.data) {
                    self.deadlines.sleep(&heard.subject);
                }
                return self.pin_parked(heard.subject, heard.id);
            }
            Ok(None) => {}
            Err(error) => {
                return tracing::error!(place = %record.place, %error, "stepped over a record that is no fact");
            }
        }
        match S::Fact::read(&kind, record) {
            Ok(Some(heard)) => {
                S::evolve(&mut self.state, heard.subject, &heard.data, heard.time);
                let mut duties = Vec::new();
                S::duties(&self.state, heard.subject, &heard.data, &mut |duty| duties.push(duty));
                duties.into_iter().for_each(|duty| self.take_up(heard.subject, Origin::of(&heard), duty));
            }
            Ok(None) => {
                tracing::debug!(place = %record.place, %kind, "stepped over a fact of a newer version")
            }
            Err(error) => {
                tracing::error!(place = %record.place, %error, "stepped over a record that is no fact")
            }
        }
    }

    /// What an answer is about: the fact that obliged us to ask, and the trace of it while the question is open.
    pub(crate) fn asked(&self, subject: &Key, fact: EventId) -> Origin {
        let origin = self.asks.origin(subject).filter(|origin| origin.fact == fact);
        origin.cloned().unwrap_or_else(|| Origin::untraced(fact))
    }

    /// Whether the subject's answer is parked: it must not be asked for until it is resumed.
    pub(crate) fn awaits_operator(&self, subject: &Key) -> bool {
        self.parking.holds_answer(subject)
    }
}

/// A deadline that was parked is armed until it is decided on, or given up.
fn gives_up_deadline(fact: &ParkingFact) -> bool {
    matches!(fact, ParkingFact::EventDiscarded(EventDiscarded { topic, .. }) if topic == "deadline")
}
