//! Invented events: data made from an event's JSON Schema, so that a new event or field is tested at once.

use events_schema::{Timestamp, Topic, schema};
use proptest::{collection::vec, option, prelude::*, sample::select, string::string_regex};
use serde_json::{Map, Value};

/// An event's name, its first topic and data for it.
#[derive(Clone, Debug)]
pub struct Invented {
    pub event: &'static str,
    pub topic: Topic,
    pub data: Value,
}

/// Any event of the contract.
pub fn any_event() -> impl Strategy<Value = Invented> {
    some_event(|_| true)
}

/// Any event that outsiders write.
pub fn any_outsiders_event() -> impl Strategy<Value = Invented> {
    some_event(Topic::is_outsiders)
}

fn some_event(on: fn(Topic) -> bool) -> impl Strategy<Value = Invented> {
    let described: Vec<_> = schema::all().into_iter().filter(|described| on(described.topics[0])).collect();
    let each: Vec<_> = described.into_iter().map(|of| (of.event, of.topics[0], of.schema)).collect();
    select(each).prop_flat_map(|(event, topic, schema)| {
        let data = value(&schema["properties"]["data"], &schema["$defs"]);
        data.prop_map(move |data| Invented { event, topic, data })
    })
}

/// Any value a schema allows.
fn value(schema: &Value, defs: &Value) -> BoxedStrategy<Value> {
    if let Some(name) = schema["$ref"].as_str() {
        return value(&defs[name.trim_start_matches("#/$defs/")], defs);
    }
    if let Some(constant) = schema.get("const") {
        return Just(constant.clone()).boxed();
    }
    if let Some(choices) = schema["enum"].as_array() {
        return select(choices.clone()).boxed();
    }
    if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let choices: Vec<_> = choices.iter().map(|choice| value(choice, defs)).collect();
        return proptest::strategy::Union::new(choices).boxed();
    }
    match &schema["type"] {
        Value::Array(types) => of_type(types[0].as_str().unwrap_or_default(), schema, defs),
        of => of_type(of.as_str().unwrap_or_default(), schema, defs),
    }
}

fn of_type(name: &str, schema: &Value, defs: &Value) -> BoxedStrategy<Value> {
    match name {
        "object" => object(schema, defs),
        "array" => vec(value(&schema["items"], defs), 0..4).prop_map(Value::from).boxed(),
        "string" => string(schema),
        "integer" => integer(schema),
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "null" => Just(Value::Null).boxed(),
        other => panic!("a schema of type {other:?} is new here: {schema}"),
    }
}

fn object(schema: &Value, defs: &Value) -> BoxedStrategy<Value> {
    let none = Map::new();
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let fields: Vec<_> = schema["properties"]
        .as_object()
        .unwrap_or(&none)
        .iter()
        .map(|(name, field)| {
            let value = value(field, defs);
            let optional = !required.contains(&name.as_str());
            (
                Just(name.clone()),
                if optional { option::of(value).boxed() } else { value.prop_map(Some).boxed() },
            )
        })
        .collect();
    let present = |fields: Vec<(String, Option<Value>)>| {
        fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect::<Map<_, _>>()
    };
    fields.prop_map(move |fields| Value::from(present(fields))).boxed()
}

fn string(schema: &Value) -> BoxedStrategy<Value> {
    if schema["format"] == "date-time" {
        return (Timestamp::MIN.0..=Timestamp::MAX.0)
            .prop_map(|time| Value::from(Timestamp(time).to_string()))
            .boxed();
    }
    // Without a pattern: anything, with quotes, control characters and what lies beyond the basic plane.
    let pattern =
        schema["pattern"].as_str().unwrap_or("(?s).{0,12}").trim_start_matches('^').trim_end_matches('$');
    string_regex(pattern).expect("patterns of ours are simple").prop_map(Value::from).boxed()
}

fn integer(schema: &Value) -> BoxedStrategy<Value> {
    let least = schema["minimum"].as_i64().unwrap_or(i64::MIN);
    match (schema["format"].as_str(), schema["maximum"].as_i64()) {
        (_, Some(most)) => (least..=most).prop_map(Value::from).boxed(),
        (Some("uint64"), None) => any::<u64>().prop_map(Value::from).boxed(),
        (Some("int64"), None) => any::<i64>().prop_map(Value::from).boxed(),
        other => panic!("an integer of format {other:?} is new here: {schema}"),
    }
}
