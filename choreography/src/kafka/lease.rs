//! The lease: a group consumer that never reads, and whose partitions are the tasks we may run.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rdkafka::{
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
};

use super::{
    client, client::Context, ffi, layout, names::Names, producer::now, settings::Settings, watch::Watch,
};
use crate::{Fatal, Leases};

/// So many events are served per look: a rebalance has two or three.
const EVENTS: usize = 4;

/// So long after a failed connection a lost membership is laid to the broker's absence, not to a second process.
const ABSENCE: Duration = Duration::from_secs(60);

/// How often a member looks whether it is in its group.
const LOOK: Duration = Duration::from_secs(1);
/// How long a broker may take to show that it is there.
const SIGN: Duration = Duration::from_secs(1);

/// One event of the group, as the client reported it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Change {
    Gained(Vec<u16>),
    Lost(Vec<u16>),
}

/// The membership of one worker, shared by its source, which serves it, and its sink, which commits under it.
pub(super) struct Lease {
    consumer: BaseConsumer<Context>,
    identity: String,
    partitions: u16,
    watch: Watch,
    standing: Mutex<Standing>,
}

impl Lease {
    /// Waits for a broker, looks at the topics and joins the group; the first leases come later.
    pub(super) fn join(settings: &Arc<Settings>, watch: Watch) -> Result<Lease, Fatal> {
        let names = Names::new(&settings.prefix)?;
        let consumer: BaseConsumer<Context> =
            client::create(&client::lease(settings), Context::of("lease", settings))?;
        layout::reach(&consumer, &settings.brokers, settings.patience)?;
        let partitions = layout::partitions(&consumer, &names, &settings.brokers, settings.patience)?;
        consumer
            .subscribe(&[names.of(settings.own)])
            .map_err(|error| Fatal::Client(format!("group {}: {error}", settings.group_id())))?;
        // Twice as long as a join may take.
        let standing = Mutex::new(Standing::new(settings.session_timeout * 6, now()));
        Ok(Lease { consumer, identity: settings.identity(), partitions, watch, standing })
    }

    /// The client, to commit under and to ask for the ends of logs.
    pub(super) fn consumer(&self) -> &BaseConsumer<Context> {
        &self.consumer
    }

    /// How many partitions every topic has.
    pub(super) fn partitions(&self) -> u16 {
        self.partitions
    }

    /// Serves the group. What changed is kept for [`Lease::changes`].
    pub(super) fn serve(&self) -> Result<(), Fatal> {
        self.watch.call("poll of the lease", || {
            for _ in 0..EVENTS {
                if let Some(Err(error)) = self.consumer.poll(Duration::ZERO) {
                    self.note(&error);
                }
            }
        });
        if let Some(denied) = self.consumer.client().context().take_denied() {
            return Err(denied);
        }
        self.fenced()?;
        self.stand()
    }

    /// Gives up a membership that does not come back: a member may wait for the answer to a join that was lost on the
    /// way (confluentinc/librdkafka#3437), and its partitions with it. While no broker answers, that is what it waits for.
    fn stand(&self) -> Result<(), Fatal> {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let overdue = standing.is_overdue(now(), || ffi::Membership::of(&self.consumer).is_some());
        if !overdue {
            return Ok(());
        }
        let broker = self.watch.call("metadata", || self.consumer.fetch_metadata(None, SIGN));
        standing.member = now();
        match broker {
            Ok(_) => Err(Fatal::Lost(format!(
                "{} was in no group for {} s, though a broker answers",
                self.identity,
                standing.patience.as_secs()
            ))),
            Err(_) => Ok(()),
        }
    }

    /// An error that matters is fatal and asked for below; what remains mends itself.
    fn note(&self, error: &KafkaError) {
        use RDKafkaErrorCode::{GroupAuthorizationFailed, TopicAuthorizationFailed};
        if let Some(GroupAuthorizationFailed | TopicAuthorizationFailed) = error.rdkafka_error_code() {
            self.consumer.client().context().deny(&format!("group member {}: {error}", self.identity));
        }
        tracing::debug!(target: "kafka", "lease {}: {error}", self.identity);
    }

