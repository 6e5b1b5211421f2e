//! The reader: records of assigned partitions, and how far they were handed out.

use std::{sync::Arc, time::Duration};

use events_schema::{Place, Record, Topic};
use rdkafka::{Offset, consumer::Consumer, error::RDKafkaErrorCode};

use super::{
    client,
    client::Context,
    ffi::{Fetched, Fetcher, Message},
    names::Names,
    settings::Settings,
};
use crate::{Fatal, Input, Position};

/// How long a broker may take to say where a topic lies.
const ACQUAINTANCE: Duration = Duration::from_secs(1);

/// What one look at the client brought.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Taken {
    /// How many records were handed out.
    pub(super) records: usize,
    /// Whether the client had anything at all: records, ends, errors.
    pub(super) anything: bool,
}

/// How far an assigned partition was handed out.
#[derive(Clone, Copy, Debug)]
struct Track {
    /// The offset of the next record.
    next: i64,
    /// Whether anything of this assignment came yet; before, the client's own position may be an old one.
    begun: bool,
    /// The last offset at which an end or an error was reported; the client's own position is one too far there.
    reported: Option<i64>,
}

/// A consumer without subscription. It reads what it is told to, committed records only.
pub(super) struct Reader {
    fetcher: Fetcher,
    names: Arc<Names>,
    partitions: u16,
    tracks: Vec<Option<Track>>,
}

impl Reader {
    pub(super) fn new(settings: &Settings, names: Arc<Names>, partitions: u16) -> Result<Reader, Fatal> {
        let fetcher =
            Fetcher::new(client::create(&client::reader(settings), Context::of("reader", settings))?);
        acquaint(fetcher.consumer(), &names);
        let tracks = vec![None; Topic::ALL.len() * usize::from(partitions)];
        Ok(Reader { fetcher, names, partitions, tracks })
    }

    pub(super) fn consumer(&self) -> &rdkafka::consumer::BaseConsumer<Context> {
        self.fetcher.consumer()
    }

    /// Lets the client's log lines through when nothing is read.
    pub(super) fn serve_log(&self) {
        self.fetcher.serve_log();
    }

    /// Reads these and only these from now on.
    pub(super) fn assign(&mut self, positions: &[Position]) -> Result<(), Fatal> {
        let list = self.names.positions(positions)?;
        self.wait_for_stops()?;
        self.consumer().assign(&list).map_err(|error| Fatal::Client(format!("assignment: {error}")))?;
        self.tracks.fill(None);
        for Position { input, next } in positions {
            let at = slot(self.partitions, *input).ok_or_else(|| {
                Fatal::Client(format!("{} is no partition of this layout", self.names.log(*input)))
            })?;
            self.tracks[at] = Some(Track { next: *next, begun: false, reported: None });
        }
        Ok(())
    }

    /// Until every partition that the last assignment took away has stopped: librdkafka aborts the process if one is
    /// taken away again before (confluentinc/librdkafka#5573). The stops were queued behind that assignment and their
    /// replies behind the stops, all on one thread; so whoever asked it twice since has seen the last reply pass.
    fn wait_for_stops(&self) -> Result<(), Fatal> {
        for _ in 0..2 {
            let asked = self.consumer().assignment();
            asked.map_err(|error| Fatal::Client(format!("assignment: {error}")))?;
        }
        Ok(())
    }

