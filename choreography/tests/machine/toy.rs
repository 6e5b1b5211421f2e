//! A toy service: counts the placements of a subject, asks and wakes when told to, and breaks when a table says so.

use std::time::Duration;

use choreography::{
    Consumes, Count, Decision, Duty, Figure, Level, Remembers, Row, Service, Shape, State, Table, Task,
    labels, on,
};
use events_schema::{
    Event, Fact, Heard, Key, Malformed, Record, Source, Timestamp, Topic,
    checkout::{OrderCancellationRequested, OrderPlaced},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Counted {
    pub n: u64,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Asked {
    pub question: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    pub answer: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Slept {
    pub until: Timestamp,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Ended {
    pub by: String,
}

macro_rules! toy_facts {
    ($($name:ident),+) => {
        #[derive(Clone, PartialEq, Debug)]
        pub enum ToyFact { $($name($name)),+ }
        $(
            impl Event for $name {
                const TYPE: &'static str = stringify!($name);
                const TOPICS: &'static [Topic] = &[Topic::Orders];
            }
            impl From<$name> for ToyFact {
                fn from(fact: $name) -> ToyFact { ToyFact::$name(fact) }
            }
        )+
        impl Fact for ToyFact {
            fn event(&self) -> &'static str { match self { $(ToyFact::$name(_) => stringify!($name)),+ } }
            fn topic(&self) -> Topic { Topic::Orders }
            fn write_data(&self, out: &mut Vec<u8>) {
                match self { $(ToyFact::$name(fact) => serde_json::to_writer(out, fact).unwrap()),+ }
            }
            fn read(kind: &str, record: &Record<'_>) -> Result<Option<Heard<ToyFact>>, Malformed> {
                match kind {
                    $(stringify!($name) => events_schema::read::<$name>(record).map(|heard| Some(heard.map(ToyFact::$name))),)+
                    _ => Ok(None),
                }
            }
            fn names() -> &'static [&'static str] { &[$(stringify!($name)),+] }
        }
    };
}
toy_facts!(Counted, Asked, Told, Slept, Ended);

pub enum Command {
    Count { subject: Key, note: String },
    End { subject: Key, by: &'static str },
    Tell { subject: Key, answer: String },
}

#[derive(Default, PartialEq, Debug)]
pub struct ToyState {
    pub counts: Table<Key, u64>,
    pub broken: Table<Key, bool>,
    pub known_since: Option<Timestamp>,
}

impl State for ToyState {
    fn commit(&mut self) {
        self.counts.commit();
        self.broken.commit();
    }
    fn roll_back(&mut self) {
        self.counts.roll_back();
        self.broken.roll_back();
    }
    fn known_since(&mut self, time: Timestamp) {
        self.known_since = Some(time);
    }
}

fn count_on_order_placed(placed: Heard<OrderPlaced>) -> Option<Command> {
    Some(Command::Count { subject: placed.subject, note: placed.data.note.unwrap_or_default() })
}

fn end_on_cancellation_requested(asked: Heard<OrderCancellationRequested>) -> Option<Command> {
    Some(Command::End { subject: asked.subject, by: "request" })
}

/// A subject named on `customers` is broken until it is unblocked: deciding on it panics.
struct Broken;

impl Remembers<ToyState> for Broken {
    fn topic(&self) -> Topic {
        Topic::Customers
    }
    fn remember(&self, state: &mut ToyState, record: &Record<'_>) -> Result<(), Malformed> {
        let opened = events_schema::open(record)?;
        state.broken.put(opened.subject, opened.kind == "CustomerBlocked");
        Ok(())
    }
}

/// Placements counted: the first of a subject, and the others.
const COUNTED: Figure = Figure {
    name: "toy_counted_total",
    help: "Placements.",
    shape: Shape::Counter,
    labels: &["nth"],
    known: &[&["first"], &["other"]],
};

const QUESTIONS: Figure =
    Figure { name: "toy_questions", help: "Questions.", shape: Shape::Level, labels: &[], known: &[] };

static FIGURES: [Figure; 2] = [COUNTED, QUESTIONS];

#[derive(Clone)]
pub struct Toy {
    pub window: Duration,
}

impl Service for Toy {
    const SOURCE: Source = Source::Order;
    const EMITS: Topic = Topic::Orders;
    const PARKED: Topic = Topic::OrderParked;
    type Command = Command;
    type Fact = ToyFact;
    type State = ToyState;
    type Request = String;
    type Answer = String;

    fn reactions() -> &'static [&'static dyn Consumes<Command>] {
        &[on!(Topic::Checkout, count_on_order_placed), on!(Topic::Checkout, end_on_cancellation_requested)]
    }

    fn tables() -> &'static [Row<ToyState>] {
        &[Row { table: &Broken, followed: true }]
    }

    fn window(&self) -> Duration {
        self.window
    }

    fn begin(&self, _: Task) -> ToyState {
        ToyState::default()
    }

    fn decide(&self, command: &Command, state: &ToyState, now: Timestamp, out: &mut Decision<ToyFact>) {
        match command {
            Command::Count { subject, note } => {
                assert!(!state.broken.get(subject).copied().unwrap_or(false), "this subject is broken");
                out.say(*subject, Counted { n: state.counts.get(subject).copied().unwrap_or(0) + 1 });
                match note.split_once(' ') {
                    Some(("ask", question)) => out.say(*subject, Asked { question: question.to_owned() }),
                    Some(("sleep", seconds)) => {
                        out.say(
                            *subject,
                            Slept { until: now + Duration::from_secs(seconds.parse().unwrap()) },
                        );
                    }
                    Some(("size", bytes)) => {
                        out.say(*subject, Ended { by: "x".repeat(bytes.parse().unwrap()) })
                    }
                    _ => {}
                }
            }
            Command::End { subject, by } if state.counts.contains(subject) => {
                out.say(*subject, Ended { by: (*by).to_owned() });
            }
            Command::End { .. } => {}
            Command::Tell { subject, answer } => {
                assert!(!state.broken.get(subject).copied().unwrap_or(false), "this subject is broken");
                out.say(*subject, Told { answer: answer.clone() });
            }
        }
    }

    fn evolve(state: &mut ToyState, subject: Key, fact: &ToyFact, _: Timestamp) {
        match fact {
            ToyFact::Counted(Counted { n }) => state.counts.put(subject, *n),
            ToyFact::Ended(_) => state.counts.remove(&subject),
            ToyFact::Asked(_) | ToyFact::Told(_) | ToyFact::Slept(_) => {}
        }
    }

    fn duties(_: &ToyState, _: Key, fact: &ToyFact, duty: &mut dyn FnMut(Duty<String>)) {
        match fact {
            ToyFact::Counted(_) => duty(Duty::Open),
            ToyFact::Asked(Asked { question }) => duty(Duty::Ask(question.clone())),
            ToyFact::Told(_) => duty(Duty::Answered),
            ToyFact::Slept(Slept { until }) => duty(Duty::Wake(*until)),
            ToyFact::Ended(_) => [Duty::Sleep, Duty::Answered, Duty::Over].into_iter().for_each(duty),
        }
    }

    fn figures() -> &'static [Figure] {
        &FIGURES
    }

    fn count(before: &ToyState, subject: Key, fact: &ToyFact, _: Timestamp, add: &mut dyn FnMut(Count)) {
        if let ToyFact::Counted(_) = fact {
            let nth = if before.counts.contains(&subject) { "other" } else { "first" };
            add(Count::add(&COUNTED, labels([nth]), 1));
        }
    }

    fn levels(_: &ToyState, open: &mut dyn Iterator<Item = &String>, level: &mut dyn FnMut(Level)) {
        level(Level { figure: QUESTIONS.name, label: "", value: open.count() as i64 });
    }

    fn due(subject: Key) -> Option<Command> {
        Some(Command::End { subject, by: "deadline" })
    }

    fn answered(subject: Key, answer: String) -> Command {
        Command::Tell { subject, answer }
    }
}
