//! Two versions of one event's schema: what of the change breaks a reader, and which.

use std::fmt;

use serde_json::Value;

use crate::shape::{HIGHEST, LOWEST, Shape};

/// Which reader a change breaks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Side {
    /// The new reader: it meets records the old version wrote (backward compatibility).
    New,
    /// The old reader: it meets records the new version writes (forward compatibility).
    Old,
}

/// What was changed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Change {
    /// The event is gone.
    EventRemoved,
    /// The event has another version, which old readers refuse.
    Version {
        /// The version before.
        from: u64,
        /// The version now.
        to: u64,
    },
    /// A field that was there is gone.
    Removed,
    /// A field must be there now.
    NewlyRequired,
    /// A field may be missing now.
    NoLongerRequired,
    /// A field has other kinds of value.
    Kind {
        /// The kinds before.
        from: String,
        /// The kinds now.
        to: String,
    },
    /// A word of an enumeration is gone.
    ValueRemoved(String),
    /// An enumeration has one more word.
    ValueAdded(String),
    /// A bound or form is another one.
    Form {
        /// The schema's word for it.
        word: &'static str,
        /// What it said.
        from: String,
        /// What it says.
        to: String,
    },
}

/// One break.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Break {
    /// The field, as `data.lines[].quantity`; empty for the event itself.
    pub field: String,
    /// What was changed there.
    pub change: Change,
    /// Whom that breaks.
    pub side: Side,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::EventRemoved => write!(f, "there is no such event any more"),
            Change::Version { from, to } => write!(f, "version {from} became {to}"),
            Change::Removed => write!(f, "is removed"),
            Change::NewlyRequired => write!(f, "is newly required"),
            Change::NoLongerRequired => write!(f, "is no longer required"),
            Change::Kind { from, to } => write!(f, "was {from} and is {to}"),
            Change::ValueRemoved(value) => write!(f, "lost the value {value}"),
            Change::ValueAdded(value) => write!(f, "has the new value {value}"),
            Change::Form { word, from, to } => write!(f, "{word} was {from} and is {to}"),
        }
    }
}

/// What breaks when `old` becomes `new`, in the order of the fields. Empty: whoever reads either reads both.
pub fn compare(old: &Value, new: &Value) -> Vec<Break> {
    let mut breaks = Vec::new();
    if let (Some(from), Some(to)) = (version(old), version(new))
        && from != to
    {
        breaks.push(Break { field: String::new(), change: Change::Version { from, to }, side: Side::Old });
    }
    shapes(&Shape::of(old), &Shape::of(new), "", &mut breaks);
    breaks.sort();
    breaks.dedup();
    breaks
}

/// Of `urn:orders:OrderAccepted:1`.
fn version(schema: &Value) -> Option<u64> {
    schema.get("$id")?.as_str()?.rsplit(':').next()?.parse().ok()
}

fn shapes(old: &Shape, new: &Shape, at: &str, breaks: &mut Vec<Break>) {
    let mut add = |side, change| breaks.push(Break { field: at.to_owned(), change, side });
    let kinds = || Change::Kind { from: old.kinds_told(), to: new.kinds_told() };
    if !takes(new, old) {
        add(Side::New, kinds());
    }
    if !takes(old, new) {
        add(Side::Old, kinds());
    }
    values(old, new, &mut add);
    forms(old, new, &mut add);
    fields(old, new, at, breaks);
    if let (Some(old), Some(new)) = (&old.items, &new.items) {
        shapes(old, new, &format!("{at}[]"), breaks);
    }
}

/// Whether a reader of one shape takes every kind of value another one writes.
fn takes(reader: &Shape, writer: &Shape) -> bool {
    let takes =
        |kind: &String| reader.kinds.contains(kind) || (kind == "integer" && reader.kinds.contains("number"));
    reader.kinds.is_empty() || (!writer.kinds.is_empty() && writer.kinds.iter().all(takes))
}

fn values(old: &Shape, new: &Shape, add: &mut impl FnMut(Side, Change)) {
    let form = |values: &Option<_>| if values.is_some() { "a list" } else { "open" }.to_owned();
    match (&old.values, &new.values) {
        (Some(before), Some(now)) => {
            before.difference(now).for_each(|gone| add(Side::New, Change::ValueRemoved(gone.clone())));
            now.difference(before).for_each(|new| add(Side::Old, Change::ValueAdded(new.clone())));
        }
        (None, None) => {}
        (before, now) => {
            let side = if now.is_some() { Side::New } else { Side::Old };
            add(side, Change::Form { word: "enum", from: form(before), to: form(now) });
        }
    }
}

fn forms(old: &Shape, new: &Shape, add: &mut impl FnMut(Side, Change)) {
    for (words, lower) in [(LOWEST, true), (HIGHEST, false)] {
        for word in words {
            let (from, to) = (old.bounds.get(word).copied(), new.bounds.get(word).copied());
            let end = if lower { f64::NEG_INFINITY } else { f64::INFINITY };
            let (a, b) = (from.unwrap_or(end), to.unwrap_or(end));
            if a != b {
                let side = if (b > a) == lower { Side::New } else { Side::Old };
                add(side, Change::Form { word, from: told(from), to: told(to) });
            }
        }
    }
    let words = old.marks.keys().chain(new.marks.keys()).copied();
    for word in words {
        let say = |shape: &Shape| shape.marks.get(word).cloned().unwrap_or_else(|| "open".to_owned());
        let (from, to) = (say(old), say(new));
        if from != to {
            // Which of two forms is the wider one cannot be told: neither reader can be trusted with the other's.
            for side in [Side::New, Side::Old] {
                add(side, Change::Form { word, from: from.clone(), to: to.clone() });
            }
        }
    }
}

fn told(bound: Option<f64>) -> String {
    bound.map_or_else(|| "open".to_owned(), |bound| bound.to_string())
}

fn fields(old: &Shape, new: &Shape, at: &str, breaks: &mut Vec<Break>) {
    let path = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    for (name, before) in &old.fields {
        let must = (old.required.contains(name), new.required.contains(name));
        match new.fields.get(name) {
            None => breaks.push(Break { field: path(name), change: Change::Removed, side: Side::Old }),
            Some(now) => {
                let change = match must {
                    (false, true) => Some((Side::New, Change::NewlyRequired)),
                    (true, false) => Some((Side::Old, Change::NoLongerRequired)),
                    _ => None,
                };
                breaks.extend(change.map(|(side, change)| Break { field: path(name), change, side }));
                shapes(before, now, &path(name), breaks);
            }
        }
    }
    // Old readers step over a field they do not know; new ones miss it in old records if it must be there.
    for name in new.fields.keys().filter(|name| !old.fields.contains_key(*name)) {
        if new.required.contains(name) {
            breaks.push(Break { field: path(name), change: Change::NewlyRequired, side: Side::New });
        }
    }
}

#[cfg(test)]
mod tests;
