//! Tables in markdown.

use crate::{
    aims::{Aim, Ratio},
    latency::Spread,
    round::Figures,
    stat,
    timing::Latency,
};

/// A table of these cells; the first row is its head.
pub fn table(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        text += &format!("| {} |\n", row.join(" | "));
        if at == 0 {
            text += &format!("|{}\n", "---|".repeat(row.len()));
        }
    }
    text
}

fn cells<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

/// What each round came to.
pub fn rounds(rounds: &[Figures]) -> String {
    let head = cells([
        "mix",
        "round",
        "orders/s",
        "CPU µs/order",
        "broker µs/order",
        "RSS MB",
        "records/order",
        "bytes/order",
        "stored/order",
        "commits",
        "records/commit",
        "load",
        "promises",
    ]);
    let row = |round: &Figures| {
        let promises = match &round.verdict {
            Some(verdict) => format!("{} hold", verdict.held),
            None => "–".to_owned(),
        };
        vec![
            round.mix.clone(),
            round.what.clone(),
            thousands(round.orders_per_second),
            format!("{:.0}", round.services_cpu_ms * 1e3),
            format!("{:.0}", round.broker_cpu_ms * 1e3),
            format!("{:.0}", round.rss_mb),
            format!("{:.2}", round.records),
            format!("{:.0}", round.bytes),
            format!("{:.0}", round.stored),
            round.commits.to_string(),
            format!("{:.0}", round.records_per_commit),
            format!("{:.1}", round.load),
            promises,
        ]
    };
    table(&[head].into_iter().chain(rounds.iter().map(row)).collect::<Vec<_>>())
}

/// The ratios.
pub fn ratios(ratios: &[Ratio]) -> String {
    let head = cells(["mix", "throughput ÷ floor", "CPU per order ÷ floor", "rounds"]);
    let row = |ratio: &Ratio| {
        let rounds = ratio.throughput.len().to_string();
        vec![ratio.mix.clone(), stat::spread(&ratio.throughput), stat::spread(&ratio.cpu), rounds]
    };
    table(&[head].into_iter().chain(ratios.iter().map(row)).collect::<Vec<_>>())
}

/// The times, in milliseconds.
pub fn latencies(times: &[Latency]) -> String {
    let mut rows = vec![cells([
        "",
        "to",
        "p50",
        "p95",
        "p99",
        "p99.9",
        "max",
        "orders",
        "commits",
        "ms/commit",
        "load",
    ])];
    for timed in times {
        let mut add = |how: String, to: &str, spread: &Spread| {
            let ms = |value: f64| format!("{value:.1}");
            let Spread { p50, p95, p99, p999, max, of } = *spread;
            let what = format!("{}, {how}", timed.what);
            let load = format!("{:.1}", timed.load);
            rows.push(vec![
                what,
                to.to_owned(),
                ms(p50),
                ms(p95),
                ms(p99),
                ms(p999),
                ms(max),
                of.to_string(),
                timed.commits.to_string(),
                ms(timed.commit_ms),
                load,
            ]);
        };
        add(format!("{}/s", timed.rate), "OrderConfirmed", &timed.at_rate.confirmed);
        add(format!("{}/s", timed.rate), "OrderCompleted", &timed.at_rate.completed);
        add("alone".to_owned(), "OrderConfirmed", &timed.idle.confirmed);
        add("alone".to_owned(), "OrderCompleted", &timed.idle.completed);
    }
    table(&rows)
}

/// The aims.
pub fn aims(aims: &[Aim]) -> String {
    let head = cells(["aim", "reached", ""]);
    let row = |aim: &Aim| {
        let met = if aim.met { "met" } else { "**missed**" };
        vec![aim.says.clone(), format!("{:.2}", aim.reached), met.to_owned()]
    };
    table(&[head].into_iter().chain(aims.iter().map(row)).collect::<Vec<_>>())
}

/// `12,345`
pub fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 && digits.as_bytes()[at - 1].is_ascii_digit() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped() {
        assert_eq!(
            ["7", "999", "1000", "1234567"].map(|n| thousands(n.parse().unwrap())),
            ["7", "999", "1,000", "1,234,567"]
        );
    }
}
