//! Every kind of change, made to a small event, and what is said of it.

use serde_json::{Value, json};

use super::*;

fn event() -> Value {
    json!({
        "$id": "urn:orders:OrderShrunk:1",
        "type": "object",
        "required": ["data"],
        "properties": { "data": { "$ref": "#/$defs/OrderShrunk" } },
        "$defs": {
            "OrderShrunk": {
                "type": "object",
                "additionalProperties": false,
                "required": ["lines", "reason"],
                "properties": {
                    "lines": { "type": "array", "items": { "$ref": "#/$defs/Line" } },
                    "reason": { "oneOf": [
                        { "const": "damaged", "type": "string", "description": "It broke." },
                        { "const": "lost", "type": "string" },
                    ] },
                    "note": { "type": ["string", "null"] },
                    "by": { "anyOf": [{ "$ref": "#/$defs/Key" }, { "type": "null" }] },
                },
            },
            "Line": {
                "type": "object",
                "required": ["sku", "quantity"],
                "properties": {
                    "sku": { "$ref": "#/$defs/Key" },
                    "quantity": { "type": "integer", "minimum": 1, "maximum": 1000 },
                },
            },
            "Key": { "type": "string", "pattern": "^[a-z]+$" },
        },
    })
}

/// The breaks of one change, as `field: change (side)`.
fn breaks(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let (old, mut new) = (event(), event());
    change(&mut new);
    compare(&old, &new).iter().map(|one| format!("{}: {} ({:?})", one.field, one.change, one.side)).collect()
}

fn data(schema: &mut Value) -> &mut Value {
    &mut schema["$defs"]["OrderShrunk"]
}

#[test]
fn the_same_schema_breaks_nobody() {
    assert_eq!(breaks(|_| {}), [""; 0]);
}

#[test]
fn what_only_people_read_breaks_nobody() {
    let same = breaks(|new| {
        data(new)["description"] = json!("Smaller now.");
        data(new)["additionalProperties"] = json!(true);
        data(new)["properties"]["reason"]["oneOf"][0]["description"] = json!("In pieces.");
    });
    assert_eq!(same, [""; 0]);
}

#[test]
fn a_new_optional_field_breaks_nobody() {
    assert_eq!(breaks(|new| data(new)["properties"]["weight"] = json!({ "type": "integer" })), [""; 0]);
}

#[test]
fn a_newly_required_field_breaks_the_new_reader() {
    let new_field = breaks(|new| {
        data(new)["properties"]["weight"] = json!({ "type": "integer" });
        data(new)["required"] = json!(["lines", "reason", "weight"]);
    });
    assert_eq!(new_field, ["data.weight: is newly required (New)"]);
    let was_optional = breaks(|new| data(new)["required"] = json!(["lines", "reason", "note"]));
    assert_eq!(was_optional, ["data.note: is newly required (New)"]);
}

#[test]
fn a_field_that_may_be_missing_breaks_the_old_reader() {
    let found = breaks(|new| data(new)["required"] = json!(["lines"]));
    assert_eq!(found, ["data.reason: is no longer required (Old)"]);
}

#[test]
fn a_removed_field_breaks_the_old_reader() {
    let found = breaks(|new| drop(data(new)["properties"].as_object_mut().unwrap().remove("note")));
    assert_eq!(found, ["data.note: is removed (Old)"]);
}

#[test]
fn a_changed_type_breaks_both() {
    let found = breaks(|new| new["$defs"]["Line"]["properties"]["sku"] = json!({ "type": "integer" }));
    assert_eq!(
        found,
        [
            "data.lines[].sku: was string and is integer (New)",
            "data.lines[].sku: was string and is integer (Old)",
            "data.lines[].sku: pattern was ^[a-z]+$ and is open (New)",
            "data.lines[].sku: pattern was ^[a-z]+$ and is open (Old)",
        ]
    );
}

