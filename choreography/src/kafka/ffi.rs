//! The only unsafe code: the calls of librdkafka that rdkafka does not wrap, or wraps at a price, and one of the C library.
//!
//! - `rd_kafka_commit_transaction` and `rd_kafka_flush`: rdkafka's own commit sleeps 100 ms while records are in
//!   flight.
//! - `rd_kafka_send_offsets_to_transaction` with the membership looked at: rdkafka keeps it opaque, and a client that
//!   has just lost its membership must not send offsets without one.
//! - `rd_kafka_consume_batch_queue`: a fifth of the price of rdkafka's poll per record, and it says which partition an
//!   end belongs to. Safe on a consumer without subscription only: no rebalance can come in that queue.
//! - `malloc_trim`: glibc keeps what librdkafka has freed.
//!
//! Every other function takes rdkafka's own client, which lives as long as the call, so that its pointer is valid.
#![allow(unsafe_code)]

use std::{
    ffi::{CStr, c_int},
    ptr, slice,
    time::Duration,
};

use events_schema::{Headers, Timestamp};
use rdkafka::{
    TopicPartitionList,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer},
    error::RDKafkaErrorCode,
    producer::{BaseProducer, Producer},
};
use rdkafka_sys as sys;

use super::{client::Context, trouble::Trouble};

/// So many records are taken out of the client at once.
const BATCH: usize = 1_000;

/// Gives free memory back to the system: a whole log has passed through it, and reading on takes little.
pub(super) fn give_back_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes no pointer, may be called at any time from any thread, and touches free memory only.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Waits until every record is delivered or has failed, at most for `timeout`; whatever lingers goes out at once.
pub(super) fn flush(producer: &BaseProducer<Context>, timeout: Duration) -> bool {
    // SAFETY: the pointer is that of a live producer; the call keeps nothing of ours.
    let err = unsafe { sys::rd_kafka_flush(producer.client().native_ptr(), millis(timeout)) };
    err == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR
}

/// Commits. The records must be flushed before: failed ones are events that nobody would serve in here.
pub(super) fn commit_transaction(producer: &BaseProducer<Context>, timeout: Duration) -> Result<(), Trouble> {
    // SAFETY: the pointer is that of a live producer; the error is ours, and `outcome` frees it.
    unsafe { outcome(sys::rd_kafka_commit_transaction(producer.client().native_ptr(), millis(timeout))) }
}

/// Why offsets were not sent.
pub(super) enum NotSent {
    /// The lease is in no group at this moment.
    NoMember,
    /// The client or the broker says no.
    Trouble(Trouble),
}

/// Puts the offsets into the open transaction, under the membership the lease has at this moment.
pub(super) fn send_offsets(
    producer: &BaseProducer<Context>,
    lease: &BaseConsumer<Context>,
    offsets: &TopicPartitionList,
    timeout: Duration,
) -> Result<(), NotSent> {
    let Some(membership) = Membership::of(lease) else { return Err(NotSent::NoMember) };
    // SAFETY: both pointers are those of live clients, and so is the list's. The metadata lives as long as the
    // membership; it is lent to one call that copies what it needs. The error is ours, and `outcome` frees it.
    unsafe {
        let rk = producer.client().native_ptr();
        let error =
            sys::rd_kafka_send_offsets_to_transaction(rk, offsets.ptr(), membership.0, millis(timeout));
        outcome(error).map_err(NotSent::Trouble)
    }
}

/// What a consumer knows of its membership.
pub(super) struct Membership(*mut sys::rd_kafka_consumer_group_metadata_t);

