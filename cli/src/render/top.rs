//! What happens now, on one page and as JSON.

use std::{collections::BTreeMap, time::Duration};

use events_schema::{Source, Timestamp};
use serde::Serialize;

use super::{moment, span};
use crate::fold::{roll::Pulse, spread::Spread, wait::Who};

/// How far a service is behind.
#[derive(Clone, PartialEq, Debug)]
pub struct Lag {
    /// Which.
    pub service: Source,
    /// Records not taken yet, by partition, over all it hears.
    pub partitions: BTreeMap<u16, i64>,
}

/// All that is shown.
#[derive(Clone, PartialEq, Debug)]
pub struct Page {
    /// When.
    pub at: Timestamp,
    /// What rates and latencies are over.
    pub window: Duration,
    /// What the orders did.
    pub pulse: Pulse,
    /// How far each service is behind.
    pub lags: Vec<Lag>,
}

/// The page for people.
pub fn lines(page: &Page) -> Vec<String> {
    let Pulse { placed, ended, took, open, parked, refunds } = &page.pulse;
    let rate = |orders: usize| format!("{:.1}/s", per_second(orders, page.window));
    let ends: Vec<String> = ended.iter().map(|(fate, orders)| format!("{fate} {}", rate(*orders))).collect();
    let mut lines = vec![
        format!("{}  the last {}", moment(page.at), span(page.window)),
        format!("placed    {}", rate(*placed)),
        format!("ended     {}", or_none(ends)),
        format!("completed {}", took.as_ref().map_or("none".to_owned(), quantiles)),
        format!(
            "open      {}",
            or_none(open.iter().map(|(who, orders)| format!("{orders} wait for {who}")).collect())
        ),
        format!("parked    {parked}"),
        format!("refunds   {refunds} pending"),
    ];
    for Lag { service, partitions } in &page.lags {
        let behind: Vec<String> = partitions
            .iter()
            .filter(|(_, records)| **records > 0)
            .map(|(partition, records)| format!("{partition}: {records}"))
            .collect();
        let total: i64 = partitions.values().sum();
        let each = if behind.is_empty() { String::new() } else { format!(" ({})", behind.join(", ")) };
        lines.push(format!("{:<9} {total} records behind{each}", service.name()));
    }
    lines
}

fn or_none(parts: Vec<String>) -> String {
    if parts.is_empty() { "none".to_owned() } else { parts.join(" · ") }
}

fn quantiles(took: &Spread) -> String {
    let shown = |millis: f64| span(Duration::from_secs_f64(millis / 1_000.0));
    format!("in {} (p50), {} (p99), {} at most", shown(took.p50), shown(took.p99), shown(took.max))
}

fn per_second(orders: usize, window: Duration) -> f64 {
    orders as f64 / window.as_secs_f64().max(0.001)
}

/// The page as JSON: field names are a promise.
#[derive(Serialize)]
pub struct Document<'a> {
    time: Timestamp,
    window_seconds: f64,
    placed: usize,
    placed_per_second: f64,
    ended: &'a BTreeMap<&'static str, usize>,
    ended_per_second: BTreeMap<&'static str, f64>,
    /// Milliseconds from the placement to the completion.
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_in: Option<Spread>,
    open: BTreeMap<Who, usize>,
    parked: usize,
    refunds_pending: usize,
    lag: BTreeMap<&'static str, BTreeMap<u16, i64>>,
}

/// The page, ready for JSON.
pub fn document(page: &Page) -> Document<'_> {
    let pulse = &page.pulse;
    Document {
        time: page.at,
        window_seconds: page.window.as_secs_f64(),
        placed: pulse.placed,
        placed_per_second: per_second(pulse.placed, page.window),
        ended: &pulse.ended,
        ended_per_second: pulse
            .ended
            .iter()
            .map(|(fate, orders)| (*fate, per_second(*orders, page.window)))
            .collect(),
        completed_in: pulse.took,
        open: pulse.open.clone(),
        parked: pulse.parked,
        refunds_pending: pulse.refunds,
        lag: page.lags.iter().map(|lag| (lag.service.name(), lag.partitions.clone())).collect(),
    }
}