    /// Hands out what there is, at most `most` records, waiting at most `wait` for `most` of them. An error is one
    /// that ends the reading; others mend themselves and are in the log.
    pub(super) fn take(
        &mut self,
        wait: Duration,
        most: usize,
        each: &mut dyn FnMut(Record<'_>),
    ) -> Result<Taken, Stopped> {
        let Reader { fetcher, names, partitions, tracks } = self;
        let mut batch =
            Batch { names, partitions: *partitions, tracks, last: None, records: 0, stopped: None };
        let anything = fetcher.take(wait, most, &mut |fetched| batch.visit(fetched, each)) > 0;
        match batch.stopped {
            Some(stopped) => Err(stopped),
            None => Ok(Taken { records: batch.records, anything }),
        }
    }

    /// Every record of this assigned partition before this offset was handed out.
    pub(super) fn position(&self, input: Input) -> Option<i64> {
        let track = slot(self.partitions, input).and_then(|at| self.tracks[at])?;
        if !track.begun {
            return Some(track.next);
        }
        // The client moves its own position over a transaction's marker at once; the end would be told later only.
        let list = self.names.inputs([&input]);
        self.fetcher.positions(&list);
        let native = list.elements().first().map(|element| element.offset());
        Some(match native {
            Some(Offset::Offset(at)) if at > track.next && track.reported != Some(at - 1) => at,
            _ => track.next,
        })
    }
}

/// Tells the client where every topic lies. For a topic that is new to it at its assignment it looks once a second
/// only, and a restore would wait out that second for each. Without an answer that is how it goes.
fn acquaint(consumer: &rdkafka::consumer::BaseConsumer<Context>, names: &Names) {
    for topic in Topic::ALL {
        if let Err(error) = consumer.fetch_metadata(Some(names.of(topic)), ACQUAINTANCE) {
            tracing::debug!(target: "kafka", "metadata of {topic}: {error}");
        }
    }
}

/// Why reading cannot go on.
#[derive(Debug)]
pub(super) enum Stopped {
    /// The log does not have the next record of this partition, and not because it is at its end.
    OutOfRange {
        /// The partition.
        input: Input,
        /// The record that was wanted.
        next: i64,
    },
    /// We may not read.
    Forbidden(String),
}

/// One batch on its way out.
struct Batch<'a> {
    names: &'a Names,
    partitions: u16,
    tracks: &'a mut [Option<Track>],
    /// The last record's topic, by its address in the client: names need not be compared for each record.
    last: Option<(usize, Topic)>,
    records: usize,
    stopped: Option<Stopped>,
}

impl Batch<'_> {
    fn visit(&mut self, fetched: Fetched<'_>, each: &mut dyn FnMut(Record<'_>)) {
        match fetched {
            Fetched::Record(message) => self.record(&message, each),
            Fetched::End { topic, partition, offset } => {
                let Some((_, track)) = self.track(self.names.topic(topic), partition) else { return };
                track.next = track.next.max(offset);
                (track.begun, track.reported) = (true, Some(offset));
            }
            Fetched::Failed { log, code, text } => self.failed(log, code, text),
        }
    }

    fn record(&mut self, message: &Message<'_>, each: &mut dyn FnMut(Record<'_>)) {
        let address = message.topic_address();
        let topic = match self.last {
            Some((last, topic)) if last == address => Some(topic),
            _ => self.names.topic(message.topic()),
        };
        self.last = topic.map(|topic| (address, topic));
        let offset = message.offset();
        let Some((input, track)) = self.track(topic, message.partition()) else { return };
        // What lies behind us is left over from an earlier assignment.
        if offset < track.next {
            return;
        }
        (track.next, track.begun) = (offset + 1, true);
        self.records += 1;
        each(Record {
            place: Place { topic: input.topic, partition: input.partition, offset },
            appended: message.appended(),
            key: message.key(),
            value: message.value(),
            headers: message,
        });
    }

    fn failed(&mut self, log: Option<(&std::ffi::CStr, i32)>, code: RDKafkaErrorCode, text: String) {
        use RDKafkaErrorCode::{
            AutoOffsetReset, GroupAuthorizationFailed, OffsetOutOfRange, TopicAuthorizationFailed,
        };
        let found = log.and_then(|(topic, partition)| self.track(self.names.topic(topic), partition));
        // The client counts an error like a record: its own position is of no use until the next assignment.
        let at = found.map(|(input, track)| {
            track.begun = false;
            (input, track.next)
        });
        match (code, at) {
            (AutoOffsetReset | OffsetOutOfRange, Some((input, next))) => {
                self.stopped = Some(Stopped::OutOfRange { input, next });
            }
            (TopicAuthorizationFailed | GroupAuthorizationFailed, _) => {
                self.stopped = Some(Stopped::Forbidden(text));
            }
            _ => tracing::warn!(target: "kafka", "reading: {code}: {text}"),
        }
    }

    fn track(&mut self, topic: Option<Topic>, partition: i32) -> Option<(Input, &mut Track)> {
        let input = Input { topic: topic?, partition: u16::try_from(partition).ok()? };
        let track = self.tracks.get_mut(slot(self.partitions, input)?)?.as_mut()?;
        Some((input, track))
    }
}

fn slot(partitions: u16, input: Input) -> Option<usize> {
    (input.partition < partitions)
        .then(|| input.topic as usize * usize::from(partitions) + usize::from(input.partition))
}
