//! The story of an order, a SKU or a customer: its events in the order of time.

use std::collections::BTreeMap;

use events_schema::{Key, Place, Timestamp};
use invariants::History;
use serde::Serialize;

/// So many events are told of one subject at most, the last ones up to what is wrong.
const LONGEST: usize = 40;

/// What was said of one subject.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Story {
    /// Events before the first line that are not told.
    pub left_out: usize,
    /// The events, oldest first.
    pub lines: Vec<Line>,
}

/// One event of a story.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// When it was decided.
    pub time: String,
    /// Its name.
    pub event: String,
    /// Where it stands, like `orders-2@17`.
    pub place: String,
    /// Its id.
    pub id: String,
    /// The id of the event it answers.
    pub cause: Option<String>,
}

/// The stories of these subjects, found in one pass. Each is told up to the last of the places given with it.
pub(crate) fn stories(history: &History, of: &BTreeMap<Key, Vec<String>>) -> BTreeMap<Key, Story> {
    let mut found: BTreeMap<Key, Vec<(Timestamp, Place, Line)>> = BTreeMap::new();
    for event in history.all().filter(|event| of.contains_key(&event.subject)) {
        let line = Line {
            time: event.time.to_string(),
            event: event.kind.to_string(),
            place: event.place.to_string(),
            id: event.id.to_string(),
            cause: event.cause.map(|cause| cause.to_string()),
        };
        found.entry(event.subject).or_default().push((event.time, event.place, line));
    }
    let told = |(subject, mut events): (Key, Vec<(Timestamp, Place, Line)>)| {
        events.sort_by_key(|(time, place, _)| (*time, *place));
        let lines = events.into_iter().map(|(_, _, line)| line).collect();
        (subject, shortened(lines, of.get(&subject).map_or(&[], Vec::as_slice)))
    };
    found.into_iter().map(told).collect()
}

fn shortened(mut lines: Vec<Line>, shows: &[String]) -> Story {
    if lines.len() <= LONGEST {
        return Story { left_out: 0, lines };
    }
    let shown = |line: &Line| shows.iter().any(|show| show.ends_with(&format!(" {}", line.place)));
    let end = lines.iter().rposition(shown).map_or(lines.len(), |last| last + 1).max(LONGEST);
    lines.truncate(end);
    let left_out = lines.len() - LONGEST;
    Story { left_out, lines: lines.split_off(left_out) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_story_is_told_up_to_what_is_wrong() {
        let line = |n: usize| Line {
            time: String::new(),
            event: "StockAdded".to_owned(),
            place: format!("inventory-0@{n}"),
            id: String::new(),
            cause: None,
        };
        let story = shortened((0..500).map(line).collect(), &["StockAdded inventory-0@99".to_owned()]);
        assert_eq!((story.left_out, story.lines.len()), (60, LONGEST));
        assert_eq!(story.lines.last().map(|line| line.place.as_str()), Some("inventory-0@99"));
    }
}
