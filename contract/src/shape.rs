//! A JSON Schema as a reader sees it: what kinds of value it takes, and of each kind which.
//!
//! Only what serde would refuse counts. Fields nobody knows are stepped over, so `additionalProperties` says nothing;
//! texts for people say nothing either.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// What is said of a value besides its kind, and cannot be compared but for being equal.
const MARKS: [&str; 6] = ["format", "pattern", "minLength", "maxLength", "multipleOf", "uniqueItems"];
/// Bounds below and above.
pub(crate) const LOWEST: [&str; 3] = ["minimum", "exclusiveMinimum", "minItems"];
pub(crate) const HIGHEST: [&str; 3] = ["maximum", "exclusiveMaximum", "maxItems"];

/// What a schema takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shape {
    /// `string`, `integer`, `object` and so on; empty: any.
    pub(crate) kinds: BTreeSet<String>,
    /// The only values it takes, as JSON; none: all of its kinds.
    pub(crate) values: Option<BTreeSet<String>>,
    /// The fields of an object.
    pub(crate) fields: BTreeMap<String, Shape>,
    /// Those that must be there.
    pub(crate) required: BTreeSet<String>,
    /// What a list holds, or the unnamed fields of an object.
    pub(crate) items: Option<Box<Shape>>,
    /// Bounds by keyword.
    pub(crate) bounds: BTreeMap<&'static str, f64>,
    /// Other keywords that narrow it, with what they say.
    pub(crate) marks: BTreeMap<&'static str, String>,
}

impl Shape {
    /// The shape of a whole document.
    pub(crate) fn of(schema: &Value) -> Shape {
        shape(schema, schema, &[])
    }

    /// The kinds for people.
    pub(crate) fn kinds_told(&self) -> String {
        let all: Vec<&str> = self.kinds.iter().map(String::as_str).collect();
        if all.is_empty() { "anything".to_owned() } else { all.join(" or ") }
    }
}

/// `open` are the references being followed: a schema that refers to itself ends there.
fn shape(schema: &Value, root: &Value, open: &[&str]) -> Shape {
    let Some(schema) = schema.as_object() else { return Shape::default() };
    let inner = |schema: &Value| shape(schema, root, open);
    let mut found = match schema.get("$ref").and_then(Value::as_str).filter(|to| !open.contains(to)) {
        Some(to) => shape(pointed(root, to).unwrap_or(&Value::Null), root, &[open, &[to]].concat()),
        None => Shape::default(),
    };
    if let Some(kinds) = schema.get("type") {
        found.kinds.extend(texts(kinds));
    }
    if let Some(only) = schema.get("const") {
        found.admit(only);
    }
    for only in list(schema, "enum") {
        found.admit(only);
    }
    let unions = ["oneOf", "anyOf"].into_iter().filter(|word| schema.contains_key(*word));
    for alternatives in unions.map(|word| list(schema, word)) {
        found.join(alternatives.iter().map(inner).collect());
    }
    for part in list(schema, "allOf") {
        let part = inner(part);
        found.join(vec![part]);
    }
    found.describe(schema, inner);
    found
}

impl Shape {
    /// One more value it takes, of the kind that value has.
    fn admit(&mut self, value: &Value) {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        self.kinds.insert(kind.to_owned());
        self.values.get_or_insert_default().insert(value.to_string());
    }

    /// Takes what any of the alternatives takes. One with a list of values beside one without bounds nothing.
    fn join(&mut self, alternatives: Vec<Shape>) {
        let only_null = |shape: &Shape| shape.kinds.len() == 1 && shape.kinds.contains("null");
        let free = alternatives.iter().any(|one| one.values.is_none() && !only_null(one));
        for one in alternatives {
            let null = only_null(&one);
            self.kinds.extend(one.kinds);
            self.required.extend(one.required);
            self.fields.extend(one.fields);
            self.bounds.extend(one.bounds);
            self.marks.extend(one.marks);
            self.items = self.items.take().or(one.items);
            if let Some(values) = one.values.filter(|_| !free && !null) {
                self.values.get_or_insert_default().extend(values);
            }
        }
    }

    fn describe(&mut self, schema: &Map<String, Value>, inner: impl Fn(&Value) -> Shape) {
        if let Some(fields) = schema.get("properties").and_then(Value::as_object) {
            self.fields.extend(fields.iter().map(|(name, of)| (name.clone(), inner(of))));
        }
        self.required.extend(schema.get("required").into_iter().flat_map(texts));
        let items = ["items", "additionalProperties"].into_iter().find_map(|word| schema.get(word));
        if let Some(items) = items.filter(|items| items.is_object()) {
            self.items = Some(Box::new(inner(items)));
        }
        for word in LOWEST.into_iter().chain(HIGHEST) {
            if let Some(bound) = schema.get(word).and_then(Value::as_f64) {
                self.bounds.insert(word, bound);
            }
        }
        for word in MARKS {
            if let Some(says) = schema.get(word) {
                self.marks.insert(word, says.as_str().map_or_else(|| says.to_string(), str::to_owned));
            }
        }
    }
}

fn pointed<'a>(root: &'a Value, to: &str) -> Option<&'a Value> {
    root.pointer(to.strip_prefix('#')?)
}

fn list<'a>(schema: &'a Map<String, Value>, word: &str) -> &'a [Value] {
    schema.get(word).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A word, or a list of words.
fn texts(value: &Value) -> Vec<String> {
    let words = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    words.iter().filter_map(|word| Some(word.as_str()?.to_owned())).collect()
}
