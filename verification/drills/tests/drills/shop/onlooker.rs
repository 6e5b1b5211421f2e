//! The onlooker: reads every partition of every topic from the start, as any consumer could, and keeps the history.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use events_schema::{Headers, Key, Place, Record, Source, Timestamp, Topic};
use invariants::History;
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    message::{BorrowedMessage, Headers as _},
};

use super::{PARTITIONS, wait};

const QUESTION: Duration = Duration::from_secs(20);

/// Reads along.
pub struct Onlooker {
    prefix: String,
    consumer: BaseConsumer,
    groups: Vec<BaseConsumer>,
    pub read: Read,
}

/// Where a group is on each of its inputs, as far as it has committed.
type Positions = BTreeMap<(Topic, u16), Option<i64>>;

/// What was read so far.
#[derive(Default)]
pub struct Read {
    pub history: History,
    /// The orders that have ended.
    pub ended: BTreeSet<Key>,
    /// How many events there are of each type.
    pub counts: BTreeMap<String, usize>,
    /// The last record of each partition.
    last: BTreeMap<(Topic, u16), i64>,
}

impl Onlooker {
    /// Reads nothing yet.
    pub fn new(brokers: &str, prefix: &str) -> Onlooker {
        let consumer = client(brokers, &format!("{prefix}onlooker"));
        let groups = Source::SERVICES.map(|service| client(brokers, &format!("{prefix}{service}")));
        Onlooker { prefix: prefix.to_owned(), consumer, groups: groups.into(), read: Read::default() }
    }

    /// Begins at the start of all topics, which must exist.
    pub fn begin(&self) {
        let mut all = TopicPartitionList::new();
        for (topic, partition) in everywhere() {
            let name = format!("{}{topic}", self.prefix);
            all.add_partition_offset(&name, partition.into(), Offset::Beginning).unwrap();
        }
        self.consumer.assign(&all).unwrap();
    }

    /// Reads what is there, until nothing comes for a moment or a while has passed.
    pub fn look(&mut self, moment: Duration) {
        let since = wait::now();
        while since.elapsed() < Duration::from_millis(50).max(moment) {
            match self.consumer.poll(moment) {
                Some(Ok(message)) => self.read.take(&message, &self.prefix),
                Some(Err(error)) => panic!("onlooker: {error}"),
                None => break,
            }
        }
    }

    /// Whether every service has consumed, and committed, every record there is. Asked before it is looked, so that
    /// whatever they said to those records is in the history, too. A position may be beyond the last record: a
    /// transaction's marker lies there.
    pub fn all_consumed(&mut self) -> Result<(), String> {
        let positions: Vec<_> = self.committed().collect();
        self.look(Duration::from_millis(200));
        for (service, positions) in &positions {
            let consumed = self.read.last.iter().filter(|((topic, _), _)| service.consumes(*topic));
            for ((topic, partition), last) in consumed {
                let next = positions.get(&(*topic, *partition)).copied().flatten();
                if next.is_none_or(|next| next <= *last) {
                    return Err(format!(
                        "{service} is at {next:?} of {topic}-{partition}, which ends at {last}"
                    ));
                }
            }
        }
        Ok(())
    }

    /// How far the partitions of a topic reach together.
    pub fn length_of(&self, topic: Topic) -> i64 {
        let name = format!("{}{topic}", self.prefix);
        let end =
            |partition: u16| self.consumer.fetch_watermarks(&name, partition.into(), QUESTION).unwrap().1;
        (0..PARTITIONS).map(end).sum()
    }

    /// The committed positions of every group, as far as there are any.
    pub fn positions(&self) -> usize {
        self.committed().flat_map(|(_, positions)| positions.into_values()).flatten().count()
    }

    fn committed(&self) -> impl Iterator<Item = (Source, Positions)> + '_ {
        let groups = Source::SERVICES.into_iter().zip(&self.groups);
        groups.map(|(service, group)| (service, self.positions_of(service, group)))
    }

    fn positions_of(&self, service: Source, group: &BaseConsumer) -> Positions {
        let mut asked = TopicPartitionList::new();
        let inputs = || everywhere().filter(|(topic, _)| service.consumes(*topic));
        for (topic, partition) in inputs() {
            asked.add_partition(&format!("{}{topic}", self.prefix), partition.into());
        }
        let found = group.committed_offsets(asked, QUESTION).unwrap();
        let of = |(topic, partition): (Topic, u16)| {
            let element = found.find_partition(&format!("{}{topic}", self.prefix), partition.into()).unwrap();
            match element.offset() {
                Offset::Offset(next) => ((topic, partition), Some(next)),
                _ => ((topic, partition), None),
            }
        };
        inputs().map(of).collect()
    }
}

impl Read {
    fn take(&mut self, message: &BorrowedMessage<'_>, prefix: &str) {
        let topic = message.topic().strip_prefix(prefix).and_then(Topic::from_name).unwrap();
        let partition = u16::try_from(message.partition()).unwrap();
        let record = Record {
            place: Place { topic, partition, offset: message.offset() },
            appended: Timestamp::from_millis(message.timestamp().to_millis().unwrap_or_default()),
            key: message.key(),
            value: message.payload(),
            headers: &Carried(message),
        };
        self.last.insert((topic, partition), message.offset());
        self.history.push(&record);
        let Ok(event) = events_schema::open(&record) else { return };
        if matches!(&*event.kind, "OrderRejected" | "OrderCompleted" | "OrderCancelled") {
            self.ended.insert(event.subject);
        }
        *self.counts.entry(event.kind.into_owned()).or_default() += 1;
    }
}

/// The headers a message carries.
struct Carried<'a>(&'a BorrowedMessage<'a>);

impl Headers for Carried<'_> {
    fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.headers()?.iter().find(|header| header.key == name)?.value
    }

    fn each(&self, visit: &mut dyn FnMut(&str, &[u8])) {
        let headers = self.0.headers().into_iter().flat_map(|headers| headers.iter());
        headers.for_each(|header| visit(header.key, header.value.unwrap_or_default()));
    }
}

fn everywhere() -> impl Iterator<Item = (Topic, u16)> {
    Topic::ALL.into_iter().flat_map(|topic| (0..PARTITIONS).map(move |partition| (topic, partition)))
}

fn client(brokers: &str, group: &str) -> BaseConsumer {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("group.id", group).set("allow.auto.create.topics", "false");
    config.set("isolation.level", "read_committed").set("enable.auto.commit", "false");
    config.set("fetch.wait.max.ms", "20").create().unwrap()
}
