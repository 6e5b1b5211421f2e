//! The stage of these tests: a memory log, workers on it, a clock and an outside that are moved by hand.

use std::{
    cell::Cell,
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use choreography::{
    Answered, Clock, Fatal, Input, Metrics, Outside, Pace, Ports, Sink, Source, Turned, Worker,
    memory::{CommitFate, Faults, MemoryLog, MemorySink, MemorySource, Misuse},
};
use events_schema::{EventId, Key, Opened, OwnedRecord, Timestamp, Topic, partition_of};
use prometheus::{Registry, TextEncoder};

use crate::toy::Toy;

pub const PARTITIONS: u16 = 4;

pub fn key(text: &str) -> Key {
    text.parse().unwrap()
}

pub fn home(subject: &str) -> u16 {
    partition_of(&key(subject), PARTITIONS)
}

#[derive(Default)]
pub struct HandClock(pub Cell<i64>);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_800_000_000_000_000 + self.0.get())
    }
}

/// What was asked, and the answers to give.
#[derive(Default)]
pub struct HandOutside {
    pub asked: Vec<(u16, Key, EventId, String)>,
    pub answers: VecDeque<Answered<String>>,
}

impl Outside<Toy> for HandOutside {
    fn ask(&mut self, partition: u16, subject: Key, cause: EventId, request: &String) {
        let question = (partition, subject, cause, request.clone());
        if !self.asked.contains(&question) {
            self.asked.push(question);
        }
    }
    fn answer(&mut self) -> Option<Answered<String>> {
        self.answers.pop_front()
    }
    fn forget(&mut self, partition: u16) {
        self.asked.retain(|(at, ..)| *at != partition);
    }
}

/// Faults as a test orders them; each fate is used once.
#[derive(Clone, Default)]
pub struct Ordered(pub Arc<Mutex<Orders>>);

#[derive(Default)]
pub struct Orders {
    pub commits: VecDeque<CommitFate>,
    pub repeats: i64,
    pub deaf: bool,
    pub misuse: Option<Misuse>,
}

impl Faults for Ordered {
    fn commit(&mut self) -> CommitFate {
        self.0.lock().unwrap().commits.pop_front().unwrap_or(CommitFate::Commit)
    }
    fn misuse(&mut self) -> Misuse {
        self.0.lock().unwrap().misuse.unwrap_or(Misuse::None)
    }
    fn repeats(&mut self) -> i64 {
        self.0.lock().unwrap().repeats
    }
    fn delivers(&mut self, ready: usize) -> usize {
        if self.0.lock().unwrap().deaf { 0 } else { ready }
    }
}

/// One process of the toy service.
pub struct Member {
    pub worker: Worker<Toy>,
    pub outside: HandOutside,
    pub faults: Ordered,
    source: MemorySource,
    sink: MemorySink,
    figures: Registry,
}

impl Member {
    /// What Prometheus would read of one series, like `toy_counted_total{nth="first",service="order"}`.
    pub fn shows(&self, series: &str) -> Option<f64> {
        let text = TextEncoder::new().encode_to_string(&self.figures.gather()).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.map(|value| value.parse().unwrap())
    }
}

pub struct Stage {
    pub log: MemoryLog,
    pub clock: HandClock,
    pub window: Duration,
    pub pace: Pace,
    pub placed: Cell<u64>,
}

impl Stage {
    pub fn new() -> Stage {
        Stage {
            log: MemoryLog::new(PARTITIONS),
            clock: HandClock::default(),
            window: Duration::ZERO,
            pace: Pace { look: Duration::ZERO, lazy: Duration::ZERO, ..Pace::default() },
            placed: Cell::new(0),
        }
    }

    pub fn member(&self, instance: &str) -> Member {
        self.member_with(instance, Misuse::None)
    }

    /// A process whose clients are set up wrongly.
    pub fn member_with(&self, instance: &str, misuse: Misuse) -> Member {
        let faults = Ordered::default();
        faults.0.lock().unwrap().misuse = Some(misuse);
        let (source, sink) = self.log.connect("order", instance, Topic::Orders, Box::new(faults.clone()));
        let figures = Registry::new();
        let metrics = Metrics::new::<Toy>(&figures).unwrap();
        let worker = Worker::new(Toy { window: self.window }, self.pace, metrics);
        Member { worker, outside: HandOutside::default(), faults, source, sink, figures }
    }