impl Membership {
    /// `None`: it is in no group at this moment.
    pub(super) fn of(consumer: &BaseConsumer<Context>) -> Option<Membership> {
        // SAFETY: the pointer is that of a live client. The metadata is ours, and freed when we are dropped. The member
        // id is a C string inside it.
        unsafe {
            let metadata = sys::rd_kafka_consumer_group_metadata(consumer.client().native_ptr());
            if metadata.is_null() {
                return None;
            }
            let membership = Membership(metadata);
            let member = sys::rd_kafka_consumer_group_metadata_member_id(metadata);
            let somebody = !member.is_null() && !CStr::from_ptr(member).is_empty();
            let joined = sys::rd_kafka_consumer_group_metadata_generation_id(metadata) >= 0;
            (somebody && joined).then_some(membership)
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        // SAFETY: it is ours and live until now.
        unsafe { sys::rd_kafka_consumer_group_metadata_destroy(self.0) }
    }
}

/// # Safety
/// `error` is null or an error that nobody else frees.
unsafe fn outcome(error: *mut sys::rd_kafka_error_t) -> Result<(), Trouble> {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: it is a live error by the caller's word; its text is a C string that is copied before it is freed.
    unsafe {
        let trouble = Trouble {
            code: sys::rd_kafka_error_code(error).into(),
            text: CStr::from_ptr(sys::rd_kafka_error_string(error)).to_string_lossy().into_owned(),
            fatal: sys::rd_kafka_error_is_fatal(error) != 0,
            retriable: sys::rd_kafka_error_is_retriable(error) != 0,
            abort: sys::rd_kafka_error_txn_requires_abort(error) != 0,
        };
        sys::rd_kafka_error_destroy(error);
        Err(trouble)
    }
}

/// A consumer without subscription whose records are taken out in batches.
pub(super) struct Fetcher {
    consumer: BaseConsumer<Context>,
    records: *mut sys::rd_kafka_queue_t,
    log: *mut sys::rd_kafka_queue_t,
    batch: Vec<*mut sys::rd_kafka_message_t>,
}

// SAFETY: librdkafka's queues may be used from any thread; `batch` is empty between calls.
unsafe impl Send for Fetcher {}

/// What comes out of a fetcher, lent for the time of one visit.
pub(super) enum Fetched<'a> {
    /// A record.
    Record(Message<'a>),
    /// The partition has no more for now: whatever lies before this offset was handed out.
    End { topic: &'a CStr, partition: i32, offset: i64 },
    /// Something failed; the client goes on by itself, unless the error says otherwise.
    Failed { log: Option<(&'a CStr, i32)>, code: RDKafkaErrorCode, text: String },
}

impl Fetcher {
    /// Takes over a consumer that has a group and is not subscribed.
    pub(super) fn new(consumer: BaseConsumer<Context>) -> Fetcher {
        let rk = consumer.client().native_ptr();
        // SAFETY: the client is live. Both queues are references of our own, given back in `drop` before the client
        // goes. The log gets a queue of its own since a batch call would print its lines instead of handing them out.
        let (records, log) = unsafe {
            let (records, log) = (sys::rd_kafka_queue_get_consumer(rk), sys::rd_kafka_queue_new(rk));
            sys::rd_kafka_set_log_queue(rk, log);
            (records, log)
        };
        assert!(!records.is_null(), "a consumer with a group has a queue");
        Fetcher { consumer, records, log, batch: Vec::with_capacity(BATCH) }
    }

    /// The consumer itself, to assign and to ask; never to subscribe or to poll.
    pub(super) fn consumer(&self) -> &BaseConsumer<Context> {
        &self.consumer
    }

    /// Visits what there is, at most `most`, and returns how many it visited. Waits for at most `timeout` until
    /// `most` are there, so ask for one if the first is awaited.
    pub(super) fn take(
        &mut self,
        timeout: Duration,
        most: usize,
        visit: &mut dyn FnMut(Fetched<'_>),
    ) -> usize {
        let most = most.min(BATCH);
        // SAFETY: the queue is live; the array has room for `most` pointers, of which the call sets the first
        // `taken`. Each is a message that is ours: `Taken` frees it once, even if `visit` panics.
        let taken = unsafe {
            let into = self.batch.as_mut_ptr();
            let taken = sys::rd_kafka_consume_batch_queue(self.records, millis(timeout), into, most);
            self.batch.set_len(usize::try_from(taken).unwrap_or(0).min(most));
            self.batch.len()
        };
        let mut rest = Taken { batch: &mut self.batch, next: 0 };
        while let Some(&message) = rest.batch.get(rest.next) {
            // SAFETY: the message is live until `rest` frees it below; what is visited borrows from it.
            visit(fetched(unsafe { &*message }));
            rest.free_one();
        }
        drop(rest);
        self.serve_log();
        taken
    }

    /// The position librdkafka has for a partition of this list, which passes a transaction's marker as soon as it
    /// is fetched. One too far after an end or an error was taken out: 2.12.1 counts those like records.
    pub(super) fn positions(&self, list: &TopicPartitionList) {
        // SAFETY: client and list are live; the call writes offsets into the list's own elements.
        unsafe { sys::rd_kafka_position(self.consumer.client().native_ptr(), list.ptr()) };
    }

    /// Hands the client's log lines to its context.
    pub(super) fn serve_log(&self) {
        let (mut facility, mut line, mut level) = (ptr::null(), ptr::null(), 0);
        // SAFETY: the queue is live; each event is ours, and freed after its line was copied out.
        unsafe {
            loop {
                let event = sys::rd_kafka_queue_poll(self.log, 0);
                if event.is_null() {
                    return;
                }
                if sys::rd_kafka_event_log(event, &raw mut facility, &raw mut line, &raw mut level) == 0 {
                    let text = CStr::from_ptr(line).to_string_lossy();
                    self.consumer.client().context().say(log_level(level), text.trim());
                }
                sys::rd_kafka_event_destroy(event);
            }
        }
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        let rk = self.consumer.client().native_ptr();
        // SAFETY: the client is live until after this; each reference is given back once.
        unsafe {
            sys::rd_kafka_set_log_queue(rk, ptr::null_mut());
            sys::rd_kafka_queue_destroy(self.log);
            sys::rd_kafka_queue_destroy(self.records);
        }
    }
}

/// Messages taken out of the client, freed one by one, the rest at once if a visit panics.
struct Taken<'a> {
    batch: &'a mut Vec<*mut sys::rd_kafka_message_t>,
    next: usize,
}

impl Taken<'_> {
    fn free_one(&mut self) {
        let message = self.batch[self.next];
        self.next += 1;
        // SAFETY: a message of ours, freed once since `next` has moved on.
        unsafe { sys::rd_kafka_message_destroy(message) };
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        while self.next < self.batch.len() {
            self.free_one();
        }
        self.batch.clear();
    }
}

/// A record where librdkafka left it.
pub(super) struct Message<'a>(&'a sys::rd_kafka_message_t);

fn fetched(message: &sys::rd_kafka_message_t) -> Fetched<'_> {
    match message.err {
        sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR => Fetched::Record(Message(message)),
        err => {
            let log = (!message.rkt.is_null()).then(|| (Message(message).topic(), message.partition));
            match (log, err) {
                (Some((topic, partition)), sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__PARTITION_EOF) => {
                    Fetched::End { topic, partition, offset: message.offset }
                }
                _ => {
                    // SAFETY: the message is live; the text is a C string inside it, or a constant of the library's.
                    let text = unsafe { sys::rd_kafka_message_errstr(message) };
                    let text = if text.is_null() { c"" } else { unsafe { CStr::from_ptr(text) } };
                    Fetched::Failed { log, code: err.into(), text: text.to_string_lossy().into_owned() }
                }
            }
        }
    }
}

impl<'a> Message<'a> {
    /// The topic's name.
    pub(super) fn topic(&self) -> &'a CStr {
        // SAFETY: a message of a partition holds its topic, and that its name, as a C string.
        unsafe { CStr::from_ptr(sys::rd_kafka_topic_name(self.0.rkt)) }
    }