    /// Whether this member was put out for good.
    pub(super) fn fenced(&self) -> Result<(), Fatal> {
        match self.consumer.client().fatal_error() {
            None => Ok(()),
            // After an absence of the broker the client may join twice and be put out by its own second attempt.
            Some((RDKafkaErrorCode::FencedInstanceId, _))
                if self.consumer.context().failed_within(ABSENCE) =>
            {
                Err(Fatal::Lost(format!("{} lost its membership while the broker was away", self.identity)))
            }
            Some((RDKafkaErrorCode::FencedInstanceId, _)) => Err(Fatal::Fenced(format!(
                "group.instance.id {} was taken over by another process; this one ends",
                self.identity
            ))),
            Some((code, text)) => {
                Err(Fatal::Client(format!("group member {}: {code}: {text}", self.identity)))
            }
        }
    }

    /// Whether a lease was lost since the last call of [`Lease::changes`]. The group may have been served in mid-turn, by
    /// a read that took long; the membership is then fresh again and would let a lost task's facts through.
    pub(super) fn has_lost(&self) -> bool {
        self.consumer.client().context().has_lost()
    }

    /// What changed since the last call.
    pub(super) fn changes(&self) -> Leases {
        fold(self.consumer.client().context().take_changes())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.consumer.client().context().close();
    }
}

/// Since when a member is not where it belongs.
struct Standing {
    patience: Duration,
    looked: Instant,
    member: Instant,
}

impl Standing {
    fn new(patience: Duration, now: Instant) -> Standing {
        Standing { patience, looked: now, member: now }
    }

    /// Whether it was not in its group for longer than it may; looks now and then only.
    fn is_overdue(&mut self, now: Instant, is_member: impl FnOnce() -> bool) -> bool {
        if now.saturating_duration_since(self.looked) < LOOK {
            return false;
        }
        // Who was stopped for a while has not looked, and knows nothing.
        let blind = now.saturating_duration_since(self.looked) > self.patience / 2;
        self.looked = now;
        if blind || is_member() {
            self.member = now;
        }
        now.saturating_duration_since(self.member) > self.patience
    }
}

/// The sum of what happened: gained and lost again is nothing, lost and gained again is both.
fn fold(changes: Vec<Change>) -> Leases {
    let mut sum = Leases::default();
    for change in changes {
        match change {
            Change::Gained(partitions) => sum.gained.extend(partitions),
            Change::Lost(partitions) => {
                for partition in partitions {
                    let before = sum.gained.len();
                    sum.gained.retain(|gained| *gained != partition);
                    if sum.gained.len() == before && !sum.lost.contains(&partition) {
                        sum.lost.push(partition);
                    }
                }
            }
        }
    }
    sum.lost.sort_unstable();
    sum.gained.sort_unstable();
    sum
}

#[cfg(test)]
mod tests {
    use super::{Change::*, *};

    #[test]
    fn a_member_that_is_in_no_group_for_too_long_is_overdue() {
        let begun = now();
        let at = |second: u64| begun + Duration::from_secs(second);
        let mut standing = Standing::new(Duration::from_secs(60), begun);
        assert!((1..=60).all(|second| !standing.is_overdue(at(second), || false)));
        assert!(standing.is_overdue(at(61), || false));
        assert!(!standing.is_overdue(at(62), || true));
        assert!((63..=122).all(|second| !standing.is_overdue(at(second), || false)));
        assert!(standing.is_overdue(at(123), || false));
    }

    #[test]
    fn a_member_that_was_stopped_for_an_hour_is_given_time_to_come_back() {
        let begun = now();
        let mut standing = Standing::new(Duration::from_secs(60), begun);
        assert!(!standing.is_overdue(begun + Duration::from_secs(3_600), || false));
    }

    #[test]
    fn gained_and_lost_again_is_nothing_and_lost_and_gained_again_is_both() {
        let sum = fold(vec![Gained(vec![1, 0]), Lost(vec![1]), Lost(vec![3, 2]), Gained(vec![3])]);
        assert_eq!(sum, Leases { lost: vec![2, 3], gained: vec![0, 3] });
        let again = fold(vec![Lost(vec![3]), Gained(vec![3]), Lost(vec![3])]);
        assert_eq!(again, Leases { lost: vec![3], gained: vec![] });
    }
}
