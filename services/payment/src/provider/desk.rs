//! The desk: carries payment's requests to a provider on a thread of its own, and never gives one up.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, mpsc},
    time::Duration,
};

use choreography::{Answered, Outside};
use events_schema::{EventId, Key};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::{Semaphore, oneshot},
};

use super::{
    Answer, Provider, Request, Tell,
    backoff::Backoff,
    breaker::Breaker,
    budget::Budget,
    call::{Call, Delivered, Line},
};
use crate::Payment;

/// The most that is waited before a refused refund is asked for again. Each refusal is a fact, and it takes people to
/// change a provider's mind.
const REFUSED_CAP: Duration = Duration::from_secs(3600);

/// How a provider is treated.
#[derive(Clone, PartialEq, Debug)]
pub struct DeskSettings {
    /// How long one call may take. Default: 10 s.
    pub timeout: Duration,
    /// The most that is waited after the first failure of a request; doubles with every further one. Default: 200 ms.
    pub backoff_base: Duration,
    /// The most that is ever waited between two attempts. Default: 30 s.
    pub backoff_cap: Duration,
    /// How many retries a second all requests together may make, in the long run. Default: 50.
    pub retries_per_second: f64,
    /// How many retries may come at once. Default: 200.
    pub retry_burst: f64,
    /// After so many calls in a row without an answer the provider is left in peace. Default: 10.
    pub breaker_patience: u32,
    /// How long, before one call is tried again. Default: 2 s.
    pub breaker_rest: Duration,
    /// How many calls may be under way at once. Default: 256.
    pub lines: usize,
}

impl Default for DeskSettings {
    fn default() -> DeskSettings {
        DeskSettings {
            timeout: Duration::from_secs(10),
            backoff_base: Duration::from_millis(200),
            backoff_cap: Duration::from_secs(30),
            retries_per_second: 50.0,
            retry_burst: 200.0,
            breaker_patience: 10,
            breaker_rest: Duration::from_secs(2),
            lines: 256,
        }
    }
}

/// The outside of payment: one request under way per order, each asked until it is answered.
pub struct Desk<P> {
    line: Arc<Line<P>>,
    handle: Handle,
    /// Kept to keep it running.
    runtime: Option<Runtime>,
    under_way: HashMap<(u16, Key), UnderWay>,
    /// How often a refund was refused: each refusal makes the next attempt wait longer.
    refusals: HashMap<(u16, Key), u32>,
    /// Counts how often a partition was forgotten, so that answers to an earlier owner are known as such.
    epochs: HashMap<u16, u64>,
    deliver: mpsc::Sender<Delivered>,
    delivered: mpsc::Receiver<Delivered>,
}

struct UnderWay {
    cause: EventId,
    /// Dropped, it calls the request off.
    _calls_off: oneshot::Sender<()>,
}

impl<P: Provider> Desk<P> {
    /// A desk with a thread of its own. Fails if the system gives no thread.
    pub fn open(provider: P, settings: &DeskSettings) -> io::Result<Desk<P>> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).thread_name("payment-desk").enable_all().build()?;
        let handle = runtime.handle().clone();
        let mut desk = Desk::on(handle, provider, settings);
        desk.runtime = Some(runtime);
        Ok(desk)
    }

    /// A desk on somebody else's runtime.
    pub fn on(handle: Handle, provider: P, settings: &DeskSettings) -> Desk<P> {
        let (deliver, delivered) = mpsc::channel();
        let line = Line {
            provider,
            patience: settings.timeout,
            backoff: Backoff { base: settings.backoff_base, cap: settings.backoff_cap },
            breaker: Breaker::new(settings.breaker_patience, settings.breaker_rest),
            budget: Budget::new(settings.retries_per_second, settings.retry_burst),
            lines: Semaphore::new(settings.lines.clamp(1, Semaphore::MAX_PERMITS)),
        };
        Desk {
            line: Arc::new(line),
            handle,
            runtime: None,
            under_way: HashMap::new(),
            refusals: HashMap::new(),
            epochs: HashMap::new(),
            deliver,
            delivered,
        }
    }

    /// How many requests are under way.
    pub fn under_way(&self) -> usize {
        self.under_way.len()
    }

    fn delay(&self, at: &(u16, Key), request: &Request) -> Duration {
        match (request, self.refusals.get(at)) {
            (Request::Refund { .. }, Some(refusals)) => {
                Backoff { cap: REFUSED_CAP, ..self.line.backoff }.draw(*refusals)
            }
            _ => Duration::ZERO,
        }
    }

    fn epoch(&self, partition: u16) -> u64 {
        self.epochs.get(&partition).copied().unwrap_or_default()
    }

    /// Takes note of what an answer means for the requests of its order.
    fn note(&mut self, answered: &Answered<Answer>) {
        let at = (answered.partition, answered.subject);
        if self.under_way.get(&at).is_some_and(|request| request.cause == answered.cause) {
            self.under_way.remove(&at);
        }
        match answered.answer {
            Answer::RefundRefused { .. } => *self.refusals.entry(at).or_default() += 1,
            Answer::Refunded { .. } => drop(self.refusals.remove(&at)),
            _ => {}
        }
    }
}

impl<P: Provider> Outside<Payment> for Desk<P> {
    fn ask(&mut self, partition: u16, subject: Key, cause: EventId, request: &Request) {
        let at = (partition, subject);
        if self.under_way.get(&at).is_some_and(|request| request.cause == cause) {
            return;
        }
        let (calls_off, called_off) = oneshot::channel();
        let tell = Tell { to: self.deliver.clone(), partition, subject, cause, epoch: self.epoch(partition) };
        let delay = self.delay(&at, request);
        let call = Call { line: Arc::clone(&self.line), request: request.clone(), tell, delay };
        self.under_way.insert(at, UnderWay { cause, _calls_off: calls_off });
        self.handle.spawn(call.pursue(called_off));
    }

    fn answer(&mut self) -> Option<Answered<Answer>> {
        loop {
            let Delivered { epoch, answered } = self.delivered.try_recv().ok()?;
            if epoch == self.epoch(answered.partition) {
                self.note(&answered);
                return Some(answered);
            }
        }
    }

    fn forget(&mut self, partition: u16) {
        *self.epochs.entry(partition).or_default() += 1;
        self.under_way.retain(|(p, _), _| *p != partition);
        self.refusals.retain(|(p, _), _| *p != partition);
    }
}

impl<P> Drop for Desk<P> {
    /// Does not wait for calls under way: whoever asks next asks by the same key.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