#[test]
fn a_wider_type_breaks_the_old_reader_only() {
    let found = breaks(|new| data(new)["properties"]["note"]["type"] = json!(["string", "null", "integer"]));
    assert_eq!(found, ["data.note: was null or string and is integer or null or string (Old)"]);
    let number = breaks(|new| new["$defs"]["Line"]["properties"]["quantity"]["type"] = json!("number"));
    assert_eq!(number, ["data.lines[].quantity: was integer and is number (Old)"]);
}

#[test]
fn null_where_it_was_not_allowed_breaks_the_old_reader() {
    let found = breaks(|new| {
        data(new)["properties"]["lines"]["type"] = json!(["array", "null"]);
    });
    assert_eq!(found, ["data.lines: was array and is array or null (Old)"]);
}

#[test]
fn a_removed_enum_value_breaks_the_new_reader() {
    let found =
        breaks(|new| drop(data(new)["properties"]["reason"]["oneOf"].as_array_mut().unwrap().remove(1)));
    assert_eq!(found, ["data.reason: lost the value \"lost\" (New)"]);
}

#[test]
fn an_added_enum_value_breaks_the_old_reader() {
    let found = breaks(|new| {
        let values = data(new)["properties"]["reason"]["oneOf"].as_array_mut().unwrap();
        values.push(json!({ "const": "stolen", "type": "string" }));
    });
    assert_eq!(found, ["data.reason: has the new value \"stolen\" (Old)"]);
}

#[test]
fn another_spelling_of_the_same_values_breaks_nobody() {
    let found = breaks(|new| {
        data(new)["properties"]["reason"] = json!({ "type": "string", "enum": ["lost", "damaged"] })
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn an_enum_that_becomes_free_text_breaks_the_old_reader_and_the_reverse_the_new() {
    let free = json!({ "type": "string" });
    let opened = breaks(|new| data(new)["properties"]["reason"] = free.clone());
    assert_eq!(opened, ["data.reason: enum was a list and is open (Old)"]);
    let closed = breaks(|new| data(new)["properties"]["note"] = json!({ "enum": ["a", null] }));
    assert_eq!(closed, ["data.note: enum was open and is a list (New)"]);
}

#[test]
fn a_narrower_bound_breaks_the_new_reader_and_a_wider_one_the_old() {
    let of = |word: &str, bound: i64| {
        breaks(|new| new["$defs"]["Line"]["properties"]["quantity"][word] = json!(bound))
    };
    assert_eq!(of("minimum", 2), ["data.lines[].quantity: minimum was 1 and is 2 (New)"]);
    assert_eq!(of("minimum", 0), ["data.lines[].quantity: minimum was 1 and is 0 (Old)"]);
    assert_eq!(of("maximum", 10), ["data.lines[].quantity: maximum was 1000 and is 10 (New)"]);
    assert_eq!(of("maximum", 5000), ["data.lines[].quantity: maximum was 1000 and is 5000 (Old)"]);
    assert_eq!(
        of("exclusiveMaximum", 900),
        ["data.lines[].quantity: exclusiveMaximum was open and is 900 (New)"]
    );
}

#[test]
fn another_form_breaks_both_because_nobody_can_tell_which_is_wider() {
    let found = breaks(|new| new["$defs"]["Key"]["pattern"] = json!("^[A-Z]+$"));
    let both =
        |field| ["New", "Old"].map(|side| format!("{field}: pattern was ^[a-z]+$ and is ^[A-Z]+$ ({side})"));
    assert_eq!(found, [both("data.by"), both("data.lines[].sku")].concat());
}

#[test]
fn a_new_version_breaks_the_old_reader_which_refuses_it() {
    let found = breaks(|new| new["$id"] = json!("urn:orders:OrderShrunk:2"));
    assert_eq!(found, [": version 1 became 2 (Old)"]);
}

#[test]
fn a_schema_that_refers_to_itself_comes_to_an_end() {
    let tree = json!({ "type": "object", "properties": { "next": { "$ref": "#" } } });
    assert_eq!(compare(&tree, &tree), []);
}