    pub fn turn(&self, member: &mut Member) -> Result<Turned, Fatal> {
        self.clock.0.set(self.clock.0.get() + 1_000);
        let (source, sink): (&mut dyn Source, &mut dyn Sink) = (&mut member.source, &mut member.sink);
        member.worker.turn(&mut Ports { source, sink, outside: &mut member.outside, clock: &self.clock })
    }

    /// Turns until nothing happens any more.
    pub fn settle(&self, member: &mut Member) {
        let mut quiet = 0;
        for _ in 0..1_000 {
            let turned = self.turn(member).unwrap();
            quiet = if turned == Turned::default() { quiet + 1 } else { 0 };
            if quiet == 3 {
                return;
            }
        }
        panic!("it never settles");
    }

    pub fn pass(&self, span: Duration) {
        self.clock.0.set(self.clock.0.get() + span.as_micros() as i64);
    }

    pub fn write(&self, topic: Topic, partition: u16, key: &str, value: &str) -> i64 {
        let at = Input { topic, partition };
        self.log.produce(at, self.clock.now(), Some(key.as_bytes()), Some(value.as_bytes()), Vec::new())
    }

    /// Places an order on the partition of its id.
    pub fn place(&self, subject: &str, note: &str) -> i64 {
        self.write(Topic::Checkout, home(subject), subject, &self.placement(note))
    }

    /// Places an order as a correction of what stands at this offset.
    pub fn correct(&self, subject: &str, offset: i64) {
        let at = Input { topic: Topic::Checkout, partition: home(subject) };
        let headers = vec![("corrects".to_owned(), offset.to_string().into_bytes())];
        let value = self.placement("");
        self.log.produce(at, self.clock.now(), Some(subject.as_bytes()), Some(value.as_bytes()), headers);
    }

    pub fn placement(&self, note: &str) -> String {
        self.placed.set(self.placed.get() + 1);
        let id = self.placed.get();
        format!(
            r#"{{"type":"OrderPlaced","id":"placed-{id}","data":{{"customer_id":"ada","lines":[],"payment":{{"method":"card","token":"tok_ok"}},"note":"{note}"}}}}"#
        )
    }

    pub fn cancel(&self, subject: &str) {
        self.write(
            Topic::Checkout,
            home(subject),
            subject,
            r#"{"type":"OrderCancellationRequested","data":{}}"#,
        );
    }

    /// Marks a subject as broken, or mends it, on every partition.
    pub fn set_broken(&self, subject: &str, broken: bool) {
        let kind = if broken { "CustomerBlocked" } else { "CustomerUnblocked" };
        for partition in 0..PARTITIONS {
            self.write(Topic::Customers, partition, subject, &format!(r#"{{"type":"{kind}","data":{{}}}}"#));
        }
    }

    pub fn operate(&self, kind: &str, subject: &str, partition: u16) {
        let value =
            format!(r#"{{"type":"{kind}","data":{{"service":"order","by":"op","reason":"mended"}}}}"#);
        self.write(Topic::Operations, partition, subject, &value);
    }

    pub fn records(&self, topic: Topic) -> Vec<OwnedRecord> {
        (0..PARTITIONS).flat_map(|partition| self.log.committed_records(Input { topic, partition })).collect()
    }

    /// The facts about a subject, each as `Event` or `Event n`.
    pub fn story(&self, subject: &str) -> Vec<String> {
        self.story_of(subject, &self.records(Topic::Orders))
    }

    pub fn story_of(&self, subject: &str, told: &[OwnedRecord]) -> Vec<String> {
        let about = told.iter().filter(|record| record.key.as_deref() == Some(subject.as_bytes()));
        about
            .map(|record| {
                let opened = open(record);
                let data: serde_json::Value = serde_json::from_str(opened.data.get()).unwrap();
                match data.get("n") {
                    Some(n) => format!("{} {n}", opened.kind),
                    None => opened.kind.to_string(),
                }
            })
            .collect()
    }
}

pub fn open(record: &OwnedRecord) -> Opened<'_> {
    events_schema::open(&record.as_record()).unwrap()
}
