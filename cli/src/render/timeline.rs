//! An order's timeline: one event a line, with a lane for each service where there is room.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use events_schema::Timestamp;
use serde::Serialize;

use super::{
    millis, span,
    table::{Align, Cell, Table},
};
use crate::fold::{
    order::Reason,
    story::{Goods, Purse},
    timeline::{Step, Timeline, lane},
    wait::Who,
};

/// Below this many columns there is no room for lanes.
pub const LANES_NEED: u16 = 130;

/// The head line and what it says of goods and money.
pub fn summary(timeline: &Timeline, now: Timestamp) -> Vec<String> {
    let story = &timeline.story;
    let partition =
        timeline.partition().map_or_else(String::new, |partition| format!(" · partition {partition}"));
    let mut lines = vec![format!("order {}{partition} · {}", timeline.order, status(timeline))];
    let mut facts = vec![format!("goods {}", story.goods), format!("money {}", story.money)];
    if let Some(customer) = story.order.as_ref().and_then(|order| order.customer_id) {
        facts.insert(0, format!("customer {customer}"));
    }
    lines.push(facts.join(" · "));
    if let Some(waits_for) = story.waits_for() {
        let since = timeline
            .steps
            .last()
            .map_or_else(String::new, |last| format!(" (last event {} ago)", span(last.time.until(now))));
        lines.push(format!("waits for {waits_for}{since}"));
    }
    lines
}

fn status(timeline: &Timeline) -> String {
    let Some(order) = &timeline.story.order else { return timeline.story.status().to_owned() };
    let why = if order.reasons.is_empty() { String::new() } else { format!(", {}", order.why()) };
    let after = order
        .ended_at
        .map_or_else(String::new, |end| format!(" after {}", span(timeline.start().until(end))));
    format!("{}{why}{after}", order.status.name())
}

/// A step that came later than this after its cause was a wait.
pub const WAIT: Duration = Duration::from_secs(1);

/// The events as a table, with a last row for who is waited for at the time `now`, if that is given.
pub fn table(timeline: &Timeline, lanes: bool, now: Option<Timestamp>) -> Table {
    use Align::{Left, Right};
    let heads: &[(&'static str, Align)] = match lanes {
        true => &[
            ("MS", Right),
            ("CHECKOUT", Left),
            ("ORDER", Left),
            ("INVENTORY", Left),
            ("PAYMENT", Left),
            ("AFTER", Left),
            ("AT", Left),
            ("FACTS", Left),
        ],
        false => &[
            ("MS", Right),
            ("SERVICE", Left),
            ("EVENT", Left),
            ("AFTER", Left),
            ("AT", Left),
            ("FACTS", Left),
        ],
    };
    let mut table = Table::new(heads);
    for step in &timeline.steps {
        let mut cells: Vec<Cell> = vec![millis(step.time.0 - timeline.start().0).into()];
        let event = Cell::styled(&step.event, style_of(&step.event));
        match lanes {
            true => cells.extend(
                (0..4).map(|at| if at == lane(step.place.topic) { event.clone() } else { "".into() }),
            ),
            false => cells.extend([Cell::from(&step.source), event]),
        }
        cells.extend([after(timeline, step), step.place.into(), Cell::from(&step.brief)]);
        table.row(cells);
    }
    if let Some((now, wait)) = now.zip(timeline.story.waits_for()) {
        let mut cells: Vec<Cell> = vec![millis(now.0 - timeline.start().0).into()];
        let mark = Cell::styled("…", waiting());
        match lanes {
            true => {
                cells.extend((0..4).map(|at| if at == lane_of(wait.on) { mark.clone() } else { "".into() }))
            }
            false => cells.extend([Cell::from(wait.on), mark]),
        }
        let after = timeline.newest(wait.after).map_or_else(|| "".into(), |step| since(step, now));
        cells.extend([after, "".into(), Cell::from(format!("waits: {}", wait.what))]);
        table.row(cells);
    }
    table
}

fn waiting() -> Style {
    Style::new().fg_color(Some(AnsiColor::Yellow.into()))
}

fn lane_of(who: Who) -> usize {
    match who {
        Who::Operator => 0,
        Who::Order => 1,
        Who::Inventory => 2,
        Who::Payment | Who::Provider => 3,
    }
}

/// `+6.2 OrderPlaced`: what it answers, and how long that took. A wait says so.
fn after(timeline: &Timeline, step: &Step) -> Cell {
    match (timeline.cause_of(step), step.cause) {
        (Some(cause), _) => since(cause, step.time),
        (None, Some(id)) => format!("({})", id.as_str().chars().take(8).collect::<String>()).into(),
        (None, None) => "".into(),
    }
}

fn since(cause: &Step, time: Timestamp) -> Cell {
    let text = format!("{:+.1} {}", (time.0 - cause.time.0) as f64 / 1_000.0, cause.event);
    match cause.time.until(time) {
        wait if wait >= WAIT => Cell::styled(format!("{text} (waited {})", span(wait)), waiting()),
        _ => text.into(),
    }
}

fn style_of(event: &str) -> Style {
    const BAD: [&str; 9] = [
        "Rejected",
        "Cancelled",
        "Failed",
        "Parked",
        "Discarded",
        "Refused",
        "Voided",
        "set aside",
        "(unreadable)",
    ];
    let colour = match event {
        "OrderCompleted" => AnsiColor::Green,
        _ if BAD.iter().any(|ending| event.ends_with(ending)) => AnsiColor::Red,
        _ => return Style::new(),
    };
    Style::new().fg_color(Some(colour.into()))
}

/// The timeline as JSON: field names are a promise.
#[derive(Serialize)]
pub struct Document<'a> {
    order_id: &'a str,
    partition: Option<u16>,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason>,
    goods: &'a Goods,
    money: &'a Purse,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<String>,
    /// Where reading stopped, because it had come to rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_until: Option<Timestamp>,
    events: Vec<Event<'a>>,
}

/// One event of it.
#[derive(Serialize)]
pub struct Event<'a> {
    event: &'a str,
    id: &'a str,
    source: &'a str,
    topic: &'a str,
    partition: u16,
    offset: i64,
    time: Timestamp,
    /// Milliseconds since the first event.
    milliseconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    /// Milliseconds since the cause, when it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    since_cause: Option<f64>,
    facts: &'a str,
}

/// The timeline, ready for JSON.
pub fn document(timeline: &Timeline, read_until: Option<Timestamp>) -> Document<'_> {
    let story = &timeline.story;
    Document {
        order_id: timeline.order.as_str(),
        partition: timeline.partition(),
        status: story.status(),
        reasons: story.order.as_ref().map(|order| order.reasons.clone()).unwrap_or_default(),
        goods: &story.goods,
        money: &story.money,
        waits_for: story.waits_for().map(|wait| wait.to_string()),
        read_until,
        events: timeline.steps.iter().map(|step| event(timeline, step)).collect(),
    }
}

/// One event, ready for JSON.
pub fn event<'a>(timeline: &Timeline, step: &'a Step) -> Event<'a> {
    let since = |from: Timestamp| (step.time.0 - from.0) as f64 / 1_000.0;
    Event {
        event: &step.event,
        id: step.id.as_str(),
        source: &step.source,
        topic: step.place.topic.name(),
        partition: step.place.partition,
        offset: step.place.offset,
        time: step.time,
        milliseconds: since(timeline.start()),
        cause: step.cause.as_ref().map(|cause| cause.as_str()),
        since_cause: timeline.cause_of(step).map(|cause| since(cause.time)),
        facts: &step.brief,
    }
}

#[cfg(test)]
mod tests;
