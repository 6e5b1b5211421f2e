//! The model on paper: what an order costs, and what that means at rates no laptop reaches.

use crate::{
    round::Figures,
    stat,
    table::{table, thousands},
};

/// Copies of every record in production.
const COPIES: f64 = 3.0;
/// How full a core may be.
const FULL: f64 = 0.6;

/// What happy orders cost, and what a cluster for them would need.
pub fn text(rounds: &[Figures]) -> String {
    let of = |figure: fn(&Figures) -> f64| {
        let happy = rounds.iter().filter(|round| round.what == "saga" && round.mix == "happy");
        stat::median(&happy.map(figure).collect::<Vec<_>>())
    };
    let (records, bytes, stored) = (of(|f| f.records), of(|f| f.bytes), of(|f| f.stored));
    let (services, broker) = (of(|f| f.services_cpu_ms) * 1e3, of(|f| f.broker_cpu_ms) * 1e3);
    let mut rows = vec![
        [
            "orders/s",
            "records/s",
            "MB/s written",
            "MB/s stored, 3 copies",
            "cores, services",
            "cores, brokers",
            "TB a day stored",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for rate in [1e4, 1e5, 1e6] {
        let cores = |micros: f64| rate * micros / 1e6 / FULL;
        rows.push(vec![
            thousands(rate),
            thousands(rate * records),
            thousands(rate * bytes / 1e6),
            thousands(rate * stored * COPIES / 1e6),
            format!("{:.1}", cores(services)),
            format!("{:.1}", cores(broker * COPIES)),
            format!("{:.1}", rate * stored * COPIES * 86_400.0 / 1e12),
        ]);
    }
    format!(
        "## The model\n\nA happy order costs {records:.1} facts of {bytes:.0} bytes together, {stored:.0} of them on disk after \
         compression, {services:.0} µs of a core in the services and {broker:.0} µs in the broker, at these batch sizes. \
         It costs no fsync: Kafka answers from memory, and copies on other machines make it last. Transactions cost by \
         the batch and by the partition it touches, not by the order. Each copy is taken to cost a broker as much as the \
         first, and a core to be {:.0} % full. Partitions: one worker is one thread, so at least as many as cores of the \
         services, times two.\n\n{}",
        FULL * 100.0,
        table(&rows)
    )
}
