//! [`Sink`] on Kafka: one transactional producer, committing under the lease.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rdkafka::{
    error::{KafkaError, RDKafkaErrorCode},
    message::{Header, OwnedHeaders},
    producer::{BaseProducer, BaseRecord, Producer},
};

use super::{
    client::Context,
    ffi::{self, NotSent},
    lease::Lease,
    names::Names,
    producer::{self, STEP, now},
    settings::Settings,
    topics,
    trouble::{Trouble, Verdict},
    watch::Watch,
};
use crate::{Failed, Fatal, Outgoing, Position, Receipt, Sink};

/// How long a flush may wait before failed records are looked at.
const FLUSH: Duration = Duration::from_millis(20);
/// How long to wait for room in the client's queue.
const ROOM: Duration = Duration::from_millis(1);

/// One worker's transactions, to Kafka.
pub struct KafkaSink {
    producer: Option<BaseProducer<Context>>,
    /// Since when a transaction is open.
    open: Option<Instant>,
    settings: Arc<Settings>,
    lease: Arc<Lease>,
    names: Names,
    watch: Watch,
}

impl KafkaSink {
    pub(super) fn new(settings: Arc<Settings>, lease: Arc<Lease>, watch: Watch) -> Result<KafkaSink, Fatal> {
        let names = Names::new(&settings.prefix)?;
        Ok(KafkaSink { producer: None, open: None, settings, lease, names, watch })
    }

    fn producer(&self) -> Result<&BaseProducer<Context>, Fatal> {
        self.producer.as_ref().ok_or_else(|| Fatal::Client("the sink is used before init".to_owned()))
    }

    fn begin(&mut self) -> Result<(), Failed> {
        if self.open.is_none() {
            match self.producer()?.begin_transaction() {
                Ok(()) => self.open = Some(now()),
                Err(error) => return Err(self.resolve(error.into())),
            }
        }
        Ok(())
    }

    /// Ends the transaction as the error demands and says how it ended. It was not committed, or nobody knows.
    fn resolve(&mut self, trouble: Trouble) -> Failed {
        if let Some(denied) = self.denied() {
            return denied;
        }
        match trouble.verdict() {
            Verdict::Abort => self.give_up(trouble.text),
            Verdict::Fenced => self.fenced(&trouble.text),
            Verdict::Again | Verdict::Broken => self.replace(&trouble.text),
        }
    }

    /// What the broker does not let us write would fail again for ever: the process ends, the transaction with it.
    fn denied(&mut self) -> Option<Failed> {
        let denied = self.producer.as_ref()?.client().context().take_denied()?;
        if let Err(trouble) = self.roll_back() {
            tracing::debug!(target: "kafka", "abort of what is denied: {}", trouble.text);
        }
        Some(denied.into())
    }

    /// Aborts.
    fn give_up(&mut self, why: String) -> Failed {
        match self.roll_back() {
            Ok(()) => Failed::Aborted(why),
            Err(trouble) if trouble.verdict() == Verdict::Fenced => self.fenced(&trouble.text),
            Err(trouble) => self.replace(&format!("{why}; then the abort failed: {}", trouble.text)),
        }
    }

    fn roll_back(&mut self) -> Result<(), Trouble> {
        let Some(producer) = &self.producer else { return Ok(()) };
        let end = now() + self.settings.patience;
        loop {
            // Purged records are events: they must be served for the abort to end, so its steps are short.
            producer.poll(Duration::ZERO);
            let step = self.watch.call("abort_transaction", || producer.abort_transaction(FLUSH));
            let Err(error) = step else { break };
            let trouble = Trouble::from(error);
            if trouble.verdict() != Verdict::Again || now() >= end {
                return Err(trouble);
            }
        }
        producer.poll(Duration::ZERO);
        producer.client().context().take_undelivered();
        self.open = None;
        Ok(())
    }

    /// The broker takes us for a stranger. If this process was away for longer than a transaction may be open, the
    /// broker has only ended ours; else another process has our identity.
    fn fenced(&mut self, why: &str) -> Failed {
        if let Err(fatal) = self.lease.fenced() {
            return fatal.into();
        }
        match self.open {
            Some(since) if since.elapsed() >= self.settings.transaction_timeout => self.replace(why),
            _ => producer::fenced(&self.settings).into(),
        }
    }

    /// A new producer under the same identity: whatever the old one left is ended by the time it is there.
    fn replace(&mut self, why: &str) -> Failed {
        tracing::warn!("transactional producer {} is replaced: {why}", self.settings.identity());
        let old = self.producer.take();
        self.watch.call("close of a producer", || drop(old));
        self.open = None;
        match producer::open(&self.settings, &self.watch) {
            Ok(producer) => {
                self.producer = Some(producer);
                Failed::Unknown(why.to_owned())
            }
            Err(fatal) => fatal.into(),
        }
    }

    /// Until every record is delivered or has failed. Records give up by themselves when the transaction's time is up.
    fn drain(&mut self) -> Result<(), Failed> {
        let end = now() + self.settings.transaction_timeout + STEP;
        let producer = self.producer()?;
        producer.poll(Duration::ZERO);
        while !self.watch.call("flush", || ffi::flush(producer, FLUSH)) {
            // A record that failed counts as in flight until its event is served.
            producer.poll(Duration::ZERO);
            if now() >= end {
                return Err(self.replace("records were neither delivered nor refused in time"));
            }
        }
        match producer.client().context().take_undelivered() {
            Some(text) => Err(self.undelivered(text)),
            None => Ok(()),
        }
    }

