//! Why an order stands where it stands: what it waits for, since when, what happens if nobody moves, and the evidence.

use std::collections::BTreeSet;

use events_schema::{EventId, Timestamp};

use super::{
    order::Status,
    story::Block,
    timeline::{Step, Timeline},
    wait::{Wait, Who},
};

/// What the log says about one order's standing.
#[derive(Clone, PartialEq, Debug)]
pub struct Why<'a> {
    /// All its events.
    pub timeline: &'a Timeline,
    /// What is missing; `None` when it has come to rest.
    pub wait: Option<Wait>,
    /// Since when it stands like this.
    pub since: Timestamp,
    /// What happens if nobody moves.
    pub otherwise: Option<Otherwise>,
    /// The events that say so, causes before effects.
    pub evidence: Vec<&'a Step>,
}

/// What happens when nobody moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Otherwise {
    /// Order cancels it as expired at this time.
    Expires(Timestamp),
    /// The same, but a record parked at order holds the deadline back.
    Held(Timestamp),
    /// Nothing: a placement waits until it is answered.
    Unanswered,
    /// Nothing: it is confirmed, and a confirmed order has no deadline.
    NoDeadline,
    /// What is to be undone is asked for until it is done.
    Insisted,
}

impl<'a> Why<'a> {
    /// Reads it out of the timeline; `None` when there is no event at all.
    pub fn of(timeline: &'a Timeline) -> Option<Why<'a>> {
        let last = timeline.steps.last()?;
        let wait = timeline.story.waits_for();
        let key = wait.as_ref().and_then(|wait| timeline.newest(wait.after));
        let blocked = timeline.story.blocked.first().map(|block| block.since);
        let ended = timeline.story.order.as_ref().and_then(|order| order.ended_at);
        let since = match &wait {
            Some(_) => blocked.or(key.map(|step| step.time)).unwrap_or(last.time),
            None => ended.unwrap_or(last.time),
        };
        let otherwise = wait.as_ref().map(|wait| otherwise(timeline, wait));
        let evidence = evidence(timeline, wait.as_ref(), otherwise);
        Some(Why { timeline, wait, since, otherwise, evidence })
    }

    /// The records that are set aside, oldest first.
    pub fn parked(&self) -> &'a [Block] {
        &self.timeline.story.blocked
    }
}

impl Timeline {
    /// The newest event of this name.
    pub fn newest(&self, event: &str) -> Option<&Step> {
        self.steps.iter().rev().find(|step| step.event == event)
    }

    /// The event that ended it.
    pub fn ending(&self) -> Option<&Step> {
        const ENDINGS: [&str; 4] = ["OrderCompleted", "OrderCancelled", "OrderRejected", "EventDiscarded"];
        self.steps.iter().rev().find(|step| ENDINGS.contains(&step.event.as_str()))
    }
}

fn otherwise(timeline: &Timeline, wait: &Wait) -> Otherwise {
    let story = &timeline.story;
    match (story.order.as_ref().map(|order| order.status), story.expires_at) {
        (Some(Status::Pending), Some(at)) => {
            let at_order = |block: &Block| Some(block.record.service) == Who::Order.service();
            if story.blocked.iter().any(at_order) { Otherwise::Held(at) } else { Otherwise::Expires(at) }
        }
        (Some(Status::Cancelled), _) if wait.on != Who::Operator => Otherwise::Insisted,
        (Some(Status::Processing), _) => Otherwise::NoDeadline,
        _ => Otherwise::Unanswered,
    }
}

/// The event that waits for an answer or ended the order with the chain of its causes, what was undone since, what is
/// set aside, and the one that names the deadline.
fn evidence<'a>(timeline: &'a Timeline, wait: Option<&Wait>, otherwise: Option<Otherwise>) -> Vec<&'a Step> {
    const UNDOING: [&str; 7] = [
        "PaymentCaptured",
        "PaymentVoided",
        "RefundStarted",
        "RefundFailed",
        "PaymentRefunded",
        "StockReleased",
        "ReservationDropped",
    ];
    let mut shown: BTreeSet<EventId> = BTreeSet::new();
    let key = wait.and_then(|wait| timeline.newest(wait.after)).or_else(|| timeline.ending());
    let mut at = key.or_else(|| timeline.steps.last());
    while let Some(step) = at
        && shown.insert(step.id)
    {
        at = timeline.cause_of(step);
    }
    let ended = timeline.story.has_ended();
    let waiting: Vec<String> = timeline.story.blocked.iter().map(|block| block.record.to_string()).collect();
    let wanted = |step: &&Step| {
        let undoes = ended && UNDOING.contains(&step.event.as_str());
        let parks = step.event == "EventParked" && waiting.iter().any(|place| step.brief.starts_with(place));
        let dates = matches!(otherwise, Some(Otherwise::Expires(_) | Otherwise::Held(_)))
            && step.event == "OrderAccepted";
        shown.contains(&step.id) || undoes || parks || dates
    };
    timeline.steps.iter().filter(wanted).collect()
}
