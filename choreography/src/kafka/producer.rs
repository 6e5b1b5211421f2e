//! The transactional producer, and its replacement when it is of no use any more.

use std::time::{Duration, Instant};

use rdkafka::producer::{BaseProducer, Producer};

use super::{
    client,
    client::Context,
    settings::Settings,
    trouble::{Trouble, Verdict},
    watch::Watch,
};
use crate::Fatal;

/// How long one call may take before it is made again.
pub(super) const STEP: Duration = Duration::from_secs(5);

/// Makes a producer and ends what the same identity left behind.
///
/// # Errors
/// [`Fatal::Unreachable`] if no coordinator answers in time, [`Fatal::Fenced`] if the identity was taken at once.
pub(super) fn open(settings: &Settings, watch: &Watch) -> Result<BaseProducer<Context>, Fatal> {
    let producer: BaseProducer<Context> =
        client::create(&client::producer(settings), Context::of("producer", settings))?;
    let end = now() + settings.patience;
    loop {
        let Err(error) = watch.call("init_transactions", || producer.init_transactions(STEP)) else {
            return Ok(producer);
        };
        let trouble = Trouble::from(error);
        producer.poll(Duration::ZERO);
        if let Some(refused) = producer.client().context().refused() {
            return Err(refused);
        }
        match trouble.verdict() {
            Verdict::Again if now() < end => {
                tracing::debug!(target: "kafka", "init_transactions: {}", trouble.text)
            }
            Verdict::Again => return Err(no_coordinator(&producer, settings, &trouble)),
            Verdict::Fenced => return Err(fenced(settings)),
            Verdict::Abort | Verdict::Broken => {
                let (id, who) = (settings.identity(), settings.principal());
                let text = format!("transactional id {id}, as {who}: {}", trouble.text);
                return Err(Fatal::Misconfigured(text));
            }
        }
    }
}

fn no_coordinator(producer: &BaseProducer<Context>, settings: &Settings, trouble: &Trouble) -> Fatal {
    let reason = producer.client().context().last_failure().unwrap_or_else(|| trouble.text.clone());
    Fatal::Unreachable(format!(
        "no transaction coordinator at {} within {} s ({reason}). Is the broker up, and may {} write?",
        settings.brokers,
        settings.patience.as_secs(),
        settings.identity()
    ))
}

/// The line for an identity that somebody else has.
pub(super) fn fenced(settings: &Settings) -> Fatal {
    Fatal::Fenced(format!(
        "transactional id {} was taken over by another instance; this one ends",
        settings.identity()
    ))
}

#[expect(clippy::disallowed_methods, reason = "an edge: how long a coordinator is waited for")]
pub(super) fn now() -> Instant {
    Instant::now()
}