    /// A record was not delivered: abort, unless the client says worse.
    fn undelivered(&mut self, text: String) -> Failed {
        if let Some(denied) = self.denied() {
            return denied;
        }
        match self.fatal_error() {
            Some(trouble) => self.resolve(trouble),
            None => self.give_up(text),
        }
    }

    fn fatal_error(&self) -> Option<Trouble> {
        let (code, text) = self.producer.as_ref()?.client().fatal_error()?;
        Some(Trouble { code, text, fatal: true, retriable: false, abort: false })
    }

    fn send_offsets(&mut self, positions: &[Position]) -> Result<(), Failed> {
        let offsets = self.names.positions(positions)?;
        let end = now() + self.settings.patience;
        loop {
            let producer = self.producer()?;
            let sent = self.watch.call("send_offsets_to_transaction", || {
                ffi::send_offsets(producer, self.lease.consumer(), &offsets, STEP)
            });
            match sent {
                Ok(()) => return Ok(()),
                Err(NotSent::NoMember) => {
                    return Err(self.give_up("the lease is in no group at this moment".to_owned()));
                }
                Err(NotSent::Trouble(again)) if again.verdict() == Verdict::Again && now() < end => {
                    producer.poll(Duration::ZERO);
                }
                Err(NotSent::Trouble(trouble)) => return Err(self.resolve(trouble)),
            }
        }
    }

    fn commit_transaction(&mut self) -> Result<(), Failed> {
        let end = now() + self.settings.patience;
        loop {
            let producer = self.producer()?;
            match self.watch.call("commit_transaction", || ffi::commit_transaction(producer, STEP)) {
                Ok(()) => {
                    self.open = None;
                    return Ok(());
                }
                Err(again) if again.verdict() == Verdict::Again && now() < end => {
                    producer.poll(Duration::ZERO)
                }
                Err(trouble) => return Err(self.resolve(trouble)),
            }
        }
    }

    fn room_for(&self, out: &Outgoing<'_>) -> Result<(), Failed> {
        let headers: usize = out.headers.iter().map(|(name, value)| name.len() + value.len() + 8).sum();
        let size = out.key.map_or(0, <[u8]>::len)
            + out.value.map_or(0, <[u8]>::len)
            + headers
            + topics::FRAMING_BYTES;
        let most = topics::max_message_bytes(out.to.topic);
        if size <= most {
            return Ok(());
        }
        Err(Failed::TooLarge(format!("{size} bytes for {}, which takes {most}", self.names.log(out.to))))
    }
}

impl Sink for KafkaSink {
    fn init(&mut self) -> Result<(), Fatal> {
        if self.producer.is_none() {
            self.producer = Some(producer::open(&self.settings, &self.watch)?);
        }
        Ok(())
    }

    fn append(&mut self, out: Outgoing<'_>) -> Result<(), Failed> {
        self.room_for(&out)?;
        self.begin()?;
        let mut record = record(self.names.of(out.to.topic), &out);
        loop {
            let producer = self.producer()?;
            let (error, back) = match producer.send(record) {
                Ok(()) => return Ok(()),
                Err(refused) => refused,
            };
            match error.rdkafka_error_code() {
                // Room comes at the latest when records give up because their time is up.
                Some(RDKafkaErrorCode::QueueFull) => producer.poll(ROOM),
                Some(RDKafkaErrorCode::MessageSizeTooLarge) => {
                    return Err(Failed::TooLarge(format!("{}: {error}", self.names.log(out.to))));
                }
                _ => return Err(self.not_appended(&error)),
            }
            record = back;
        }
    }

    fn commit(&mut self, positions: &[Position]) -> Result<Receipt, Failed> {
        if self.open.is_none() && positions.is_empty() {
            return Ok(Receipt(()));
        }
        self.begin()?;
        self.drain()?;
        if self.lease.has_lost() {
            return Err(self.give_up("a task was lost in mid-turn".to_owned()));
        }
        if !positions.is_empty() {
            self.send_offsets(positions)?;
        }
        self.commit_transaction()?;
        Ok(Receipt(()))
    }

    fn abort(&mut self) -> Result<(), Failed> {
        if self.open.is_none() {
            return Ok(());
        }
        match self.give_up("asked to".to_owned()) {
            // Nothing was sent to commit it, so its end at the replacement was an abort, too.
            Failed::Aborted(_) | Failed::Unknown(_) => Ok(()),
            failed => Err(failed),
        }
    }

    /// Also while nothing is written: what the client tells would pile up.
    fn serve(&mut self) {
        if let Some(producer) = &self.producer {
            producer.poll(Duration::ZERO);
        }
    }
}

impl KafkaSink {
    /// The client takes no record when the transaction has failed already, or the client itself.
    fn not_appended(&mut self, error: &KafkaError) -> Failed {
        match self.fatal_error() {
            Some(trouble) => self.resolve(trouble),
            None => self.give_up(error.to_string()),
        }
    }
}

fn record<'a>(topic: &'a str, out: &Outgoing<'a>) -> BaseRecord<'a, [u8], [u8]> {
    let mut record =
        BaseRecord::to(topic).partition(i32::from(out.to.partition)).timestamp(out.time.as_millis());
    if let Some(key) = out.key {
        record = record.key(key);
    }
    if let Some(value) = out.value {
        record = record.payload(value);
    }
    if out.headers.is_empty() {
        return record;
    }
    let headers = OwnedHeaders::new_with_capacity(out.headers.len());
    let insert = |headers: OwnedHeaders, (key, value): &(&str, &[u8])| {
        headers.insert(Header { key, value: Some(*value) })
    };
    record.headers(out.headers.iter().fold(headers, insert))
}
