//! The aims, and whether a run meets them.

use serde::{Deserialize, Serialize};

use crate::{round::Figures, stat, streams, timing::Latency};

/// One aim and what was reached.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Aim {
    /// What is aimed at.
    pub says: String,
    /// What was reached.
    pub reached: f64,
    /// Whether that will do.
    pub met: bool,
}

impl Aim {
    /// At least so much.
    pub fn least(says: impl Into<String>, least: f64, reached: f64) -> Aim {
        Aim { says: says.into(), reached, met: reached >= least }
    }

    /// At most so much.
    pub fn most(says: impl Into<String>, most: f64, reached: f64) -> Aim {
        Aim { says: says.into(), reached, met: reached <= most }
    }
}

/// What a saga reached against the floor of its round.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ratio {
    /// The mix.
    pub mix: String,
    /// Orders a second of the saga, per order a second of the floor: one per round, ascending.
    pub throughput: Vec<f64>,
    /// Processor time of the services per order, per that of the floor's processes.
    pub cpu: Vec<f64>,
}

/// Ratios of a mix, pairing each saga with the floor before it.
pub fn ratio(mix: &str, rounds: &[Figures]) -> Ratio {
    let mut ratio = Ratio { mix: mix.to_owned(), throughput: Vec::new(), cpu: Vec::new() };
    for pair in rounds.windows(2) {
        if let [floor, saga] = pair
            && (floor.what.as_str(), saga.what.as_str(), saga.mix.as_str()) == ("floor", "saga", mix)
        {
            ratio.throughput.push(saga.orders_per_second / floor.orders_per_second);
            ratio.cpu.push(saga.services_cpu_ms / floor.services_cpu_ms);
        }
    }
    ratio.throughput.sort_by(f64::total_cmp);
    ratio.cpu.sort_by(f64::total_cmp);
    ratio
}

/// What these ratios say of the aims.
pub fn of_throughput(ratios: &[Ratio]) -> Vec<Aim> {
    let mut aims = Vec::new();
    for ratio in ratios {
        let least = if ratio.mix == "happy" { 0.7 } else { 0.5 };
        let reached = stat::median(&ratio.throughput);
        aims.push(Aim::least(format!("{}: throughput ≥ {least} of the floor", ratio.mix), least, reached));
        if ratio.mix == "happy" {
            aims.push(Aim::most("processor time per order ≤ 2 × the floor's", 2.0, stat::median(&ratio.cpu)));
        }
    }
    aims
}

/// What these times say of the aims.
pub fn of_latency(times: &[Latency]) -> Vec<Aim> {
    let of = |what: &str, time: fn(&Latency) -> f64| {
        stat::median(&times.iter().filter(|timed| timed.what == what).map(time).collect::<Vec<_>>())
    };
    if times.len() < 2 {
        return Vec::new();
    }
    let rate = times[0].rate;
    let against = |time: fn(&Latency) -> f64| of("saga", time) / of("floor", time);
    vec![
        Aim::most(
            format!("p99 to OrderCompleted at {rate}/s ≤ 1.3 × the floor's"),
            1.3,
            against(|timed| timed.at_rate.completed.p99),
        ),
        Aim::most(
            "p50 of an order alone ≤ 1.3 × the floor's",
            1.3,
            against(|timed| timed.idle.completed.p50),
        ),
    ]
}

/// What rounds and times by turns say of the aims against Kafka Streams.
pub fn against_streams(rounds: &[Figures], times: &[Latency]) -> Vec<Aim> {
    let ratio = |figure: fn(&Figures) -> f64| {
        let of = |what: &'static str| rounds.iter().filter(move |round| round.what == what).map(figure);
        let ratios: Vec<f64> =
            of("saga, warm").zip(of("streams, warm")).map(|(ours, theirs)| ours / theirs).collect();
        stat::median(&ratios)
    };
    let mut aims = vec![
        Aim::least("throughput ≥ 2.5 × that of Kafka Streams, warm", 2.5, ratio(|of| of.orders_per_second)),
        Aim::most("processor time per order ≤ 1/4 of Kafka Streams'", 0.25, ratio(|of| of.services_cpu_ms)),
        Aim::most("memory ≤ 1/5 of Kafka Streams'", 0.2, ratio(|of| of.rss_mb)),
    ];
    let find =
        |name: &str| times.iter().find(|timed| timed.what == name).map(|timed| timed.at_rate.completed);
    if let (Some(ours), Some(default), Some(often)) =
        (find("saga"), find(streams::DEFAULT.name), find(streams::OFTEN.name))
    {
        let (best, rate) = (default.p50.min(often.p50), times[0].rate);
        aims.push(Aim::most(
            format!("p50 at {rate}/s below Kafka Streams' at its best setting"),
            1.0,
            ours.p50 / best,
        ));
        aims.push(Aim::most(
            format!("p99 at {rate}/s ≤ 1/5 of Kafka Streams' by default"),
            0.2,
            ours.p99 / default.p99,
        ));
    }
    aims
}
