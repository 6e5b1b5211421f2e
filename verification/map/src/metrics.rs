//! The table of metrics in `docs/OPERATIONS.md`, made from what the machine and the services say of themselves.

use std::collections::BTreeSet;

use choreography::{Figure, Metrics, Service};
use events_schema::Source;
use inventory::Inventory;
use order::Order;
use payment::Payment;

/// The page it stands on.
pub const PAGE: &str = "docs/OPERATIONS.md";
const BEGIN: &str = "<!-- Metrics: written by `cargo run -p map`; a test compares. -->\n";
const END: &str = "<!-- End of metrics. -->\n";

/// The table. What every service has comes first.
pub fn table() -> String {
    let mut rows = vec!["| metric | of | labels | |\n|---|---|---|---|\n".to_owned()];
    rows.extend(choreography::MACHINE.iter().map(|figure| row(figure, "every service")));
    rows.extend(own::<Order>());
    rows.extend(own::<Inventory>());
    rows.extend(own::<Payment>());
    rows.concat()
}

/// The page with the table as it must be; `None` if the page has no place for it.
pub fn updated(page: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{}{END}{after}", table()))
}

/// Names that two services would register differently.
pub fn claimed_twice() -> Vec<&'static str> {
    let all = Metrics::figures::<Order>().chain(Inventory::figures()).chain(Payment::figures());
    let mut seen = BTreeSet::new();
    all.map(|figure| figure.name).filter(|name| !seen.insert(*name)).collect()
}

fn own<S: Service>() -> impl Iterator<Item = String> {
    let source: Source = S::SOURCE;
    S::figures().iter().map(move |figure| row(figure, source.name()))
}

fn row(figure: &Figure, of: &str) -> String {
    let labels = figure.all_labels().join(", ");
    format!("| `{}` | {of} | {labels} | {}: {} |\n", figure.name, figure.shape.name(), figure.help)
}
