//! The figures of the drill of a cluster, in `docs/OPERATIONS.md`.

use std::fs;

use anyhow::{Context, Result};

use crate::report::Report;

const PAGE: &str = "docs/OPERATIONS.md";
const BEGIN: &str = "<!-- Drill: written by `cargo run --release -p chaos -- --scale --write`. -->\n";
const END: &str = "<!-- End of the drill. -->\n";

/// Writes the figures of a run that has passed into the page.
pub fn write(report: &Report) -> Result<()> {
    let place = rig::workspace().join(PAGE);
    let old = fs::read_to_string(&place).context(PAGE)?;
    let new =
        updated(&old, &figures(report)).with_context(|| format!("{PAGE} has no place for the drill"))?;
    fs::write(&place, new).context(PAGE)
}

/// The page with these figures; `None` if it has no place for them.
fn updated(page: &str, figures: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{figures}{END}{after}"))
}

fn figures(report: &Report) -> String {
    let head = "| step | every task owned after, s | longest pause, s | slowest order, s | orders placed |\n\
                |---|---:|---:|---:|---:|\n";
    let row = |step: &crate::steps::Step| {
        let crate::steps::Step { what, owned, pause, slowest, placed, .. } = step;
        format!("| {what} | {owned:.1} | {pause:.1} | {slowest:.1} | {placed} |\n")
    };
    let rows: String = report.steps.iter().map(row).collect();
    let [median, most, _] = report.latencies;
    let held = report.promises.iter().filter(|promise| promise["checked"].as_u64() > Some(0)).count();
    format!(
        "{head}{rows}\n{} orders at {:.0} a second on {} brokers; an order took {median:.2} s in the middle, {most:.2} s at 99 in \
         100. Open at the end: 0. The auditor, over {} events: {held} promises judged, none broken. {}; revision {}.\n",
        report.orders, report.rate, report.brokers, report.events, report.machine, report.revision
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_place_for_the_drill_and_the_rest_of_it_stays() {
        let page = fs::read_to_string(rig::workspace().join(PAGE)).unwrap();
        let new = updated(&page, "new\n").unwrap();
        assert!(new.contains(&format!("{BEGIN}new\n{END}")), "{new}");
        let (before, after) = (page.split_once(BEGIN).unwrap().0, page.split_once(END).unwrap().1);
        assert!(new.starts_with(before) && new.ends_with(after));
        assert_eq!(updated("a page of something else", "new\n"), None);
    }
}