    /// Whether both are of the same topic, without looking at the names; true only within one batch.
    pub(super) fn topic_address(&self) -> usize {
        self.0.rkt as usize
    }

    pub(super) fn partition(&self) -> i32 {
        self.0.partition
    }

    pub(super) fn offset(&self) -> i64 {
        self.0.offset
    }

    pub(super) fn key(&self) -> Option<&'a [u8]> {
        // SAFETY: null or so many bytes inside the message.
        unsafe { bytes(self.0.key.cast(), self.0.key_len) }
    }

    pub(super) fn value(&self) -> Option<&'a [u8]> {
        // SAFETY: null or so many bytes inside the message.
        unsafe { bytes(self.0.payload.cast(), self.0.len) }
    }

    pub(super) fn appended(&self) -> Timestamp {
        // SAFETY: the message is live; the kind of timestamp is not asked for.
        Timestamp::from_millis(unsafe { sys::rd_kafka_message_timestamp(self.0, ptr::null_mut()) }.max(0))
    }

    /// Visits the headers until `visit` returns false.
    fn headers(&self, visit: &mut dyn FnMut(&'a CStr, &'a [u8]) -> bool) {
        let (mut headers, mut name, mut value, mut size) = (ptr::null_mut(), ptr::null(), ptr::null(), 0);
        // SAFETY: the message is live and only this thread has it (headers are parsed at the first call). Names are C
        // strings and values so many bytes, both inside the headers, which the message owns.
        unsafe {
            let none = sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR;
            if sys::rd_kafka_message_headers(self.0, &raw mut headers) != none {
                return;
            }
            for at in 0.. {
                let end =
                    sys::rd_kafka_header_get_all(headers, at, &raw mut name, &raw mut value, &raw mut size);
                if end != none || !visit(CStr::from_ptr(name), bytes(value.cast(), size).unwrap_or(b"")) {
                    return;
                }
            }
        }
    }
}

