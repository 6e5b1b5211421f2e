//! What changed about an order between two moments.

use serde::Serialize;

use super::story::Story;

/// Something that is told differently.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Change {
    /// What it is about.
    pub field: &'static str,
    /// As it was.
    pub from: String,
    /// As it is.
    pub to: String,
}

/// What is told differently after than before.
pub fn changes(before: &Story, after: &Story) -> Vec<Change> {
    let fields = told(before).into_iter().zip(told(after));
    fields
        .filter(|((_, from), (_, to))| from != to)
        .map(|((field, from), (_, to))| Change { field, from, to })
        .collect()
}

fn told(story: &Story) -> [(&'static str, String); 6] {
    let order = story.order.as_ref();
    [
        ("status", story.status().to_owned()),
        ("reasons", order.map_or_else(String::new, |order| order.why())),
        ("goods", story.goods.to_string()),
        ("money", story.money.to_string()),
        ("waits_for", story.waits_for().map_or_else(|| "nobody".to_owned(), |wait| wait.to_string())),
        ("parked", story.blocked.len().to_string()),
    ]
}
