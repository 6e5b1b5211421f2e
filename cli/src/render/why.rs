//! Why an order stands where it stands, in sentences, and as JSON.

use events_schema::Timestamp;
use serde::Serialize;

use super::{
    moment, span,
    table::{Align, Table},
    timeline::{Event, event},
};
use crate::fold::{
    order::{Reason, Status},
    story::{Block, Goods, Purse, Story},
    timeline::Step,
    wait::{Wait, Who},
    why::{Otherwise, Why},
};

/// The sentences, the most important first.
pub fn sentences(why: &Why<'_>, now: Timestamp) -> Vec<String> {
    let story = &why.timeline.story;
    let mut said = vec![head(why, now)];
    match &why.wait {
        Some(wait) => {
            said.extend(aim(story));
            said.push(missing(why, wait, now));
            said.push(next(why, wait));
            said.extend(why.otherwise.map(|otherwise| without(otherwise, now)));
            said.extend(wish(story));
        }
        None => {
            said.extend(ending(why));
            said.push(format!("Goods {}, money {}. Nobody has to move.", story.goods, story.money));
        }
    }
    said
}

fn head(why: &Why<'_>, now: Timestamp) -> String {
    let (timeline, story) = (why.timeline, &why.timeline.story);
    let ended = story.order.as_ref().and_then(|order| order.ended_at);
    let span = match ended {
        Some(end) => format!("after {}", span(timeline.start().until(end))),
        None => format!("for {}", span(timeline.start().until(now))),
    };
    let place = timeline.partition().map_or_else(String::new, |at| format!(" · partition {at}"));
    format!("order {} · {} {span}{place}", timeline.order, story.status())
}

/// Why a cancelled order still waits.
fn aim(story: &Story) -> Option<String> {
    let order = story.order.as_ref().filter(|order| order.status == Status::Cancelled)?;
    Some(format!("It is cancelled ({}), and not everything is undone.", order.why()))
}

fn missing(why: &Why<'_>, wait: &Wait, now: Timestamp) -> String {
    let since = format!("since {} ({})", moment(why.since), span(why.since.until(now)));
    match (why.parked().first(), why.timeline.newest(wait.after)) {
        (Some(block), _) => {
            let Block { record, reason, .. } = block;
            let behind = match why.parked().len() {
                1 => String::new(),
                n => format!(" {} more wait behind it.", n - 1),
            };
            format!("{} could not take {record}: {reason}. It is parked {since}.{behind}", record.service)
        }
        (None, Some(step)) => format!("It waits for {} ({} at {}), {since}.", wait, step.event, step.place),
        (None, None) => format!("It waits for {wait}, {since}."),
    }
}

fn next(why: &Why<'_>, wait: &Wait) -> String {
    let events = wait.next.join(" or ");
    match (wait.on, why.parked().first()) {
        (Who::Operator, Some(block)) => {
            format!("Next: an operator decides: {}, or {}", resume(why, block), discard(why, block))
        }
        (Who::Provider, _) => format!("Next: the payment provider answers, and payment says {events}."),
        (who, _) => format!("Next: {who} says {events}."),
    }
}

fn resume(why: &Why<'_>, block: &Block) -> String {
    format!("orderctl parked resume {} --service {}", why.timeline.order, block.record.service)
}

fn discard(why: &Why<'_>, block: &Block) -> String {
    let (order, service) = (why.timeline.order, block.record.service);
    format!("orderctl parked discard {order} --service {service} --reason …")
}

fn without(otherwise: Otherwise, now: Timestamp) -> String {
    let at = |at: Timestamp| match at > now {
        true => format!("{} (in {})", moment(at), span(now.until(at))),
        false => format!("{} ({} ago: order is behind, or does not run)", moment(at), span(at.until(now))),
    };
    match otherwise {
        Otherwise::Expires(time) => {
            format!(
                "If nobody does: order cancels it as expired at {}, and what was taken goes back.",
                at(time)
            )
        }
        Otherwise::Held(time) => {
            format!(
                "If nobody does: nothing. Its deadline, {}, waits behind the parked record.",
                moment(time)
            )
        }
        Otherwise::Unanswered => {
            "If nobody does: nothing. It stays on the log until it is taken up.".to_owned()
        }
        Otherwise::NoDeadline => {
            "If nobody does: nothing. The money is in, and a confirmed order has no deadline.".to_owned()
        }
        Otherwise::Insisted => {
            "If nobody does: it is asked for again until it is done; nothing is given up.".to_owned()
        }
    }
}