impl Headers for Message<'_> {
    fn get(&self, wanted: &str) -> Option<&[u8]> {
        let mut found = None;
        self.headers(&mut |name, value| {
            if name.to_bytes() == wanted.as_bytes() {
                found = Some(value);
            }
            found.is_none()
        });
        found
    }

    fn each(&self, visit: &mut dyn FnMut(&str, &[u8])) {
        self.headers(&mut |name, value| {
            visit(&name.to_string_lossy(), value);
            true
        });
    }
}

/// # Safety
/// `at` is null or points to `length` bytes that live for `'a`.
unsafe fn bytes<'a>(at: *const u8, length: usize) -> Option<&'a [u8]> {
    // SAFETY: by the caller's word.
    (!at.is_null()).then(|| unsafe { slice::from_raw_parts(at, length) })
}

/// Rounded up: a wait of less than a millisecond must not become none.
fn millis(span: Duration) -> c_int {
    c_int::try_from(span.as_nanos().div_ceil(1_000_000)).unwrap_or(c_int::MAX)
}

fn log_level(syslog: c_int) -> RDKafkaLogLevel {
    match syslog {
        ..=3 => RDKafkaLogLevel::Error,
        4 => RDKafkaLogLevel::Warning,
        5 => RDKafkaLogLevel::Notice,
        6 => RDKafkaLogLevel::Info,
        _ => RDKafkaLogLevel::Debug,
    }
}

/// Tells the mock cluster inside a client how long a new group waits for more members.
pub(super) fn mock_rebalance_delay<C: rdkafka::producer::ProducerContext>(
    producer: &BaseProducer<C>,
    delay: Duration,
) {
    // SAFETY: the pointer is that of a live producer; a client without a mock cluster gives null, which is not used.
    unsafe {
        let cluster = sys::rd_kafka_handle_mock_cluster(producer.client().native_ptr());
        if !cluster.is_null() {
            sys::rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, millis(delay));
        }
    }
}
