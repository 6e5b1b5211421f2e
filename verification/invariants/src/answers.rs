//! `Answer`: what a client was told.

use std::collections::{BTreeMap, HashSet};

use events_schema::{EventId, Key, Malformed, Place, Topic};
use serde::{Deserialize, Serialize};

use crate::{Event, Evidence, Fate, Order, Verdict, index::Index, wire};

/// What a client was told: the broker has what it asked, and, if it waited for that, what became of it. In a file:
/// `{"order":"o-1","id":"e-1","topic":"checkout","partition":0,"offset":7,"told":"completed"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The order, or the SKU.
    pub order: Key,
    /// The id of the event it sent.
    pub id: EventId,
    /// Where the broker put it.
    #[serde(with = "wire::topic")]
    pub topic: Topic,
    /// Its partition.
    pub partition: u16,
    /// Its offset.
    pub offset: i64,
    /// What became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Outcome>,
}

/// What can be told of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The order was accepted.
    Accepted,
    /// The order was rejected.
    Rejected,
    /// The money is in.
    Confirmed,
    /// The order was completed.
    Completed,
    /// The order was cancelled.
    Cancelled,
    /// The cancellation was refused.
    Refused,
}

impl Answer {
    /// Reads one line.
    pub fn parse(line: &str) -> Result<Answer, Malformed> {
        wire::parse(line)
    }

    /// Where the broker put what was asked.
    pub fn place(&self) -> Place {
        Place { topic: self.topic, partition: self.partition, offset: self.offset }
    }
}

/// S13: everything acknowledged to a client is on the log and (end) answered, as the client was told.
pub(crate) fn check(
    evidence: &Evidence<'_>,
    orders: &BTreeMap<Key, Order>,
    index: &Index<'_>,
) -> Option<Verdict> {
    if evidence.answers.is_empty() {
        return None;
    }
    let mut verdict = Verdict::new("S13", "what was acknowledged to a client is on the log, and answered");
    let replied: HashSet<EventId> =
        evidence.history.of(Topic::Orders).filter_map(|event| event.cause).collect();
    for answer in evidence.answers {
        let order = orders.get(&answer.order);
        let fault = answer.lost(evidence).or_else(|| answer.unanswered(evidence, order, &replied, index));
        let fault = fault.or_else(|| answer.lied(order));
        let kind = index.with(&answer.id).next().map_or("request", |(_, event)| event.kind.as_str());
        let what = || fault.clone().unwrap_or_default();
        verdict.judge(fault.is_none(), answer.order, what, &[(kind, answer.place())]);
    }
    Some(verdict)
}

impl Answer {
    fn lost(&self, evidence: &Evidence<'_>) -> Option<String> {
        let Answer { topic, partition, offset, id, .. } = self;
        let unread = evidence.unread.contains(topic);
        let garbage = evidence.history.was_unreadable(topic.name(), *partition, *offset);
        let there = evidence.history.at(self.place()).is_some_and(|event| event.id == *id);
        (!unread && !garbage && !there).then(|| format!("{id} was acknowledged and is not there"))
    }

    /// A placement is answered by the order's fate, since a repeated one needs no answer of its own; a cancellation by
    /// the fact it caused.
    fn unanswered(
        &self,
        evidence: &Evidence<'_>,
        order: Option<&Order>,
        replied: &HashSet<EventId>,
        index: &Index<'_>,
    ) -> Option<String> {
        let asked = |kind: &str| index.with(&self.id).any(|(_, event): (u32, &Event)| event.kind == kind);
        let set_aside = order.is_some_and(Order::is_set_aside);
        if !evidence.settled || self.topic != Topic::Checkout || set_aside {
            return None;
        }
        let decided = order.is_some_and(|order| order.fate() != Fate::Placed);
        let unanswered = (asked("OrderPlaced") && !decided)
            || (asked("OrderCancellationRequested") && !replied.contains(&self.id));
        unanswered.then(|| format!("{} was never answered", self.id))
    }

    /// What was told is what the log says.
    fn lied(&self, order: Option<&Order>) -> Option<String> {
        let told = self.told?;
        let right = order.is_some_and(|order| match told {
            Outcome::Accepted => !order.accepted.is_empty(),
            Outcome::Rejected => !order.rejected.is_empty(),
            Outcome::Confirmed => !order.confirmed.is_empty(),
            Outcome::Completed => !order.completed.is_empty(),
            Outcome::Cancelled => !order.cancelled.is_empty(),
            Outcome::Refused => !order.cancellations_refused.is_empty(),
        });
        let known = told == Outcome::Refused && order.is_none();
        (!right && !known).then(|| format!("the client was told {told:?}, the log says otherwise"))
    }
}