fn wish(story: &Story) -> Option<String> {
    (story.cancellations > 0 && !story.has_ended())
        .then(|| "The customer asked to cancel it; order has not answered yet.".to_owned())
}

fn ending(why: &Why<'_>) -> Option<String> {
    let story = &why.timeline.story;
    let brief = |event: &str| why.timeline.newest(event).map_or("", |step| step.brief.as_str());
    let Some(order) = &story.order else {
        return story.given_up.as_ref().map(|reason| format!("Its placement was given up: {reason}."));
    };
    let code = order.reasons.first().map_or("", |reason| reason.code.as_str());
    Some(match (order.status, code) {
        (Status::Completed, _) => "The money is in and the goods have left.".to_owned(),
        (Status::Rejected, _) => format!("Order refused it: {}.", order.why()),
        (_, "out_of_stock") => format!("The stock did not cover it ({}).", brief("StockRejected")),
        (_, "payment_failed") => format!("No money came ({}).", brief("PaymentFailed")),
        (_, "customer_request") => "The customer asked for it before the money was confirmed.".to_owned(),
        (_, "expired") => format!(
            "Its time ran out{} before the money was confirmed.",
            story.expires_at.map_or_else(String::new, |at| format!(" at {}", moment(at)))
        ),
        _ => format!("{}.", order.why()),
    })
}

/// The evidence as a table.
pub fn evidence(steps: &[&Step]) -> Table {
    use Align::Left;
    let mut table =
        Table::new(&[("TIME", Left), ("BY", Left), ("EVENT", Left), ("AT", Left), ("FACTS", Left)]);
    for step in steps {
        table.row([
            moment(step.time).into(),
            step.source.as_str().into(),
            step.event.as_str().into(),
            step.place.into(),
            step.brief.as_str().into(),
        ]);
    }
    table
}

/// The answer as JSON: field names are a promise.
#[derive(Serialize)]
pub struct Document<'a> {
    order_id: &'a str,
    partition: Option<u16>,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason>,
    goods: &'a Goods,
    money: &'a Purse,
    /// Since when it stands like this.
    since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<Missing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    otherwise: Option<Consequence>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parked: Vec<Parked<'a>>,
    sentences: Vec<String>,
    evidence: Vec<Event<'a>>,
}

#[derive(Serialize)]
struct Missing {
    owner: Who,
    what: String,
    after: &'static str,
    next: &'static [&'static str],
}

#[derive(Serialize)]
struct Consequence {
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Parked<'a> {
    service: &'static str,
    topic: &'a str,
    partition: u16,
    offset: i64,
    reason: &'a str,
    since: Timestamp,
    resume: String,
}

/// The answer, ready for JSON.
pub fn document<'a>(why: &'a Why<'a>, now: Timestamp) -> Document<'a> {
    let story = &why.timeline.story;
    Document {
        order_id: why.timeline.order.as_str(),
        partition: why.timeline.partition(),
        status: story.status(),
        reasons: story.order.as_ref().map(|order| order.reasons.clone()).unwrap_or_default(),
        goods: &story.goods,
        money: &story.money,
        since: why.since,
        waits_for: why.wait.as_ref().map(|wait| Missing {
            owner: wait.on,
            what: wait.what.clone(),
            after: wait.after,
            next: wait.next,
        }),
        otherwise: why.otherwise.map(consequence),
        parked: why.parked().iter().map(|block| parked(why, block)).collect(),
        sentences: sentences(why, now),
        evidence: why.evidence.iter().map(|step| event(why.timeline, step)).collect(),
    }
}

fn consequence(otherwise: Otherwise) -> Consequence {
    let (what, at) = match otherwise {
        Otherwise::Expires(at) => ("expires", Some(at)),
        Otherwise::Held(at) => ("deadline_held", Some(at)),
        Otherwise::Unanswered | Otherwise::NoDeadline => ("nothing", None),
        Otherwise::Insisted => ("asked_again", None),
    };
    Consequence { what, at }
}

fn parked<'a>(why: &Why<'_>, block: &'a Block) -> Parked<'a> {
    let Block { record, reason, since } = block;
    Parked {
        service: record.service.name(),
        topic: &record.topic,
        partition: record.partition,
        offset: record.offset,
        reason,
        since: *since,
        resume: resume(why, block),
    }
}

#[cfg(test)]
mod tests;
