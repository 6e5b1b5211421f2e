//! The promises, and how often each was judged where.

use std::{
    collections::BTreeMap,
    fmt::{Display, Formatter, Result},
};

use crate::{
    chaos::Run,
    simulator::Simulated,
    table::{Table, count},
};

/// Every promise of `docs/PROMISES.md`, S1 to S19 and L1 to L5.
fn all() -> impl Iterator<Item = String> {
    (1..=19).map(|n| format!("S{n}")).chain((1..=5).map(|n| format!("L{n}")))
}

/// Promises by tier.
pub struct Judged<'a> {
    /// In virtual time.
    pub simulated: &'a Simulated,
    /// On real brokers.
    pub chaos: &'a [Run],
}

impl Display for Judged<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let mut columns = vec!["promise".to_owned(), "-simulator".to_owned()];
        columns.extend(self.chaos.iter().map(|run| format!("-{}", run.name())));
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let mut table = Table::of(&columns);
        let simulated: BTreeMap<&str, String> = self
            .simulated
            .promises
            .iter()
            .map(|of| (of.promise.as_str(), cell(of.checked, of.broken)))
            .collect();
        for promise in all() {
            let mut row = vec![promise.clone(), or_dash(simulated.get(promise.as_str()).cloned())];
            for run in self.chaos {
                let found = run.promises.iter().find(|of| of.promise == promise);
                row.push(or_dash(found.map(|of| cell(of.checked, of.breaches))));
            }
            table.wide_row(row);
        }
        write!(f, "{table}")
    }
}

/// How many were judged, and how many of them were broken, if any were.
fn cell(checked: u64, broken: u64) -> String {
    match (checked, broken) {
        (0, 0) => "–".to_owned(),
        (checked, 0) => count(checked),
        (checked, broken) => format!("{}, **{} broken**", count(checked), count(broken)),
    }
}

fn or_dash(cell: Option<String>) -> String {
    cell.unwrap_or_else(|| "–".to_owned())
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn what_was_never_judged_is_no_success() {
        assert_eq!([cell(0, 0), cell(1_200, 0), cell(3, 1)], ["–", "1,200", "3, **1 broken**"]);
    }
}
